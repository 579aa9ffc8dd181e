import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Reads rows, vectorises them, fits a model and writes it.
struct TrainingRun {
  var inputPath: String
  var reader: ReaderOptions
  var options: TrainingOptions
  /// `nil` for rows that are vectors already.
  var textOptions: TextOptions?
  /// A weight a line; `nil`: each row counts 1.
  var weightsPath: String?
  var modelPath: String
  /// Kept in the model; `nil`: it rejects only what it knows nothing of.
  var rejection: RejectionRule?

  /// - Throws: errors of the readers, the library and the file system.
  func run(_ progress: ProgressDisplay) throws -> TrainingSummary {
    try OutputFile.check(modelPath)
    let weights = try weightsPath.map(SampleWeights.read)
    let (rows, readSeconds) = try progress.run("reading \(inputPath)") { _ in
      try LabelledData.read(inputPath, options: reader)
    }
    let text = try vectorize(rows, progress)
    if text.repairCount > 0 {
      progress.note("\(Readable.count(text.repairCount)) invalid UTF-8 sequences were read as U+FFFD")
    }
    let labels = try labels(of: rows)
    let fitted = try fit(text.features, labels: labels, weights: weights, progress)
    let contents = try ModelContents(model: fitted.model, vectorizer: text.vectorizer)
    let modelBytes = try Interruption.tidily(writing: modelPath) { try write(contents) }
    let accuracy = try progress.run("scoring the training rows", unit: "documents") { report in
      try TrainingAccuracy(model: fitted.model).measure(text.features, labels: labels, report: report)
    }
    progress.note(fitted.model.deviceWarnings)
    return TrainingSummary(
      documentCount: text.features.rowCount, model: fitted.model, report: fitted.report,
      classCounts: ClassCount.list(fitted.model, labels: labels),
      textOptions: text.vectorizer?.options, repairCount: text.repairCount, readSeconds: readSeconds,
      vectorizeSeconds: text.seconds, fitSeconds: fitted.seconds, fitCPUSeconds: fitted.cpuSeconds,
      modelPath: modelPath, modelBytes: modelBytes, trainAccuracy: accuracy.result)
  }

  private struct Vectorized {
    var features: Features
    var vectorizer: TFIDFVectorizer?
    var repairCount = 0
    var seconds: Double?
  }

  private func vectorize(_ rows: LabelledData, _ progress: ProgressDisplay) throws -> Vectorized {
    switch rows {
    case .features(let features, _):
      return Vectorized(features: features)
    case .text(let documents, _):
      let (fitted, seconds) = try progress.run("vectorising \(Readable.count(documents.count, "document"))") {
        _ in
        try TFIDFVectorizer.fitTransform(
          documents, options: textOptions ?? TextOptions(), workers: options.threadCount)
      }
      return Vectorized(
        features: .sparse(fitted.rows), vectorizer: fitted.vectorizer, repairCount: fitted.repairCount,
        seconds: seconds)
    }
  }

  private func labels(of rows: LabelledData) throws -> LabelColumn {
    guard let labels = rows.labels else {
      throw InputError.badLabels(found: "missing", expected: "a label for each row")
    }
    return labels
  }

  private func fit(
    _ features: Features, labels: LabelColumn, weights: [Double]?, _ progress: ProgressDisplay
  ) throws -> (model: ClassifierModel<Label>, report: TrainingReport, seconds: Double, cpuSeconds: Double) {
    let cpuBefore = ProcessUsage.cpuSeconds
    var classifier = try FastKMeansClassifier<Label>(options)
    let (fitted, seconds) = try progress.run("training", unit: "documents") { _ in
      let report = try classifier.fit(
        features, labels: labels, sampleWeights: weights, progress: progress.show)
      let model = try classifier.model
      return (model: try rejection.map { try model.rejecting($0) } ?? model, report: report)
    }
    return (fitted.model, fitted.report, seconds, ProcessUsage.cpuSeconds - cpuBefore)
  }

  private func write(_ contents: ModelContents) throws -> Int {
    try ModelFile.write(contents, to: modelPath)
    return OutputFile.size(modelPath) ?? 0
  }
}
