import FastKMeansCore
import FastKMeansFormats
import FastKMeansKafka
import FastKMeansStreams

/// Opens source and state, learns until the end or a signal, and prints a line for each batch.
struct StreamRun {
  var options: StreamOptions
  var input: String
  var follow: Bool
  var format: RowFormat
  var reader: ReaderOptions
  var kafka: KafkaRun
  var metricsAddress: (host: String, port: Int)?
  var isQuiet: Bool

  /// - Throws: errors of the source, the library and the file system.
  func run() throws {
    try OutputFile.check(options.modelPath)
    if let rejects = options.rejectsPath { try OutputFile.check(rejects) }
    let progress = ProgressDisplay(isQuiet: isQuiet)
    let stop = StopSignal()
    Interruption.endGracefully { stop.request() }
    let source = try openSource(progress)
    let answers = try kafka.answers(stop: stop, progress)
    let runner = try StreamRunner(options, source: source, answers: answers, note: progress.note)
    try OptionAgreement(found: runner.training, text: runner.text)
      .check(wanted: options.training, text: options.text)
    let server = try metricsAddress.map { address in
      try MetricsServer(host: address.host, port: address.port) { [metrics = runner.metrics] in metrics.text }
    }
    defer { server?.stop() }
    if let server, let metricsAddress {
      progress.note("metrics at http://\(metricsAddress.host):\(server.port)/metrics")
    }
    try runner.run(stop: stop) { try StandardOutput.write([$0.json.text]) }
    if runner.batchCount == 0 {
      progress.note("nothing was learned, so that there is no model to write")
    }
  }

  private func openSource(_ progress: ProgressDisplay) throws -> any RowSource {
    if KafkaAddress.isAddress(input) {
      guard !follow else { throw CallError("--follow is for files; a topic is always followed") }
      return try kafka.source(format: format, reader: reader, progress)
    }
    if follow, input == "-" {
      throw CallError("--follow is for files; standard input is read until it ends anyway")
    }
    if follow {
      return try FollowedRowSource(path: input, format: format, options: reader, note: progress.note)
    }
    return try FileRowSource.canRead(input)
      ? FileRowSource(path: input, format: format, options: reader)
      : PipeRowSource(path: input, format: format, options: reader)
  }
}

extension BatchSummary {
  /// The first seven fields, in this order, are what scripts read.
  var json: JSON {
    .fields([
      "batch": .integer(Int(clamping: batch)),
      "documents": .integer(documents),
      "shift": .number(report.shift),
      "num_merged": .integer(report.mergedCount),
      "active_centroids": .integer(report.prototypeCount),
      "new_classes": .array(report.newClasses.map(JSON.label)),
      "error_before_update": errorBeforeUpdate.map(JSON.number) ?? .null,
      "pruned": .integer(report.prunedCount),
      "rejected": .integer(rejected),
      "classes": .integer(classCount),
      "total_documents": .integer(Int(clamping: totalDocuments)),
      "drift": .array(
        drift.map { event in
          .fields([
            "label": event.label.map(JSON.label) ?? .null,
            "error_before": .number(event.drift.before),
            "error_after": .number(event.drift.after),
          ])
        }),
    ])
  }
}
