import FastKMeansCore
import Foundation
import Testing

@Suite("predict")
struct PredictTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(150)), to: "rows.tsv")
    let outcome = try Tool.run("train", "--input", "rows.tsv", "--model", "m", "--soft", "false", in: folder)
    try #require(outcome.status == 0)
  }

  private func predict(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(["predict", "--model", "m"] + arguments, in: folder)
  }

  @Test func givesLabelAndConfidenceForEachRow() throws {
    let rows = SampleData.documents(20, seed: 5)
    try folder.write(SampleData.tsv(rows), to: "new.tsv")
    let outcome = try predict("--input", "new.tsv")
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.lines.count == 20)
    for line in outcome.lines {
      let fields = line.split(separator: "\t")
      #expect(fields.count == 2)
      #expect(SampleData.classes.contains(String(fields[0])))
      #expect(try (0...1).contains(#require(Double(fields[1]))))
    }
  }

  @Test func repeatsThePairForFurtherClasses() throws {
    try folder.write("free cash prize\n", to: "new.tsv")
    let fields = try predict("--input", "new.tsv", "--top", "2").output.split(separator: "\t")
    #expect(fields.count == 4)
    #expect(fields[0] == "spam")
    // More than there are classes: all of them.
    #expect(try predict("--input", "new.tsv", "--top", "9").output.split(separator: "\t").count == 6)
  }

  @Test func aRowWithoutAnyKnownWordIsRejectedAndGetsTheMostFrequentClass() throws {
    try folder.write("spam\tfree cash\n" + "ham\tsee you\n" + "ham\tlunch today\n", to: "few.tsv")
    #expect(try Tool.run("train", "--input", "few.tsv", "--model", "few", in: folder).status == 0)
    try folder.write("xyzzy plugh\nfree\n", to: "new.tsv")
    let lines = try Tool.run("predict", "--model", "few", "--input", "new.tsv", in: folder).lines
    #expect(lines[0] == "ham\t0.6666667\trejected")
    #expect(lines[1].hasPrefix("spam\t") && !lines[1].contains("rejected"))
    let top = try Tool.run("predict", "--model", "few", "--input", "new.tsv", "--top", "2", in: folder).lines
    #expect(top[0] == "ham\t0.6666667\tspam\t0.33333334\trejected")
    let labels = try Tool.run("predict", "--model", "few", "--input", "new.tsv", "--labels-only", in: folder)
    #expect(labels.lines == ["ham", "spam"])
    for extra in [["--json"], ["--top", "2"]] {
      let outcome = try Tool.run(
        ["predict", "--model", "few", "--input", "new.tsv", "--labels-only"] + extra, in: folder)
      #expect(outcome.status != 0 && outcome.errors.contains("--labels-only"))
    }
  }

  @Test func printsAnObjectForEachRow() throws {
    try folder.write("free cash prize\nxyzzy plugh\n", to: "new.tsv")
    let outcome = try predict("--input", "new.tsv", "--json", "--top", "3")
    let objects = try outcome.lines.map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.count == 2)
    #expect(objects[0]["label"] as? String == "spam")
    #expect(objects[0]["rejected"] as? Bool == false)
    #expect(objects[1]["rejected"] as? Bool == true)
    let top = try #require(objects[0]["top"] as? [[String: Any]])
    #expect(top.count == 3)
    #expect(top[0]["label"] as? String == "spam")
    #expect(top[0]["confidence"] as? Double == objects[0]["confidence"] as? Double)
    #expect(try #require(top[0]["similarity"] as? Double) > #require(top[1]["similarity"] as? Double))
  }

  @Test func takesRowsWithoutLabelsInEveryTextFormat() throws {
    try folder.write("free cash prize\n", to: "new.tsv")
    try folder.write("text\nfree cash prize\n", to: "new.csv")
    try folder.write("{\"text\": \"free cash prize\"}\n", to: "new.jsonl")
    try folder.write("id;body\n1;x\n", to: "other.csv")
    for name in ["new.tsv", "new.csv", "new.jsonl"] {
      let outcome = try predict("--input", name)
      #expect(outcome.output.hasPrefix("spam\t"), "\(name): \(outcome.errors)")
    }
    try folder.write("body\nfree cash prize\n", to: "named.csv")
    #expect(try predict("--input", "named.csv", "--text-column", "body").output.hasPrefix("spam\t"))
    let missing = try predict("--input", "named.csv")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("no column 'text'"))
  }

  @Test func writesProbabilitiesForNumPy() throws {
    let rows = SampleData.documents(20, seed: 5)
    try folder.write(SampleData.tsv(rows), to: "new.tsv")
    let outcome = try predict("--input", "new.tsv", "--proba", "p.npy", "--output", "answers.tsv")
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
    let data = try folder.data("p.npy")
    #expect(data.count == 128 + 20 * 3 * 4)
    #expect(data.prefix(6) == Data([0x93] + Array("NUMPY".utf8)))
    #expect(String(decoding: data[10..<128], as: UTF8.self).contains("'shape': (20, 3)"))
    let values = data[128...].withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
      .map { Float(bitPattern: UInt32(littleEndian: $0)) }
    let answers = try folder.text("answers.tsv").split(separator: "\n")
    for (row, answer) in answers.enumerated() {
      let own = values[row * 3..<row * 3 + 3]
      #expect(abs(own.reduce(0, +) - 1) < 1e-5)
      let fields = answer.split(separator: "\t")
      let position = try #require(SampleData.classes.firstIndex(of: String(fields[0])))
      #expect(own[row * 3 + position] == Float(fields[1]))
    }
  }

  @Test func escapesLabelsThatWouldBreakALine() throws {
    let labels = ["a\tb", "c\\d", "e\nf"]
    let rows = SampleData.documents(90).map { row in
      let index = SampleData.classes.firstIndex(of: row.label) ?? 0
      let object = ["label": labels[index], "text": row.text]
      return String(decoding: (try? JSONSerialization.data(withJSONObject: object)) ?? Data(), as: UTF8.self)
    }
    try folder.write(rows.joined(separator: "\n") + "\n", to: "odd.jsonl")
    #expect(try Tool.run("train", "--input", "odd.jsonl", "--model", "odd", in: folder).status == 0)
    let outcome = try Tool.run("predict", "--model", "odd", "--input", "odd.jsonl", in: folder)
    #expect(outcome.lines.count == 90)
    let found = Set(outcome.lines.map { String($0.split(separator: "\t")[0]) })
    #expect(found == ["a\\tb", "c\\\\d", "e\\nf"])
  }

  @Test func givesTheSameAnswersFromAPipeAndInManyBatches() throws {
    // More rows than one batch holds.
    let rows = SampleData.tsv(SampleData.documents(9000, seed: 8))
    try folder.write(rows, to: "many.tsv")
    let whole = try predict("--input", "many.tsv")
    #expect(whole.lines.count == 9000)
    let piped = try Tool.run(
      "predict", "--model", "m", "--input", "-", "--format", "tsv", in: folder, input: rows)
    #expect(piped.output == whole.output)
    let head = rows.split(separator: "\n").suffix(10).joined(separator: "\n") + "\n"
    try folder.write(head, to: "tail.tsv")
    #expect(try predict("--input", "tail.tsv").lines == whole.lines.suffix(10))
  }
}
