import Foundation
import Testing

@Suite("Formats")
struct FormatAgreementTests {
  @Test func giveTheSameModelForTheSameTexts() throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(120)), to: "rows.tsv")
    for name in ["rows.csv", "rows.jsonl", "rows.tsv.gz", "rows.csv.gz", "rows.jsonl.gz"] {
      try #require(try Tool.run("convert", "--input", "rows.tsv", "--output", name, in: folder).status == 0)
    }
    #expect(try folder.data("rows.tsv.gz").starts(with: [0x1F, 0x8B]))
    try expectOneModel(
      of: ["rows.tsv", "rows.csv", "rows.jsonl", "rows.tsv.gz", "rows.csv.gz", "rows.jsonl.gz"].map { [$0] },
      in: folder)
  }

  @Test func giveTheSameModelForTheSameSparseRows() throws {
    let folder = try Workspace()
    try folder.write(SampleData.svmlight(120), to: "rows.svmlight")
    try #require(
      try Tool.run(
        "convert", "--input", "rows.svmlight", "--output", "rows.npz", "--labels-output", "y.txt", in: folder
      ).status == 0)
    let shifted = SampleData.svmlight(120).split(separator: "\n").map { line in
      line.split(separator: " ").map { field in
        let parts = field.split(separator: ":")
        return parts.count == 2 ? "\((Int(parts[0]) ?? 0) - 1):\(parts[1])" : String(field)
      }.joined(separator: " ") + "\n"
    }.joined()
    try folder.write(shifted, to: "zero.svmlight")
    try expectOneModel(
      of: [
        ["rows.svmlight"], ["rows.svmlight", "--zero-based", "false"], ["rows.npz", "--labels", "y.txt"],
      ], in: folder)
    // The model keeps where indices start.
    try expectOneModel(of: [["zero.svmlight", "--zero-based", "true"], ["zero.svmlight"]], in: folder)
    let zero = try Tool.run("predict", "--model", "m", "--input", "zero.svmlight", in: folder)
    try expectOneModel(of: [["rows.svmlight"]], in: folder)
    #expect(
      try zero.output == Tool.run("predict", "--model", "m", "--input", "rows.svmlight", in: folder).output)
  }

  @Test func giveTheSameAccuracyForDenseRows() throws {
    let folder = try Workspace()
    try folder.write(SampleData.svmlight(120), to: "rows.svmlight")
    try #require(
      try Tool.run(
        "convert", "--input", "rows.svmlight", "--output", "rows.npy", "--labels-output", "y.txt", in: folder
      ).status == 0)
    let accuracies = try [["rows.svmlight"], ["rows.npy", "--labels", "y.txt"]].map { input in
      try #require(
        try Tool.run(["train", "--model", "m", "--json", "--input"] + input, in: folder).json[
          "train_accuracy"]
          as? Double)
    }
    #expect(accuracies[0] == accuracies[1])
    #expect(accuracies[0] > 0.9)
  }

  private func expectOneModel(of inputs: [[String]], in folder: Workspace) throws {
    var first: Data?
    for input in inputs {
      let outcome = try Tool.run(["train", "--model", "m", "--soft", "false", "--input"] + input, in: folder)
      #expect(outcome.status == 0, "\(input): \(outcome.errors)")
      let model = try folder.data("m")
      #expect(model == first ?? model, "\(input)")
      first = first ?? model
    }
  }
}
