import Foundation
import Testing

@Suite("convert")
struct ConvertTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(60)), to: "rows.tsv")
    try folder.write(SampleData.svmlight(60), to: "rows.svmlight")
  }

  private func convert(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(["convert"] + arguments, in: folder)
  }

  @Test func bringsTextsRoundThroughEveryFormat() throws {
    for (input, output) in [("rows.tsv", "a.csv"), ("a.csv", "b.jsonl.gz"), ("b.jsonl.gz", "c.tsv")] {
      let outcome = try convert("--input", input, "--output", output)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "60 rows written to \(output)\n")
    }
    #expect(try folder.data("c.tsv") == folder.data("rows.tsv"))
  }

  @Test func bringsVectorsRoundThroughEveryFormat() throws {
    #expect(
      try convert("--input", "rows.svmlight", "--output", "a.npz", "--labels-output", "l.txt").status == 0)
    #expect(
      try convert(
        "--input", "a.npz", "--labels", "l.txt", "--output", "b.npy", "--labels-output", "l2.txt"
      ).status == 0)
    let back = try convert("--input", "b.npy", "--labels", "l2.txt", "--output", "c.svmlight")
    #expect(back.status == 0, "\(back.errors)")
    #expect(try folder.data("l.txt") == folder.data("l2.txt"))
    #expect(try folder.data("c.svmlight") == folder.data("rows.svmlight"))
  }

  @Test func writesToStandardOutput() throws {
    let outcome = try convert("--input", "rows.tsv", "--output", "-", "--output-format", "tsv", "--quiet")
    #expect(outcome.output == (try folder.text("rows.tsv")))
    #expect(outcome.errors.isEmpty)
  }

  @Test func shrinksAModelAndSaysWhatIsLost() throws {
    #expect(try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder).status == 0)
    let outcome = try convert("--input", "m", "--output", "small", "--dtype", "float16", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json
    #expect(json["dtype"] as? String == "float16")
    #expect(json["dtype_before"] as? String == "float32")
    // Half precision has 11 bits: rounding moves a normal value by at most 2^-11 of it.
    #expect(try #require(json["largest_relative_error"] as? Double) <= 0x1p-11)
    #expect(try #require(json["largest_relative_error"] as? Double) > 0)
    #expect(try folder.data("small").count < folder.data("m").count)
    let accuracy = try ["m", "small"].map {
      try Tool.run("evaluate", "--model", $0, "--input", "rows.tsv", "--json", in: folder).json["accuracy"]
        as? Double
    }
    #expect(accuracy[0] == accuracy[1])
  }

  @Test func leavesWeightsOutAndComparesBothModels() throws {
    #expect(
      try Tool.run("train", "--input", "rows.tsv", "--model", "m", "--refine", "3", in: folder).status == 0)
    let outcome = try convert(
      "--input", "m", "--output", "small", "--keep", "0.3", "--weight-bits", "8", "--evaluate", "rows.tsv",
      "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json
    #expect(try #require(json["removed_values"] as? Int) > 0)
    #expect(json["documents"] as? Int == (try folder.text("rows.tsv").split(separator: "\n").count))
    for (model, key) in [("m", "accuracy_before"), ("small", "accuracy")] {
      let evaluated = try Tool.run("evaluate", "--model", model, "--input", "rows.tsv", "--json", in: folder)
        .json
      #expect(json[key] as? Double == evaluated["accuracy"] as? Double)
    }
    #expect(try #require(json["agreement"] as? Double) > 0.5)
    #expect(try folder.data("small").count < folder.data("m").count)
  }

  @Test func stopsBeforeAccuracyIsLost() throws {
    #expect(
      try Tool.run("train", "--input", "rows.tsv", "--model", "m", "--refine", "3", in: folder).status == 0)
    let outcome = try convert(
      "--input", "m", "--output", "small", "--keep", "0.0001", "--evaluate", "rows.tsv",
      "--max-accuracy-loss", "0.01")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("--max-accuracy-loss"))
    #expect(try !folder.files.contains("small"))
  }

  @Test(
    "refuses what makes no sense",
    arguments: [
      (["--input", "rows.tsv", "--output", "x.npz"], "cannot convert tsv to npz"),
      (["--input", "rows.svmlight", "--output", "x.csv"], "cannot convert svmlight to csv"),
      (["--input", "rows.tsv", "--output", "x.foo"], "--output-format"),
      (["--input", "rows.tsv", "--output", "x", "--dtype", "float16"], "leave --dtype out"),
      (["--input", "m.safetensors", "--output", "x"], "--dtype"),
      (["--input", "rows.tsv", "--output", "x", "--keep", "0.3"], "leave --keep out"),
      (["--input", "m", "--output", "x", "--max-accuracy-loss", "0.1"], "needs --evaluate"),
      (["--input", "rows.tsv", "--output", "-"], "--output-format"),
    ])
  func refuses(arguments: [String], message: String) throws {
    let outcome = try Tool.run(["convert"] + arguments, in: folder)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(try folder.files == ["rows.svmlight", "rows.tsv"])
  }

  @Test func neverDropsLabelsInSilence() throws {
    let outcome = try convert("--input", "rows.svmlight", "--output", "x.npz")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("--labels-output"))
  }
}
