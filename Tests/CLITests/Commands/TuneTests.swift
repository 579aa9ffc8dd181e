import Foundation
import Testing

@Suite("tune")
struct TuneTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(90)), to: "rows.tsv")
    try folder.write(SampleData.svmlight(90), to: "rows.svm")
  }

  private func tune(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(["tune", "--trials", "4", "--folds", "2", "--quiet"] + arguments, in: folder)
  }

  @Test(arguments: ["rows.tsv", "rows.svm"]) func findsOptionsThatTrainTakes(input: String) throws {
    let outcome = try tune("--input", input, "--output", "options.json", "--model", "m", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json
    #expect(try #require(json["accuracy"] as? Double) > 0.8)
    #expect(json["cut_short"] as? Bool == false)
    let trials = try #require(json["trials"] as? [[String: Any]])
    #expect(trials.count == 4)
    #expect(trials.allSatisfy { ($0["accuracies"] as? [Double])?.count == 2 })
    let options = try #require(
      JSONSerialization.jsonObject(with: folder.data("options.json")) as? [String: Any])
    #expect(
      NSDictionary(dictionary: options)
        == NSDictionary(dictionary: try #require(json["best"] as? [String: Any])))
    #expect(options.keys.contains("k_init"))
    #expect(options.keys.contains("ngrams") == input.hasSuffix("tsv"))
    let trained = try Tool.run(
      "train", "--input", input, "--options", "options.json", "--model", "again", "--quiet", in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try folder.data("again") == folder.data("m"))
  }

  @Test func theSameSeedGivesTheSameResult() throws {
    func trials(_ seed: String) throws -> NSArray {
      let json = try tune("--input", "rows.tsv", "--random-state", seed, "--json").json
      return try #require(json["trials"] as? NSArray)
    }
    #expect(try trials("1") == trials("1"))
    #expect(try trials("1") != trials("2"))
  }

  @Test func optionsOfTextThatAreGivenAreKeptTo() throws {
    let json = try tune("--input", "rows.tsv", "--ngrams", "1-2", "--min-df", "1", "--json").json
    for trial in try #require(json["trials"] as? [[String: Any]]) {
      let options = try #require(trial["options"] as? [String: Any])
      #expect(options["ngrams"] as? String == "1-2")
      #expect(options["min_df"] as? Int == 1)
    }
  }

  @Test func oneTrialCrossValidates() throws {
    let outcome = try Tool.run(
      "tune", "--input", "rows.tsv", "--trials", "1", "--folds", "3", "--k-init", "2", "--json", "--quiet",
      in: folder)
    let json = try outcome.json
    #expect((json["accuracies"] as? [Double])?.count == 3)
    #expect((json["best"] as? [String: Any])?["k_init"] as? Int == 2)
  }

  @Test func printsATableAndStopsInTime() throws {
    let table = try tune("--input", "rows.tsv")
    #expect(table.lines.first?.contains("options") == true)
    #expect(table.output.contains("best"))
    let stopped = try tune("--input", "rows.tsv", "--time-limit", "0.000001s")
    #expect(stopped.status == 0)
    #expect(stopped.output.contains("the time was up"))
  }

  @Test(arguments: [
    ["--trials", "0"], ["--folds", "1"], ["--folds", "91"], ["--time-limit", "soon"],
    ["--time-limit", "-1s"],
    ["--output", "-"], ["--output", "x", "--model", "x"], ["--k-init", "0"],
    ["--input", "-", "--format", "tsv", "--model", "x"],
  ])
  func wrongCallsAreRefused(_ extra: [String]) throws {
    let outcome = try Tool.run(["tune", "--input", "rows.svm", "--quiet"] + extra, in: folder)
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  @Test(arguments: [
    "[]", "{", #"{"k_init": 0}"#, #"{"k_init": "many"}"#, #"{"colour": "blue"}"#, #"{"distance": "far"}"#,
    #"{"ngrams": "2-1"}"#, #"{"min_df": 0.5}"#, #"{"sublinear_tf": 1}"#,
  ])
  func filesOfOptionsThatAreNoneAreRefused(_ content: String) throws {
    try folder.write(content, to: "options.json")
    let outcome = try Tool.run(
      "train", "--input", "rows.tsv", "--options", "options.json", "--model", "m", in: folder)
    #expect(outcome.status != 0)
    #expect(
      outcome.errors.contains("options.json") || outcome.errors.contains("--k-init"), "\(outcome.errors)")
  }
}
