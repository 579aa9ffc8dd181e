import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Foundation

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Train and judge a model on text that ships with the program.",
    discussion: """
      Learns to tell the 45 kinds of WordNet definitions apart, once with one prototype per class and once \
      with several, and shows what each prototype stands for. Needs no other file.
      """
  )

  @Option("The folder to write model and report into.", "folder")
  var output = "./fastkmeans-demo"

  @OptionGroup(title: "Display") var display: DisplayArguments

  func run() throws {
    let folder = output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
    let data = try DemoData.locate()
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw DataError("\(folder): the folder cannot be made; name another with --output")
    }
    let progress = ProgressDisplay(isQuiet: display.quiet)
    let (train, readSeconds) = try progress.run("reading the training rows") { _ in
      try LabelledData.read(data.trainPath)
    }
    guard case .text(let documents, let found?) = train else { throw InputError.noRows }
    let labels = try found.column(kind: .text)
    let (text, vectorizeSeconds) = try progress.run("vectorising") { _ in
      try TFIDFVectorizer.fitTransform(documents)
    }
    let test = try progress.run("reading the test rows") { _ in
      guard case .text(let documents, let labels?) = try LabelledData.read(data.testPath) else {
        throw InputError.noRows
      }
      let rows = try text.vectorizer.transform(documents, workers: -1).rows
      return (features: Features.sparse(rows), labels: try labels.column(kind: .text))
    }.result

    func contestant(_ options: TrainingOptions) throws -> DemoResult.Contestant {
      let (model, seconds) = try progress.run("training", unit: "documents") { _ in
        var classifier = try FastKMeansClassifier<Label>(options)
        try classifier.fit(.sparse(text.rows), labels: labels, progress: progress.show)
        return try classifier.model
      }
      let evaluation = try Evaluation(of: model, on: test.features, labels: test.labels, progress)
      return DemoResult.Contestant(model: model, fitSeconds: seconds, evaluation: evaluation)
    }
    // One centroid per class is the usual baseline. The second run adds refinement alone, so that its effect can be
    // told from the effect of several prototypes. The last run is `train --analyzer word`.
    var single = TrainingOptions()
    single.prototypesPerClass = 1
    var centroid = single
    centroid.refinement = .count(0)
    let contestants = try [centroid, single, TrainingOptions()].map(contestant)
    let result = DemoResult(
      trainCount: documents.count, testCount: test.features.rowCount, readSeconds: readSeconds,
      vectorizeSeconds: vectorizeSeconds, centroid: contestants[0], single: contestants[1],
      several: contestants[2],
      contents: try ModelContents(model: contestants[2].model, vectorizer: text.vectorizer),
      modelPath: folder + "/model.safetensors", reportPath: folder + "/report.md")
    try Interruption.tidily(writing: result.modelPath) {
      try ModelFile.write(result.contents, to: result.modelPath)
    }
    try Interruption.tidily(write: result.reportPath) { try $0.write(result.markdown) }
    try StandardOutput.write(display.json ? [result.json.text] : result.lines)
  }
}
