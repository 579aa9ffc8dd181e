import Foundation
import Testing

@Suite("none of these")
struct RejectionTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(400)), to: "rows.tsv")
    let strangers = (0..<30).map { "odd\t\(Self.strange($0))\n" }.joined()
    try folder.write(SampleData.tsv(SampleData.documents(60, seed: 9)) + strangers, to: "test.tsv")
  }

  /// Some words of every class, of none in particular.
  private static func strange(_ index: Int) -> String {
    (0..<9).map { String(SampleData.words[$0 % 3][(index * 5 + $0) % 12]) }.joined(separator: " ")
  }

  private func train(_ extra: String...) throws -> Tool.Outcome {
    try Tool.run(["train", "--input", "rows.tsv", "--model", "m", "--json"] + extra, in: folder)
  }

  private func rejected(_ extra: String...) throws -> [Bool] {
    let outcome = try Tool.run(
      ["predict", "--model", "m", "--input", "test.tsv", "--json"] + extra, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try outcome.lines.map { line in
      let row = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      return try #require(row["rejected"] as? Bool)
    }
  }

  @Test func predictRejectsAtTheRateThatIsNamed() throws {
    let json = try train().json
    let openSet = try #require(json["open_set"] as? [String: Any])
    #expect(try #require(openSet["unknown"] as? Int) > 20)
    #expect(try rejected().allSatisfy { !$0 })
    let strict = try rejected("--false-accept-rate", "0.1")
    #expect(strict[60...].count { $0 } > 15)
    #expect(strict[..<60].count { $0 } < 30)
    #expect(try rejected("--false-accept-rate", "0.1", "--per-class").contains(true))
    #expect(try rejected("--false-reject-rate", "0.05")[..<60].count { $0 } < 15)
  }

  @Test func trainKeepsTheRuleInTheModel() throws {
    #expect(try train().status == 0)
    let named = try rejected("--false-accept-rate", "0.1")
    #expect(try train("--false-accept-rate", "0.1").status == 0)
    #expect(try rejected() == named)
  }

  @Test func evaluateSaysWhatRejectionIsWorth() throws {
    #expect(try train().status == 0)
    let json = try Tool.run("evaluate", "--model", "m", "--input", "test.tsv", "--json", in: folder).json
    #expect(try (0...1).contains(#require(json["area_under_coverage"] as? Double)))
    let rejection = try #require(json["rejection"] as? [String: Any])
    #expect(rejection["known_documents"] as? Int == 60)
    #expect(rejection["unknown_documents"] as? Int == 30)
    #expect(try #require(rejection["separation"] as? Double) > 0.8)
    let rates = try #require(rejection["rates"] as? [[String: Any]])
    #expect(!rates.isEmpty)
    for name in ["false_accept_rate", "coverage", "accuracy", "observed_false_accept_rate"] {
      #expect(rates.allSatisfy { ($0[name] as? Double).map { (0...1).contains($0) } == true }, "\(name)")
    }
    let text = try Tool.run("evaluate", "--model", "m", "--input", "test.tsv", in: folder)
    #expect(text.output.contains("false accepts asked"))
    #expect(text.output.contains("area under coverage"))
  }

  @Test func modelsThatCannotTellSaySo() throws {
    let plain = try train("--refine", "0")
    #expect(plain.status == 0)
    #expect(try plain.json["open_set"] is NSNull)
    let outcome = try Tool.run(
      "predict", "--model", "m", "--input", "test.tsv", "--false-accept-rate", "0.1", in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("cannot tell unknown classes"))
    #expect(try train("--refine", "0", "--false-accept-rate", "0.1").status == 1)
  }

  @Test(arguments: [
    ["--false-accept-rate", "0.1", "--false-reject-rate", "0.1"], ["--per-class"],
    ["--false-accept-rate", "2"],
    ["--false-accept-rate", "0"], ["--false-reject-rate", "-1"], ["--false-accept-rate", "few"],
    ["--false-accept-rate", "0.00001"],
  ])
  func wrongCallsAreRefused(_ extra: [String]) throws {
    #expect(try train().status == 0)
    let outcome = try Tool.run(["predict", "--model", "m", "--input", "test.tsv"] + extra, in: folder)
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.output.isEmpty)
  }
}
