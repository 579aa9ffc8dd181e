import FastKMeansCore
import Foundation
import Testing

@Suite("audit")
struct AuditTests {
  private let folder: Workspace
  /// Rows whose labels were changed.
  private let flipped = [20, 41, 77, 103]
  private let rows: [(label: String, text: String)]

  init() throws {
    folder = try Workspace()
    var rows = SampleData.documents(150)
    for row in flipped { rows[row].label = rows[row].label == "spam" ? "ham" : "spam" }
    self.rows = rows
    try folder.write(SampleData.tsv(rows), to: "rows.tsv")
    try folder.write(SampleData.svmlight(90), to: "rows.svm")
  }

  private func audit(_ arguments: String..., input: String = "rows.tsv") throws -> Tool.Outcome {
    try Tool.run(["audit", "--input", input, "--quiet"] + arguments, in: folder)
  }

  private func objects(_ outcome: Tool.Outcome) throws -> [[String: Any]] {
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try outcome.lines.map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func theMostDoubtfulLabelsComeFirst() throws {
    let found = try objects(audit("--json"))
    #expect(found.count == 150 && found.allSatisfy { $0["kind"] as? String == "label" })
    #expect(Set(found.compactMap { $0["row"] as? Int }) == Set(0..<150))
    let first = Set(found.prefix(4).compactMap { $0["row"] as? Int })
    #expect(first.intersection(flipped).count >= 3, "\(first)")
    let top = try #require(found.first)
    let row = try #require(top["row"] as? Int)
    #expect(top["label"] as? String == rows[row].label && top["suggested"] as? String != rows[row].label)
    #expect(try #require(top["confidence"] as? Double) > 0.5 && #require(top["margin"] as? Double) > 0)
    #expect(top["probable"] as? Bool == true)
    let words = try #require(top["words"] as? [String])
    #expect(!words.isEmpty && words.allSatisfy { rows[row].text.contains($0) })
    #expect(try objects(audit("--json", "--limit", "3")).count == 3)
  }

  @Test(arguments: ["rows.tsv", "rows.svm"]) func aModelAnswersInPlaceOfFolds(input: String) throws {
    let trained = try Tool.run("train", "--input", input, "--model", "m", "--quiet", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    let found = try objects(audit("--model", "m", "--json", input: input))
    let predicted = try Tool.run("predict", "--model", "m", "--input", input, "--json", "--quiet", in: folder)
    let answers = try objects(predicted)
    for finding in found {
      let answer = answers[try #require(finding["row"] as? Int)]
      #expect("\(finding["suggested"] ?? "")" == "\(answer["label"] ?? "")")
      #expect(finding["confidence"] as? Double == answer["confidence"] as? Double)
    }
    let refused = try audit("--model", "m", "--k-init", "2", input: input)
    #expect(refused.status == 2 && refused.errors.contains("--model answers as it was trained"))
  }

  @Test func everyKindIsFoundInEveryForm() throws {
    var rows = rows
    rows += [rows[5], ("other" as String, rows[6].text), (rows[7].label, "zzz yyy"), ("news", "!")]
    try folder.write(SampleData.tsv(rows), to: "more.tsv")
    try folder.write(SampleData.tsv([rows[8], ("ham", "nothing of this kind here")]), to: "test.tsv")
    let kinds = "label,duplicate,conflict,leak,outlier,empty,class,pair,alike,mixed"
    let found = try objects(audit("--kinds", kinds, "--against", "test.tsv", "--json", input: "more.tsv"))
    func rowsOf(_ kind: String) -> [Int] {
      found.filter { $0["kind"] as? String == kind }.compactMap { $0["row"] as? Int }
    }
    #expect(rowsOf("duplicate").sorted() == [150, 151] && rowsOf("conflict") == [151])
    #expect(rowsOf("leak") == [8])
    #expect(rowsOf("empty").sorted() == [152, 153])
    #expect(rowsOf("outlier").count == 2)
    let conflict = try #require(found.first { $0["kind"] as? String == "conflict" })
    #expect(conflict["suggested"] as? String == rows[6].label && conflict["other"] as? Int == 6)
    let classes = found.filter { $0["kind"] as? String == "class" }
    #expect(classes.count == 3 && classes.allSatisfy { $0["documents"] is Int && $0["degree"] is Double })
    let table = try audit("--kinds", kinds, "--against", "test.tsv", "--tsv", input: "more.tsv")
    let width = try #require(table.lines.first).split(separator: "\t", omittingEmptySubsequences: false).count
    #expect(table.lines.count == found.count + 1)
    for line in table.lines {
      #expect(line.split(separator: "\t", omittingEmptySubsequences: false).count == width)
    }
    let text = try audit("--against", "test.tsv", input: "more.tsv")
    for title in [
      "labels in doubt", "rows like an earlier one", "rows that the other file has too", "by pair",
    ] {
      #expect(text.output.contains(title), "\(text.output)")
    }
  }

  @Test func acceptedChangesAreMadeInANewFile() throws {
    let table = try audit("--kinds", "label", "--tsv")
    var lines = table.lines.map(String.init)
    let header = lines[0].split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    let place = try #require(header.firstIndex(of: "suggested"))
    let chosen = lines[1...3]
    let changes = try chosen.map { line -> (row: Int, label: String) in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return (try #require(Int(fields[0])), fields[place])
    }
    // A person leaves the label of the third line empty: that row is to go.
    lines =
      [lines[0]]
      + chosen.enumerated().map { index, line in
        guard index == 2 else { return line }
        var fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        fields[place] = ""
        return fields.joined(separator: "\t")
      }
    try folder.write(lines.joined(separator: "\n") + "\n", to: "changes.tsv")
    let fixed = try audit("--fix", "changes.tsv", "--output", "fixed.tsv")
    #expect(fixed.status == 0, "\(fixed.errors)")
    #expect(fixed.output == "2 rows got another label, 1 went, 149 stay\n")
    var expected = rows
    for change in changes.prefix(2) { expected[change.row].label = change.label }
    expected.remove(at: changes[2].row)
    #expect(try folder.text("fixed.tsv") == SampleData.tsv(expected))
    #expect(try folder.text("rows.tsv") == SampleData.tsv(rows))
    // The changes belong to the rows that were audited, and to no others.
    let other = try audit("--fix", "changes.tsv", "--output", "again.tsv", input: "fixed.tsv")
    #expect(other.status == 1 && other.errors.contains("these are other rows"), "\(other.errors)")
    #expect(try !folder.files.contains("again.tsv"))
  }

  @Test(arguments: [
    ("row\tkind\n", "no column 'digest'"), ("", "there are no rows"),
    ("row\tdigest\tsuggested\n1\tabc\n", "2 fields"),
    ("row\tdigest\tsuggested\n\tabc\tx\n", "leave lines about classes out"),
    ("row\tdigest\tsuggested\n900\tabc\tx\n", "these are other rows"),
  ])
  func badCorrectionsAreNamed(content: String, reason: String) throws {
    try folder.write(content, to: "changes.tsv")
    let outcome = try audit("--fix", "changes.tsv", "--output", "out.tsv")
    #expect(outcome.status == 1 && outcome.errors.contains(reason), "\(outcome.errors)")
  }

  @Test(arguments: [
    (["--folds", "1"], 2, "--folds is 1"), (["--folds", "1000"], 2, "--folds is 1000"),
    (["--kinds", "labels"], 2, "did you mean 'label'"), (["--kinds", "leak"], 2, "needs --against"),
    (["--similarity", "0"], 2, "--similarity is 0"), (["--json", "--tsv"], 2, "choose one"),
    (["--limit", "0"], 2, "--limit is 0"), (["--outlier-share", "2"], 2, "--outlier-share is 2"),
    (["--labels-output", "x"], 2, "goes with --fix"),
  ])
  func wrongCallsAreNamed(arguments: [String], status: Int32, reason: String) throws {
    let outcome = try Tool.run(["audit", "--input", "rows.tsv", "--quiet"] + arguments, in: folder)
    #expect(outcome.status == status && outcome.errors.contains(reason), "\(outcome.errors)")
  }

  @Test(arguments: [
    ("one\taa bb cc\none\taa bb cc dd\none\tcc dd\n", "one label 'one'"),
    ("a\txx yy\nb\tyy zz\nc\tzz xx\nd\txx zz\ne\tyy xx\n", "two rows or more of two classes"),
    ("just a text\nand another\n", "has no label"),
  ])
  func badRowsAreNamed(content: String, reason: String) throws {
    try folder.write(content, to: "bad.tsv")
    let outcome = try audit("--folds", "2", input: "bad.tsv")
    #expect(outcome.status == 1 && outcome.errors.contains(reason), "\(outcome.errors)")
  }

  @Test func equalRowsWithTwoLabelsConflict() throws {
    try folder.write((0..<20).map { "\($0 % 2 == 0 ? "a" : "b")\tthe same text\n" }.joined(), to: "equal.tsv")
    let found = try objects(audit("--kinds", "conflict,label", "--json", input: "equal.tsv"))
    #expect(found.count { $0["kind"] as? String == "conflict" } == 19)
    #expect(found.count { $0["kind"] as? String == "label" } == 20)
  }
}
