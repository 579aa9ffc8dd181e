import FastKMeansCore
import FastKMeansFormats

/// Answers rows as they are read, some thousands at a time: memory does not grow with the input.
struct PredictionRun {
  let model: LoadedModel
  let inputPath: String
  let reader: ReaderOptions
  let format: PredictionFormat
  /// How many classes to name for each row.
  let top: Int
  let outputPath: String
  /// Where the matrix of all probabilities goes.
  let probabilitiesPath: String?

  private static let batchRows = 8192
  private static let batchBytes = 16 << 20

  /// - Throws: errors of the readers, the library and the file system.
  func run(_ progress: ProgressDisplay) throws {
    for path in [outputPath, probabilitiesPath ?? "-"] { try OutputFile.check(path) }
    // The header is written at the end, which needs a file to go back in.
    if let probabilitiesPath, !OutputFile.canBeRegular(probabilitiesPath) {
      throw CallError("--proba is \(probabilitiesPath), which is no regular file; name one")
    }
    try progress.run("predicting", unit: "documents") { report in
      guard let probabilitiesPath else { return try predict(into: nil, report) }
      try Interruption.tidily(writing: probabilitiesPath) {
        try NpyMatrixFile.write(to: probabilitiesPath, columnCount: model.model.classes.count) { file in
          try predict(into: file, report)
        }
      }
    }
    progress.note(model.model.deviceWarnings)
  }

  private func predict(into probabilities: NpyMatrixFile?, _ report: (Int, Int) -> Void) throws {
    guard outputPath != "-" else {
      return try OutputFile.write(to: outputPath) { try predict(to: $0, probabilities, report) }
    }
    try Interruption.tidily(writing: outputPath) {
      try OutputFile.write(to: outputPath) { try predict(to: $0, probabilities, report) }
    }
  }

  private func predict(
    to sink: FileSink, _ probabilities: NpyMatrixFile?, _ report: (Int, Int) -> Void
  ) throws {
    let rows = try RowReader(path: inputPath, options: reader)
    var rowCount = 0
    while let batch = try rows.next(maxRows: Self.batchRows, maxBytes: Self.batchBytes) {
      guard batch.data.rowCount > 0 else { continue }
      let features = try batch.data.prepared(with: model.vectorizer, workers: reader.workers).features
      try write(features, to: sink)
      try probabilities?.append(model.model.probabilities(of: features))
      rowCount += features.rowCount
      report(rowCount, 0)
    }
    guard rowCount > 0 else { throw FormatError(path: inputPath, place: .file, problem: .empty) }
  }

  private func write(_ features: Features, to sink: FileSink) throws {
    var lines = ""
    for answer in try model.model.classify(features, top: min(top, model.model.classes.count)) {
      lines += format.line(answer)
      lines += "\n"
    }
    try sink.write(lines)
  }
}
