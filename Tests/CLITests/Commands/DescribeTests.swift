import Foundation
import Testing

@Suite("describe")
struct DescribeTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    let rows = SampleData.documents(150).map {
      (label: $0.label == "ham" ? "<ham>|_x_" : $0.label, text: $0.text)
    }
    try folder.write(SampleData.tsv(rows), to: "rows.tsv")
    try #require(try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder).status == 0)
  }

  private func card(_ arguments: String...) throws -> [String] {
    let outcome = try Tool.run(["describe", "--model", "m", "--quiet"] + arguments, in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func saysWhatEvaluateSays() throws {
    let lines = try card("--input", "rows.tsv")
    let json = try Tool.run("evaluate", "--model", "m", "--input", "rows.tsv", "--json", in: folder).json
    let accuracy = try #require(json["accuracy"] as? Double)
    let error = (accuracy * (1 - accuracy) / 150).squareRoot()
    func tenths(_ value: Double) -> Double { (value * 1000).rounded() / 10 }
    #expect(lines.contains("| accuracy | \(tenths(accuracy)) % ± \(tenths(error)) |"), "\(lines)")
    for heading in ["Data", "Classes and their sub-topics", "Accuracy", "Calibration", "Limits", "Options"] {
      #expect(lines.contains("## \(heading)"))
    }
    #expect(lines.first == "# m")
    let confusions = try #require(json["most_confused"] as? [[String: Any]])
    #expect(lines.contains("## Confusions") == !confusions.isEmpty)
    let options = lines.drop { $0 != "```json" }.dropFirst().prefix { $0 != "```" }.joined()
    let parsed = try JSONSerialization.jsonObject(with: Data(options.utf8)) as? [String: Any]
    #expect(parsed?["k_init"] as? Int == 3 && parsed?["min_df"] as? Int == 1)
  }

  @Test func labelsAndWordsDoNotBreakTheTables() throws {
    let lines = try card("--input", "rows.tsv")
    #expect(lines.contains { $0.hasPrefix("| &lt;ham>\\|\\_x\\_ | ") }, "\(lines)")
    for (place, line) in lines.enumerated() where line.hasPrefix("|--") || line.hasPrefix("|:") {
      func width(_ line: String) -> Int { line.replacing("\\|", with: "").count { $0 == "|" } }
      for row in ([lines[place - 1]] + lines[place...].prefix { $0.hasPrefix("|") }) {
        #expect(width(row) == width(line), "\(row)")
      }
    }
  }

  @Test func withoutRowsItSaysThatNothingWasMeasured() throws {
    let lines = try card("--output", "card.md")
    #expect(lines == [""])
    let text = String(decoding: try folder.data("card.md"), as: UTF8.self)
    #expect(text.contains("Not measured") && !text.contains("## Calibration"))
    #expect(text.contains("from 150 documents"))
    #expect(text.contains("No class has fewer than 10."))
  }

  @Test func vectorsAreDescribedToo() throws {
    try folder.write(SampleData.svmlight(60), to: "rows.svm")
    try #require(
      try Tool.run(
        "train", "--input", "rows.svm", "--format", "svmlight", "--model", "v", "--refine", "0", in: folder
      ).status == 0)
    let outcome = try Tool.run(
      "describe", "--model", "v", "--input", "rows.svm", "--format", "svmlight", "--quiet", in: folder)
    #expect(
      outcome.status == 0 && outcome.output.contains("A classifier of vectors into 3 classes"),
      "\(outcome.errors)")
    #expect(outcome.output.contains("It cannot tell rows of unknown classes."))
  }

  @Test(arguments: [
    (["--model", "nowhere"], 1, "nowhere"), (["--model", "m", "--input", "nowhere.tsv"], 1, "nowhere.tsv"),
    (["--model", "m", "--top-words", "-1"], 2, "--top-words is -1"), (["--model", "-"], 2, "name of a file"),
    (["--model", "m", "--input", "rows.unknown"], 2, "rows.unknown"),
  ])
  func wrongCallsAreNamed(arguments: [String], status: Int32, reason: String) throws {
    let outcome = try Tool.run(["describe", "--quiet"] + arguments, in: folder)
    #expect(outcome.status == status && outcome.errors.contains(reason), "\(outcome.errors)")
  }
}
