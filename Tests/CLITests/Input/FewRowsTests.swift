import Testing

/// Data that is strange, and yet can be learned from.
@Suite("Few and alike rows")
struct FewRowsTests {
  @Test(
    "train a model anyway",
    arguments: [
      // More prototypes than documents.
      (["0 1:1 2:1", "1 3:1 4:1"], "50"),
      // One class with one document.
      (["0 1:1 2:1", "0 1:2 2:1", "1 3:1 4:1"], "3"),
      // Duplicates only.
      (["0 1:1", "0 1:1", "0 1:1", "1 2:1", "1 2:1", "1 2:1"], "3"),
      // An empty row among others.
      (["0 1:1", "0 1:2", "1 2:1", "1"], "2"),
    ])
  func trains(rows: [String], k: String) throws {
    let folder = try Workspace()
    try folder.write(rows.joined(separator: "\n") + "\n", to: "rows.svmlight")
    for extra in [
      [], ["--soft", "false", "--refine", "0"], ["--mode", "reference"], ["--distance", "euclidean"],
    ] {
      let outcome = try Tool.run(
        ["train", "--input", "rows.svmlight", "--model", "m", "--k-init", k, "--json"] + extra, in: folder)
      #expect(outcome.status == 0, "\(extra): \(outcome.errors)")
      #expect(try outcome.json["classes"] as? Int == 2)
      #expect(try #require(outcome.json["prototypes"] as? Int) <= rows.count)
      let answers = try Tool.run("predict", "--model", "m", "--input", "rows.svmlight", in: folder)
      #expect(answers.lines.count == rows.count, "\(answers.errors)")
    }
  }
}
