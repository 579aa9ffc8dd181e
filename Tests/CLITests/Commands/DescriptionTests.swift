import Foundation
import Testing

@Suite("--descriptions")
struct DescriptionTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(60)), to: "rows.tsv")
    try folder.write(
      zip(SampleData.classes, SampleData.words).map { "\($0)\t\($1.joined(separator: " "))\n" }.joined()
        + "travel\tflight hotel luggage\ntravel\ttrain and passport\n", to: "classes.tsv")
    try folder.write("a hotel and a flight\nthe passport\nwin cash\n", to: "new.tsv")
  }

  private func labels(_ model: String) throws -> [String] {
    try Tool.run("predict", "--model", model, "--input", "new.tsv", "--labels-only", in: folder).lines.map(
      String.init)
  }

  @Test func trainLearnsClassesWithoutDocuments() throws {
    let outcome = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m", "--descriptions", "classes.tsv", "--json", in: folder)
    let json = try outcome.json
    #expect(
      json["documents"] as? Int == 60 && json["descriptions"] as? Int == 5 && json["classes"] as? Int == 4)
    let tried = try #require(json["choices"] as? [[String: Any]]).filter {
      $0["subject"] as? String == "description_weight"
    }
    #expect(
      tried.count { $0["taken"] as? Bool == true } == 1 && tried.allSatisfy { $0["rows"] as? Int == 60 })
    #expect(try labels("m") == ["travel", "travel", "spam"])
    let text = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m", "--descriptions", "classes.tsv", in: folder)
    #expect(text.lines.contains { $0.hasPrefix("descriptions") && $0.contains("held-out documents") })
  }

  @Test func aStreamLearnsThemOnce() throws {
    func stream() throws -> Tool.Outcome {
      try Tool.run(
        "stream", "--model", "s", "--input", "rows.tsv", "--descriptions", "classes.tsv", "--quiet",
        in: folder)
    }
    let first = try stream()
    #expect(first.status == 0 && first.lines.count == 2, "\(first.errors)")
    #expect(try labels("s") == ["travel", "travel", "spam"])
    let model = try folder.data("s")
    #expect(try stream().lines.isEmpty)
    #expect(try folder.data("s") == model)
  }

  @Test(arguments: [
    ("ham\t\n", "the description of the class 'ham' is empty"), ("ham\n", "the row has no label"),
    ("", "classes.tsv"),
  ])
  func badFilesAreNamed(_ content: String, _ reason: String) throws {
    try folder.write(content, to: "classes.tsv")
    for command in ["train", "stream"] {
      let outcome = try Tool.run(
        command, "--input", "rows.tsv", "--model", "m", "--descriptions", "classes.tsv", in: folder)
      #expect(outcome.status == 1 && outcome.errors.contains(reason), "\(outcome.errors)")
    }
  }

  @Test func vectorsHaveNone() throws {
    try folder.write(SampleData.svmlight(60), to: "rows.svm")
    for command in ["train", "stream"] {
      let outcome = try Tool.run(
        command, "--input", "rows.svm", "--format", "svmlight", "--model", "m", "--descriptions",
        "classes.tsv", in: folder)
      #expect(outcome.status == 2 && outcome.errors.contains("--descriptions"), "\(outcome.errors)")
    }
    let missing = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m", "--descriptions", "nowhere.tsv", in: folder)
    #expect(missing.status == 1 && missing.errors.contains("nowhere.tsv"))
  }
}
