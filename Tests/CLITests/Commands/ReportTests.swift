import Foundation
import Testing

@Suite("report")
struct ReportTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    let rows = SampleData.documents(150).map {
      (label: $0.label == "ham" ? "<ham> & \"eggs\"" : $0.label, text: $0.text)
    }
    try folder.write(SampleData.tsv(rows), to: "rows.tsv")
    try #require(try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder).status == 0)
  }

  private func page(_ arguments: String...) throws -> String {
    let outcome = try Tool.run(
      ["report", "--model", "m", "--input", "rows.tsv", "--output", "r.html"] + arguments, in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return String(decoding: try folder.data("r.html"), as: UTF8.self)
  }

  /// The data inside a page.
  private func data(_ page: String) throws -> [String: Any] {
    let start = try #require(page.firstRange(of: "<script type=\"application/json\" id=\"data\">")).upperBound
    let end = try #require(page[start...].firstRange(of: "</script>")).lowerBound
    return try #require(JSONSerialization.jsonObject(with: Data(page[start..<end].utf8)) as? [String: Any])
  }

  @Test func isOnePageThatNeedsNothingElse() throws {
    let page = try page("--title", "Tickets </script> of today")
    #expect(page.hasPrefix("<!doctype html>"))
    for outside in ["http:", "https:", "@import", "src=", "<ham>"] {
      #expect(!page.contains(outside), "\(outside)")
    }
    let data = try data(page)
    #expect(data["title"] as? String == "Tickets </script> of today")
    let classes = try #require(data["classes"] as? [[String: Any]])
    #expect(classes.contains { $0["label"] as? String == "<ham> & \"eggs\"" })
  }

  @Test func hasWhatEvaluateAndInspectSay() throws {
    let page = try page()
    let json = try Tool.run("evaluate", "--model", "m", "--input", "rows.tsv", "--json", in: folder).json
    let accuracy = try #require(json["accuracy"] as? Double)
    let judged = try #require(try data(page)["judged"] as? [String: Any])
    let figures = try #require(judged["figures"] as? [[String]])
    #expect(figures.contains(["accuracy", "\((accuracy * 1000).rounded() / 10) %"]))
    #expect(figures.contains(["documents", "150"]))
    let cells = try #require(judged["cells"] as? [[Int]])
    #expect(cells.reduce(0) { $0 + $1[3] } == 150)
    let right = cells.filter { $0[0] == $0[1] }.reduce(0) { $0 + $1[3] }
    #expect(abs(Double(right) / 150 - accuracy) < 1e-9)
    for word in ["cash", "parliament", "meeting"] { #expect(page.contains(word), "\(word)") }
  }

  @Test func keepsErrorsFirst() throws {
    let rows = String(decoding: try folder.data("rows.tsv"), as: UTF8.self)
    try folder.write("wrong\tcash prize\n" + rows, to: "rows.tsv")
    func documents(_ count: String) throws -> [[String: Any]] {
      let judged = try data(page("--documents", count))["judged"] as? [String: Any]
      return try #require(judged?["documents"] as? [[String: Any]])
    }
    let ten = try documents("10")
    #expect(ten.count == 10)
    #expect(ten.contains { $0["wanted"] as? String == "wrong" && $0["text"] as? String == "cash prize" })
    let isError = ten.map { $0["wanted"] as? String != $0["label"] as? String }
    #expect(isError == isError.sorted { $0 && !$1 })
    #expect(try documents("0").isEmpty)
    #expect(try documents("1000").count == 151)
  }

  @Test func isTheSameEveryTime() throws {
    #expect(try page() == page("--n-threads", "1"))
  }

  @Test func answersBadCalls() throws {
    let missing = try Tool.run(
      "report", "--model", "m", "--input", "rows.tsv", "--output", "no/r.html", in: folder)
    #expect(missing.status == 1)
    #expect(missing.errors.contains("no/r.html"))
    try folder.write("only text\n", to: "plain.tsv")
    #expect(
      try Tool.run("report", "--model", "m", "--input", "plain.tsv", "--output", "r.html", in: folder).status
        == 1)
    #expect(try Tool.run("report", "--model", "m", "--input", "rows.tsv", in: folder).status == 2)
    let negative = try Tool.run(
      "report", "--model", "m", "--input", "rows.tsv", "--output", "r.html", "--documents", "-1", in: folder)
    #expect(negative.status == 2)
  }
}
