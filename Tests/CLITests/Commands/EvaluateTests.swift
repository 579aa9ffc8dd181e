import Foundation
import Testing

@Suite("evaluate")
struct EvaluateTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(150)), to: "rows.tsv")
    try folder.write(SampleData.tsv(SampleData.documents(60, seed: 9)), to: "test.tsv")
    let outcome = try Tool.run("train", "--input", "rows.tsv", "--model", "m", "--soft", "false", in: folder)
    try #require(outcome.status == 0)
  }

  @Test func printsWhatScriptsRead() throws {
    let outcome = try Tool.run("evaluate", "--model", "m", "--input", "test.tsv", "--json", in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json
    #expect(json["documents"] as? Int == 60)
    #expect(try #require(json["accuracy"] as? Double) > 0.9)
    #expect(json["micro_f1"] as? Double == json["accuracy"] as? Double)
    for name in ["macro_f1", "predict_seconds", "documents_per_second", "expected_calibration_error"] {
      #expect(try #require(json[name] as? Double) >= 0, "\(name)")
    }
    let classes = try #require(json["per_class"] as? [[String: Any]])
    #expect(classes.map { $0["label"] as? String } == SampleData.classes)
    #expect(classes.compactMap { $0["support"] as? Int }.reduce(0, +) == 60)
    for name in ["precision", "recall", "f1"] {
      #expect(classes.allSatisfy { ($0[name] as? Double).map { (0...1).contains($0) } == true }, "\(name)")
    }
  }

  @Test func agreesWithWhatPredictSays() throws {
    let answers = try Tool.run("predict", "--model", "m", "--input", "test.tsv", in: folder).lines
    let truth = try folder.text("test.tsv").split(separator: "\n").map { $0.split(separator: "\t")[0] }
    let right = zip(answers, truth).count { $0.split(separator: "\t")[0] == $1 }
    let json = try Tool.run("evaluate", "--model", "m", "--input", "test.tsv", "--json", in: folder).json
    #expect(json["accuracy"] as? Double == Double(right) / 60)
  }

  @Test func countsUnknownLabelsAsErrors() throws {
    let rows = SampleData.documents(10, seed: 9)
    try folder.write(
      SampleData.tsv(rows) + SampleData.tsv(rows).replacingOccurrences(of: "\t", with: "x\t"), to: "half.tsv")
    let known = try Tool.run("evaluate", "--model", "m", "--input", "test.tsv", "--json", in: folder).json
    #expect(known["unknown_labels"] as? Int == 0)
    let json = try Tool.run("evaluate", "--model", "m", "--input", "half.tsv", "--json", in: folder).json
    #expect(json["unknown_labels"] as? Int == 10)
    #expect(try #require(json["accuracy"] as? Double) <= 0.5)
  }

  @Test func showsTablesToPeople() throws {
    let outcome = try Tool.run("evaluate", "--model", "m", "--input", "test.tsv", in: folder)
    #expect(outcome.status == 0)
    for heading in ["accuracy", "macro F1", "class", "answered", "right class in best 2"] {
      #expect(outcome.output.contains(heading), "\(heading)")
    }
  }
}
