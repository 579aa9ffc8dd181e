import Foundation
import Testing

@Suite("explain")
struct ExplainTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(150)), to: "rows.tsv")
    try #require(try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder).status == 0)
  }

  @Test func namesTheClassAndTheWordsThatDecided() throws {
    let json = try Tool.run(
      "explain", "--model", "m", "--text", "Free CASH prize at the lunch", "--json", in: folder
    ).json
    #expect(json["label"] as? String == "spam")
    #expect(json["rejected"] as? Bool == false)
    let words = try #require(json["words"] as? [[String: Any]])
    let names = words.compactMap { $0["word"] as? String }
    #expect(Set(names) == ["free", "cash", "prize", "lunch"])
    let speakFor = words.filter { ($0["lead"] as? Double ?? 0) > 0 }.compactMap { $0["word"] as? String }
    #expect(Set(speakFor) == ["free", "cash", "prize"])
    let winner = try #require(json["winner"] as? [String: Any])
    let rival = try #require(json["rival"] as? [String: Any])
    let lead = words.compactMap { $0["lead"] as? Double }.reduce(0, +)
    let scores = try (#require(winner["score"] as? Double), #require(rival["score"] as? Double))
    #expect(abs(lead - (scores.0 - scores.1)) < 1e-5)
    #expect(scores.0 > scores.1)
  }

  @Test func agreesWithPredict() throws {
    try folder.write(SampleData.tsv(SampleData.documents(40, seed: 9)), to: "new.tsv")
    let explained = try Tool.run("explain", "--model", "m", "--input", "new.tsv", "--json", in: folder)
    let predicted = try Tool.run("predict", "--model", "m", "--input", "new.tsv", in: folder)
    #expect(explained.lines.count == 40)
    for (one, other) in zip(explained.lines, predicted.lines) {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(one.utf8)) as? [String: Any])
      #expect(object["label"] as? String == other.split(separator: "\t").first.map(String.init))
    }
  }

  @Test func printsForPeople() throws {
    let outcome = try Tool.run(
      "explain", "--model", "m", "--text", "vote in parliament", "--top-words", "1", in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.lines.first?.hasPrefix("news  confidence 0.") == true)
    #expect(outcome.output.contains("vote") != outcome.output.contains("parliament"))
  }

  @Test func namesHashedWordsOfTheDocument() throws {
    #expect(
      try Tool.run("train", "--input", "rows.tsv", "--model", "h", "--hashing", "16", in: folder).status == 0)
    let outcome = try Tool.run("explain", "--model", "h", "--text", "cash prize now", in: folder)
    #expect(outcome.output.contains("cash"))
    #expect(!outcome.output.contains("#"))
  }

  @Test func saysThatNothingIsKnown() throws {
    let outcome = try Tool.run("explain", "--model", "m", "--text", "zzz qqq", in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("rejected: nothing in it is known to any class"))
  }

  @Test func wantsOneDocumentOrOneFile() throws {
    for arguments in [[], ["--text", "a", "--input", "rows.tsv"]] {
      let outcome = try Tool.run(["explain", "--model", "m"] + arguments, in: folder)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("explain needs one of --text and --input"))
    }
    try folder.write("", to: "empty.tsv")
    #expect(try Tool.run("explain", "--model", "m", "--input", "empty.tsv", in: folder).status == 1)
  }

  @Test func textNeedsAModelOfText() throws {
    try folder.write(SampleData.svmlight(60), to: "rows.svmlight")
    #expect(try Tool.run("train", "--input", "rows.svmlight", "--model", "v", in: folder).status == 0)
    let outcome = try Tool.run("explain", "--model", "v", "--text", "cash", in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("vectors"))
    let rows = try Tool.run("explain", "--model", "v", "--input", "rows.svmlight", in: folder)
    #expect(rows.output.contains("#0"))
  }
}
