import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Foundation

/// The main job on real text: reads, vectorises, trains with one and with several prototypes per class, compares,
/// and writes model and report.
struct DemoRun {
  let folder: String
  let data: DemoData

  /// One centroid per class: what most people would try first.
  private static var centroid: TrainingOptions {
    var options = TrainingOptions()
    options.prototypesPerClass = 1
    options.refinement = .count(0)
    return options
  }

  /// The same, refined: tells what refinement does apart from what several prototypes do.
  private static var single: TrainingOptions {
    var options = TrainingOptions()
    options.prototypesPerClass = 1
    return options
  }

  /// What `train` does when it is told nothing.
  private static let several = TrainingOptions()

  /// - Throws: errors of the library and the file system.
  func run(_ progress: ProgressDisplay) throws -> DemoResult {
    try makeFolder()
    let (train, readSeconds) = try progress.run("reading the training rows") { _ in
      try LabelledData.read(data.trainPath)
    }
    let (text, vectorizeSeconds) = try progress.run("vectorising") { _ in try vectorize(train) }
    let test = try progress.run("reading the test rows") { _ in
      try LabelledData.read(data.testPath).prepared(with: text.fitted.vectorizer, workers: -1)
    }.result
    guard let testLabels = try test.labels?.column(kind: .text) else { throw InputError.noRows }
    let contestants = try [Self.centroid, Self.single, Self.several].map { options in
      try contestant(options, text, test: test.features, testLabels: testLabels, progress)
    }
    let result = DemoResult(
      folder: folder, trainCount: train.rowCount, testCount: test.features.rowCount, readSeconds: readSeconds,
      vectorizeSeconds: vectorizeSeconds, centroid: contestants[0], single: contestants[1],
      several: contestants[2])
    try write(result)
    return result
  }

  private typealias Vectorized = (fitted: FittedText, labels: LabelColumn)

  private func vectorize(_ rows: LabelledData) throws -> Vectorized {
    guard case .text(let documents, let labels?) = rows else { throw InputError.noRows }
    return (try TFIDFVectorizer.fitTransform(documents), try labels.column(kind: .text))
  }

  private func contestant(
    _ options: TrainingOptions, _ text: Vectorized, test: Features, testLabels: LabelColumn,
    _ progress: ProgressDisplay
  ) throws -> DemoResult.Contestant {
    let (model, seconds) = try progress.run("training", unit: "documents") { _ in
      var classifier = try FastKMeansClassifier<Label>(options)
      try classifier.fit(.sparse(text.fitted.rows), labels: text.labels, progress: progress.show)
      return try classifier.model
    }
    let path = folder + "/model.safetensors"
    let loaded = LoadedModel(
      path: path, contents: try ModelContents(model: model, vectorizer: text.fitted.vectorizer))
    let evaluation = try EvaluationRun(model: loaded, inputPath: data.testPath, reader: ReaderOptions())
      .evaluate(test, labels: testLabels, progress)
    return DemoResult.Contestant(loaded: loaded, fitSeconds: seconds, evaluation: evaluation)
  }

  private func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw DataError("\(folder): the folder cannot be made; name another with --output")
    }
  }

  private func write(_ result: DemoResult) throws {
    try Interruption.tidily(writing: result.reportPath) {
      try ModelFile.write(result.several.loaded.contents, to: result.several.loaded.path)
      try OutputFile.write(to: result.reportPath) { try $0.write(DemoReport(result: result).markdown) }
    }
  }
}
