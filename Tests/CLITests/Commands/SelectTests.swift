import Foundation
import Testing

@Suite("select")
struct SelectTests {
  private let folder: Workspace
  private let pool = SampleData.documents(120, seed: 7)

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(60)), to: "rows.tsv")
    try folder.write(pool.map { $0.text + "\n" }.joined(), to: "pool.tsv")
    let trained = try Tool.run("train", "--input", "rows.tsv", "--model", "m", "--quiet", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
  }

  private func select(_ arguments: String..., input: String = "pool.tsv") throws -> Tool.Outcome {
    try Tool.run(["select", "--model", "m", "--input", input, "--quiet"] + arguments, in: folder)
  }

  @Test func doubtfulRowsAreChosenOnceAndInOrder() throws {
    let outcome = try select("--count", "20", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let chosen = try outcome.lines.map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let rows = chosen.compactMap { $0["row"] as? Int }
    #expect(rows.count == 20 && Set(rows).count == 20)
    #expect(chosen.allSatisfy { $0["text"] as? String == pool[$0["row"] as? Int ?? 0].text })
    let predicted = try Tool.run(
      "predict", "--model", "m", "--input", "pool.tsv", "--top", "2", "--quiet", in: folder)
    let margins = predicted.lines.map { line -> Double in
      let fields = line.split(separator: "\t")
      return (Double(fields[1]) ?? 0) - (Double(fields[3]) ?? 0)
    }
    let mean = margins.reduce(0, +) / 120
    #expect(rows.reduce(0) { $0 + margins[$1] } / 20 <= mean)
    #expect(rows.first.map { margins[$0] } == margins.min())
    let table = try select("--count", "20")
    #expect(table.lines.map { $0.split(separator: "\t").first.flatMap { Int($0) } } == rows)
    #expect(try select("--count", "20").output == table.output)
  }

  @Test func nearDuplicatesAreChosenOnce() throws {
    try folder.write(
      [String](repeating: pool[3].text, count: 30).map { $0 + "\n" }.joined() + pool[4].text + "\n",
      to: "same.tsv")
    let outcome = try select("--count", "5", input: "same.tsv")
    #expect(outcome.lines.count == 2)
  }

  @Test(arguments: [
    (["--count", "0"], 2, "--count is 0"), (["--similarity", "2"], 2, "--similarity is 2"),
    (["--count", "x"], 2, "whole number"),
  ])
  func wrongCallsAreNamed(arguments: [String], status: Int32, reason: String) throws {
    let outcome = try Tool.run(
      ["select", "--model", "m", "--input", "pool.tsv", "--quiet"] + arguments, in: folder)
    #expect(outcome.status == status && outcome.errors.contains(reason), "\(outcome.errors)")
  }
}
