import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Reads rows, searches for good options, and writes them or a model that they make.
struct TuningRun {
  var inputPath: String
  var reader: ReaderOptions
  var base: TrainingOptions
  /// `nil` for rows that are vectors already.
  var textOptions: TextOptions?
  var textSpace: TextTuningSpace
  var settings: TunerSettings
  var optionsPath: String?
  var modelPath: String?

  /// - Throws: errors of the readers, the library and the file system.
  func run(_ progress: ProgressDisplay) throws -> TuningSummary {
    for path in [optionsPath, modelPath].compactMap({ $0 }) { try OutputFile.check(path) }
    let rows = try progress.run("reading \(inputPath)") { _ in
      try LabelledData.read(inputPath, options: reader)
    }.result
    guard let labels = rows.labels else {
      throw InputError.badLabels(found: "missing", expected: "a label for each row")
    }
    let (found, seconds) = try progress.run("searching", unit: "fits") { report in
      try search(rows, labels) { report($0.completed, $0.total) }
    }
    var summary = found
    summary.seconds = seconds
    if let optionsPath { try write(summary.best, to: optionsPath) }
    if let modelPath { summary.training = try train(summary.best, to: modelPath, progress) }
    return summary
  }

  private func search(
    _ rows: LabelledData, _ labels: LabelColumn, _ report: (TuningProgress) -> Void
  ) throws -> TuningSummary {
    try withoutActuallyEscaping(report) { report in
      switch rows {
      case .features(let features, _):
        let result = try RowTuner(settings: settings).search(
          features, labels: labels, base: base, progress: report)
        return TuningSummary(
          candidates: result.candidates.map { TunedOptions(training: $0, text: nil) }, outcome: result.outcome
        )
      case .text(let documents, _):
        let result = try TextTuner(settings: settings, textSpace: textSpace).search(
          documents, labels: labels,
          base: TextTuner.Candidate(text: textOptions ?? TextOptions(), training: base), progress: report)
        return TuningSummary(
          candidates: result.candidates.map { TunedOptions(training: $0.training, text: $0.text) },
          outcome: result.outcome)
      }
    }
  }

  private func write(_ options: TunedOptions, to path: String) throws {
    try Interruption.tidily(writing: path) {
      try OutputFile.write(to: path) { try $0.write(options.json.text + "\n") }
    }
  }

  private func train(
    _ options: TunedOptions, to path: String, _ progress: ProgressDisplay
  ) throws -> TrainingSummary {
    try TrainingRun(
      inputPath: inputPath, reader: reader, options: options.training, textOptions: options.text,
      modelPath: path
    ).run(progress)
  }
}
