import FastKMeans
import Foundation
import Testing

@Suite("The program and the library")
struct LibraryAgreementTests {
  @Test("say the same", arguments: [RefinementEpochs.count(0), .automatic])
  func sayTheSame(refinement: RefinementEpochs) throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(200)), to: "rows.tsv")
    try folder.write(SampleData.tsv(SampleData.documents(50, seed: 3)), to: "test.tsv")
    let refine = refinement == .automatic ? "auto" : "0"
    let trained = try Tool.run("train", "--input", "rows.tsv", "--model", "m", "--refine", refine, in: folder)
    #expect(trained.status == 0, "\(trained.errors)")

    var options = TrainingOptions()
    options.refinement = refinement
    var classifier = try FastKMeansClassifier<String>(options)
    let text = try TFIDFVectorizer.fitTransform(texts(of: "rows.tsv", in: folder))
    try classifier.fit(.sparse(text.rows), labels: labels(of: "rows.tsv", in: folder))
    let rows = try text.vectorizer.transform(texts(of: "test.tsv", in: folder)).rows
    let answers = try classifier.model.classify(.sparse(rows))

    let printed = try Tool.run("predict", "--model", "m", "--input", "test.tsv", in: folder)
    #expect(printed.lines.map(String.init) == answers.map { "\($0.best.label)\t\($0.best.confidence)" })
    let contents = try ModelFile.read(folder.path("m"))
    #expect(contents.vectorizer == text.vectorizer)
    #expect(try contents.model.prototypes == classifier.model.prototypes)
  }

  @Test("write the same file from the same texts, and read each other's")
  func sameFile() throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(200)), to: "rows.tsv")
    try folder.write(SampleData.tsv(SampleData.documents(50, seed: 3)), to: "test.tsv")
    let trained = try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")

    var learner = try TextClassifier.Learner()
    try learner.fit(
      lines(of: "rows.tsv", in: folder).map { String($0[1]) }, labels: labels(of: "rows.tsv", in: folder))
    try learner.classifier().write(to: folder.path("own"))
    #expect(try folder.data("own") == folder.data("m"))

    let asked = try lines(of: "test.tsv", in: folder).map { String($0[1]) }
    let answers = try TextClassifier(contentsOf: folder.path("m")).classify(asked, top: 2)
    let printed = try Tool.run("predict", "--model", "own", "--input", "test.tsv", "--top", "2", in: folder)
    let expected = answers.map { answer in
      let next = answer.alternatives[0]
      return "\(answer.label)\t\(answer.confidence)\t\(next.label)\t\(next.confidence)"
    }
    #expect(printed.lines.map(String.init) == expected)
  }

  private func lines(of name: String, in folder: Workspace) throws -> [[Substring]] {
    try folder.text(name).split(separator: "\n").map { $0.split(separator: "\t") }
  }

  private func texts(of name: String, in folder: Workspace) throws -> UTF8Documents {
    try UTF8Documents(lines(of: name, in: folder).map { String($0[1]) })
  }

  private func labels(of name: String, in folder: Workspace) throws -> [String] {
    try lines(of: name, in: folder).map { String($0[0]) }
  }
}
