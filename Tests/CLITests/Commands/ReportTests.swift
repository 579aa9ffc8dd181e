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

  @Test func isOneWellFormedPageThatNeedsNothingElse() throws {
    let page = try page("--title", "Tickets <of> today")
    #expect(page.hasPrefix("<!doctype html>"))
    for outside in ["<script", "http:", "https:", "<link", "@import", "src="] {
      #expect(!page.contains(outside), "\(outside)")
    }
    #expect(page.contains("<title>Tickets &lt;of&gt; today</title>"))
    #expect(page.contains("&lt;ham&gt; &amp; &quot;eggs&quot;"))
    #expect(!page.contains("<ham>"))
    // What follows the document type is written as XML, so that a parser can tell whether tags fit.
    let body = page.replacing("<!doctype html>\n", with: "")
      .replacing("<meta charset=\"utf-8\">", with: "")
      .replacing("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">", with: "")
    try folder.write(body, to: "page.xml")
    try expectWellFormed("page.xml")
  }

  private func expectWellFormed(_ name: String) throws {
    let tags = try #require(try Regex("<(/?)([a-z0-9]+)[^<>]*?(/?)>").ignoresCase() as Regex<AnyRegexOutput>?)
    var open: [String] = []
    for match in String(decoding: try folder.data(name), as: UTF8.self).matches(of: tags) {
      let tag = String(match.output[2].substring ?? "")
      if match.output[1].substring == "/" {
        #expect(open.popLast() == tag)
      } else if match.output[3].substring != "/" {
        open.append(tag)
      }
    }
    #expect(open.isEmpty, "left open: \(open)")
  }

  @Test func showsWhatEvaluateAndInspectSay() throws {
    let page = try page()
    let json = try Tool.run("evaluate", "--model", "m", "--input", "rows.tsv", "--json", in: folder).json
    let accuracy = try #require(json["accuracy"] as? Double)
    #expect(page.contains("<dt>accuracy</dt><dd>\((accuracy * 1000).rounded() / 10) %</dd>"))
    #expect(page.contains("<dt>documents</dt><dd>150</dd>"))
    #expect(page.contains("Map of the prototypes"))
    for word in ["cash", "parliament", "meeting"] { #expect(page.contains(word), "\(word)") }
    #expect(page.components(separatedBy: "<svg ").count - 1 >= 3)
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
  }
}
