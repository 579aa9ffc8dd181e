import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansKafka
import FastKMeansStreams

struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Learn from rows as they come, and survive any crash.",
    discussion: """
      Prints a JSON object for each batch that was learned and is on the disk. State and log lie in MODEL.state. From \
      a file it remembers the position: killed and started again with the same call it goes on, and ends with the \
      model that one call would have written. SIGTERM and SIGINT finish the batch, save, and end with exit code 0.

      A model that is there goes on with the options that it was made with. The vocabulary of a new model is learned \
      from its first documents; with --hashing none is needed.

      Examples:
        fastkmeans stream --model tickets.safetensors --input tickets.tsv
        tail -n 0 -F tickets.tsv | fastkmeans stream --model tickets.safetensors --input - --format tsv
        fastkmeans stream --model tickets.safetensors --input kafka://host:9092/tickets --format jsonl

      This page has the options that most people need; --help-all has all of them.
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup(title: "Stream") var stream: StreamArguments
  @OptionGroup(title: "Kafka") var kafka: KafkaArguments

  @Option("The model file; made if it is not there.", "file")
  var model: String

  @OptionGroup(title: "Training") var training: TrainingArguments
  @OptionGroup(title: "Text (tsv, csv and jsonl)") var text: TextArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func validate() throws {
    guard model != "-" else { throw ValidationError("--model needs the name of a file, not -") }
    try stream.check()
  }

  func run() throws {
    let format = try isTopic ? kafka.format(input.rows) : input.resolvedFormat()
    guard format.holdsDocuments || !text.isGiven && !stream.updateIdf else {
      throw CallError(
        "options of text do not go with \(format.rawValue) rows, which are vectors already; leave them out")
    }
    guard stream.features == nil || format == .svmlight else {
      throw CallError("--features is for svmlight rows; \(format.rawValue) rows say it themselves")
    }
    var options = try stream.options(modelPath: model, training: training.options())
    let reader = try readerOptions(format)
    options.text = format.holdsDocuments ? try text.options() : nil
    options.text?.columns = reader.columns
    options.descriptions = try stream.descriptions.map {
      let found = try ClassDescriptions.read($0, besides: reader, format)
      return .text(found.documents, labels: found.labels)
    }
    let topics = try kafka.options(
      input: input.input, model: model, maxRecordBytes: input.rows.maxRecordBytes)
    try OutputFile.check(model)
    if let rejects = stream.rejects { try OutputFile.check(rejects) }
    let progress = ProgressDisplay(isQuiet: display.quiet)
    let stop = StopSignal()
    Interruption.endGracefully { stop.request() }
    let runner = try StreamRunner(
      options, source: openSource(format, reader, topics, progress),
      answers: topics.answers(stop: stop, progress),
      note: progress.note)
    try OptionAgreement(found: runner.training, text: runner.text)
      .check(wanted: options.training, text: options.text)
    if let found = runner.labelKind, let wanted = input.rows.labelType.kind, found != wanted {
      throw CallError(
        "--label-type is \(wanted.rawValue), but the model's labels are of type \(found.rawValue); leave it out,"
          + " or name a new model")
    }
    let server = try stream.metricsPort.map { port in
      try MetricsServer(host: stream.metricsHost, port: port) { [metrics = runner.metrics] in metrics.text }
    }
    defer { server?.stop() }
    if let server { progress.note("metrics at http://\(stream.metricsHost):\(server.port)/metrics") }
    try runner.run(stop: stop) { try StandardOutput.write([$0.json.text]) }
    try report(runner.outcome, wasStopped: stop.isRequested)
    if runner.batchCount == 0 {
      progress.note("nothing was learned, so that there is no model to write")
    }
  }

  /// Says what was rejected, even with --quiet: no line of a batch may have it.
  ///
  /// - Throws: ``DataError`` if every row was rejected.
  private func report(_ outcome: StreamOutcome, wasStopped: Bool) throws {
    guard let first = outcome.firstRejection else { return }
    let isKept = stream.rejects != nil || kafka.deadLetter != nil
    let text =
      "\(Readable.count(outcome.rejected, "row")) rejected; \(isKept ? "" : "--rejects FILE keeps them; ")the first: \(first)"
    guard outcome.accepted > 0 || wasStopped else { throw DataError("nothing was learned, \(text)") }
    StandardError.write("fastkmeans: \(text)\n")
  }

  private func readerOptions(_ format: RowFormat) throws -> ReaderOptions {
    var reader = try input.rows.readerOptions(format: format, requiresLabels: true)
    reader.workers = training.nThreads
    reader.featureCount = stream.features
    return reader
  }

  private var isTopic: Bool { KafkaAddress.isAddress(input.input) }

  private func openSource(
    _ format: RowFormat, _ reader: ReaderOptions, _ topics: KafkaRun, _ progress: ProgressDisplay
  ) throws -> any RowSource {
    if isTopic {
      guard !stream.follow else { throw CallError("--follow is for files; a topic is always followed") }
      return try topics.source(format: format, reader: reader, progress)
    }
    guard !stream.follow || input.input != "-" else {
      throw CallError("--follow is for files; standard input is read until it ends anyway")
    }
    return try openRowSource(
      input.input, format: format, options: reader, follows: stream.follow, note: progress.note)
  }
}

extension BatchSummary {
  /// Scripts rely on the first seven fields and their order.
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
