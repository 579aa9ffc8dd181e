import Foundation
import Testing

/// What people's files bring, and what must come out of it.
@Suite("Habits of files")
struct FileHabitsTests {
  private let folder: Workspace

  init() throws { folder = try Workspace() }

  private func run(_ arguments: String...) throws -> Tool.Outcome { try Tool.run(arguments, in: folder) }

  private func train(_ rows: String, _ more: String...) throws -> Tool.Outcome {
    let outcome = try Tool.run(["train", "--input", rows, "--model", "m", "--json"] + more, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome
  }

  /// The labels of the model `m`, as `inspect` has them.
  private func classes() throws -> [String] {
    let entries = try run("inspect", "--model", "m", "--json").json["per_class"] as? [[String: Any]]
    return try #require(entries).map { "\($0["label"] ?? "")" }
  }

  private func accuracy(_ model: String, _ rows: String) throws -> Double? {
    try run("evaluate", "--model", model, "--input", rows, "--json").json["accuracy"] as? Double
  }

  // MARK: - svmlight

  /// Indices from 0 in training; of the test rows none happens to have one.
  private func writeZeroBasedRows() throws {
    let rows = (0..<40).map { index in
      index % 2 == 0 ? "A 0:\(1 + index % 3) 2:1\n" : "B 1:\(1 + index % 3) 3:1\n"
    }
    try folder.write(rows.joined(), to: "train.svm")
    try folder.write("A 2:1\nB 1:1 3:1\nB 3:1\n", to: "test.svm")
  }

  @Test func aModelKeepsWhereIndicesStart() throws {
    try writeZeroBasedRows()
    _ = try train("train.svm")
    #expect(try run("stream", "--model", "s", "--input", "train.svm", "--quiet").status == 0)
    #expect(try run("tune", "--input", "train.svm", "--model", "t", "--trials", "2").status == 0)
    #expect(
      try run("convert", "--input", "m", "--output", "c.safetensors", "--dtype", "float16").status == 0)
    for model in ["m", "s", "t", "c.safetensors"] {
      #expect(try accuracy(model, "test.svm") == 1, "\(model)")
      #expect(
        try run("inspect", "--model", model, "--json").json["svmlight_zero_based"] as? Bool == true)
      let answers = try run("predict", "--model", model, "--input", "test.svm").lines
      #expect(answers.map { $0.prefix(1) } == ["A", "B", "B"], "\(model)")
    }
    let explained = try run("explain", "--model", "m", "--input", "test.svm")
    #expect(explained.output.contains("#3") && !explained.output.contains("#0 "), "\(explained.output)")
    // A stream goes on from the model as it was trained, and so does the model that it writes.
    #expect(try run("stream", "--model", "m", "--input", "test.svm", "--quiet").status == 0)
    #expect(try accuracy("m", "test.svm") == 1)
  }

  @Test func aModelOfRowsFromOneRefusesAZero() throws {
    try folder.write(SampleData.svmlight(60), to: "rows.svm")
    _ = try train("rows.svm")
    try folder.write("0 0:1 3:1\n", to: "zero.svm")
    let refused = try run("predict", "--model", "m", "--input", "zero.svm")
    #expect(refused.status == 1 && refused.errors.contains("--zero-based true"), "\(refused.errors)")
    #expect(try run("predict", "--model", "m", "--input", "zero.svm", "--zero-based", "true").status == 0)
  }

  @Test func convertSaysWhatItGuessed() throws {
    try writeZeroBasedRows()
    for (name, start) in [("train", "0"), ("test", "1")] {
      let outcome = try run(
        "convert", "--input", "\(name).svm", "--output", "x.npz", "--labels-output", "y.txt", "--json")
      #expect(outcome.errors.contains("indices were taken to start at \(start)"), "\(outcome.errors)")
      #expect(try outcome.json["zero_based"] as? Bool == (start == "0"))
    }
    let told = try run(
      "convert", "--input", "test.svm", "--output", "x.npz", "--labels-output", "y.txt", "--zero-based",
      "true")
    #expect(!told.errors.contains("taken to start"))
  }

  // MARK: - Labels

  @Test(arguments: [
    (["01110", "1110"], ["01110", "1110"]), (["00123", "00124"], ["00123", "00124"]),
    (["1.1", "1.10"], ["1.1", "1.10"]), (["0.5", "4.5"], ["0.5", "4.5"]), (["1", "nan"], ["1", "nan"]),
    (["7 ", " 8"], ["7", "8"]), (["+1", "-1"], ["+1", "-1"]), (["7", "8"], ["7", "8"]),
    (["9223372036854775808", "1"], ["1", "9223372036854775808"]),
  ])
  func aLabelComesBackAsItWasWritten(_ labels: [String], _ expected: [String]) throws {
    let texts = ["farm wheat corn", "steel mill coal"]
    let rows = (0..<8).map { (labels[$0 % 2], texts[$0 % 2]) }
    try folder.write(rows.map { "\($0)\t\($1)\n" }.joined(), to: "rows.tsv")
    try folder.write("label,text\n" + rows.map { "\($0),\($1)\n" }.joined(), to: "rows.csv")
    for name in ["rows.tsv", "rows.csv"] {
      _ = try train(name)
      #expect(try classes() == expected, "\(name)")
      #expect(try accuracy("m", name) == 1)
      let answers = try run("predict", "--model", "m", "--input", name)
      #expect(
        Set(answers.lines.compactMap { $0.split(separator: "\t").first.map(String.init) }) == Set(expected))
    }
    for size in ["2", "3", "8"] {
      let outcome = try run(
        "stream", "--model", "s\(size)", "--input", "rows.tsv", "--batch-size", size, "--min-df", "1",
        "--quiet")
      #expect(outcome.status == 0 && !outcome.errors.contains("rejected"), "\(outcome.errors)")
      #expect(try accuracy("s\(size)", "rows.tsv") == 1, "batches of \(size)")
    }
  }

  /// Integers first, then a code: the same classes wherever batches end, and after a stop in between.
  @Test func theTypeOfLabelsDoesNotDependOnBatches() throws {
    let rows = ["7", "8", "7", "8", "07", "A7", "7", "07"].map { "\($0)\tword\($0) words\n" }
    try folder.write(rows.joined(), to: "rows.tsv")
    for size in ["1", "2", "5", "8"] {
      #expect(
        try run(
          "stream", "--model", "m", "--input", "rows.tsv", "--batch-size", size, "--min-df", "1", "--quiet"
        ).status == 0)
      #expect(try classes().sorted() == ["07", "7", "8", "A7"], "batches of \(size)")
      for name in ["m", "m.state"] { try FileManager.default.removeItem(atPath: folder.path(name)) }
    }
    try folder.write(rows[..<4].joined(), to: "rows.tsv")
    #expect(try run("stream", "--model", "m", "--input", "rows.tsv", "--min-df", "1", "--quiet").status == 0)
    try folder.write(rows.joined(), to: "rows.tsv")
    let integer = try run(
      "stream", "--model", "m", "--input", "rows.tsv", "--label-type", "text", "--min-df", "1",
      "--quiet")
    #expect(integer.status == 2 && integer.errors.contains("--label-type"), "\(integer.errors)")
    #expect(try run("stream", "--model", "m", "--input", "rows.tsv", "--min-df", "1", "--quiet").status == 0)
    #expect(try classes().sorted() == ["07", "7", "8", "A7"])
  }

  @Test func theTypeOfLabelsCanBeSaid() throws {
    let rows = ["07\tfarm wheat\n", "8.0\tsteel mill\n"]
    try folder.write((rows + rows + rows).joined(), to: "rows.tsv")
    _ = try train("rows.tsv", "--label-type", "integer")
    #expect(try classes() == ["7", "8"])
    try folder.write("x\tfarm\n", to: "more.tsv")
    #expect(try run("evaluate", "--model", "m", "--input", "more.tsv").errors.contains("is no integer"))
    try folder.write("0.5 1:1\n1.5 2:1\n0.5 1:2\n1.5 2:2\n", to: "rows.svm")
    #expect(try run("train", "--input", "rows.svm", "--model", "m").errors.contains("--label-type text"))
    _ = try train("rows.svm", "--label-type", "text")
    #expect(try classes() == ["0.5", "1.5"])
  }

  @Test func oneLookAloneIsNotOneName() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    let rows = ["\(composed)\tfarm wheat\n", "\(decomposed)\tsteel mill\n"]
    try folder.write((rows + rows).joined(), to: "rows.tsv")
    _ = try train("rows.tsv")
    let shown = try run("inspect", "--model", "m", "--class", composed, "--json").json["per_class"]
    #expect((shown as? [Any])?.count == 1)
    let near = try run("inspect", "--model", "m", "--class", "cafe")
    #expect(near.status == 1 && near.errors.contains("did you mean"), "\(near.errors)")
  }

  // MARK: - Names and options

  @Test func aClassThatNoRowHasIsNamed() throws {
    try folder.write(SampleData.tsv(SampleData.documents(60)), to: "rows.tsv")
    try folder.write(#"{"spma": 2, "ham": 1}"#, to: "k.json")
    for command in ["train", "tune"] {
      let outcome = try run(command, "--input", "rows.tsv", "--model", "m", "--k-list", "k.json")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("'spma', which no row has (did you mean 'spam'?)"), "\(outcome.errors)")
    }
    try folder.write(SampleData.svmlight(60), to: "rows.svm")
    try folder.write(#"{"0": 2, "2": 1}"#, to: "numbers.json")
    _ = try train("rows.svm", "--k-list", "numbers.json")
    try folder.write(#"{"00": 2}"#, to: "code.json")
    #expect(try run("train", "--input", "rows.svm", "--model", "m", "--k-list", "code.json").status == 0)
    try folder.write(#"{"3": 2}"#, to: "three.json")
    #expect(try run("train", "--input", "rows.svm", "--model", "m", "--k-list", "three.json").status == 1)
  }

  @Test func optionsWithoutEffectAreSaidOnce() throws {
    try folder.write(SampleData.tsv(SampleData.documents(60)), to: "rows.tsv")
    let idle = ["--temperature", "2", "--soft", "false", "--batch-size", "10", "--lambda-penalty", "1"]
    let all = try Tool.run(["train", "--input", "rows.tsv", "--model", "m"] + idle, in: folder)
    #expect(
      all.errors.contains(
        "without effect beside the other options: --batch-size, --lambda-penalty, --soft, --temperature\n"))
    let some = try run(
      "train", "--input", "rows.tsv", "--model", "m", "--refine", "0", "--soft", "false", "--soft-type",
      "softmax")
    #expect(some.errors.contains("other options: --soft-type\n"), "\(some.errors)")
    let none = try run("train", "--input", "rows.tsv", "--model", "m", "--max-iters", "5")
    #expect(!none.errors.contains("without effect"))
  }

  @Test func versionAndAllOptions() throws {
    let version = try run("--version")
    #expect(version.status == 0 && version.errors.isEmpty)
    #expect(version.output.wholeMatch(of: /fastkmeans \d+\.\d+\.\d+\n/) != nil, "\(version.output)")
    let (usual, all) = (try run("train", "--help"), try run("train", "--help-all"))
    #expect(usual.status == 0 && all.status == 0)
    for name in ["--k-init", "--refine", "--min-df", "--input", "--stop-words"] {
      #expect(usual.output.contains(name) && all.output.contains(name), "\(name)")
    }
    for name in ["--percentile-threshold", "--lambda-penalty", "--hashing"] {
      #expect(!usual.output.contains(name) && all.output.contains(name), "\(name)")
    }
  }

  @Test func valuesThatNobodyHasNameTheNearest() throws {
    let outcome = try run("train", "--input", "rows.tsv", "--model", "m", "--distance", "cosin")
    #expect(outcome.status == 2 && outcome.errors.contains("did you mean 'cosine'?"), "\(outcome.errors)")
    let mixed = try run("train", "--input", "rows.tsv", "--model", "m", "--delimiter", ";")
    #expect(mixed.status == 2 && mixed.errors.contains("--delimiter is for csv"), "\(mixed.errors)")
  }

  @Test func delimitersAndHeadersAreTaken() throws {
    let rows = SampleData.documents(60)
    try folder.write("label;text\n" + rows.map { "\($0.label);\($0.text)\n" }.joined(), to: "rows.csv")
    try folder.write("text\tlabel\n" + rows.map { "\($0.text)\t\($0.label)\n" }.joined(), to: "rows.tsv")
    _ = try train("rows.csv", "--delimiter", ";")
    let model = try folder.data("m")
    _ = try train("rows.tsv", "--header")
    #expect(try folder.data("m") == model)
    let hint = try run("train", "--input", "rows.csv", "--model", "m")
    #expect(hint.status == 1 && hint.errors.contains("--delimiter ';'"), "\(hint.errors)")
    for (name, option) in [("rows.csv", ["--delimiter", ";"]), ("rows.tsv", ["--header"])] {
      let answers = try Tool.run(["predict", "--model", "m", "--input", name] + option, in: folder)
      #expect(answers.lines.count == 60, "\(answers.errors)")
      let call =
        ["stream", "--model", "s-\(name)", "--input", name, "--batch-size", "20", "--quiet"] + option
      #expect(try Tool.run(call, in: folder).lines.count == 3)
      #expect(try Tool.run(call, in: folder).lines.isEmpty)
    }
  }
}
