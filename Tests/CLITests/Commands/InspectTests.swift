import Foundation
import Testing

@Suite("inspect")
struct InspectTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(150)), to: "rows.tsv")
    let outcome = try Tool.run("train", "--input", "rows.tsv", "--model", "m", "--soft", "false", in: folder)
    try #require(outcome.status == 0)
  }

  @Test func listsClassesPrototypesAndWords() throws {
    let json = try Tool.run("inspect", "--model", "m", "--json", "--top-words", "3", in: folder).json
    #expect(json["classes"] as? Int == 3)
    #expect(json["features"] as? Int == 36)
    #expect(json["input"] as? String == "text")
    #expect(json["model_bytes"] as? Int == (try folder.data("m").count))
    let classes = try #require(json["per_class"] as? [[String: Any]])
    #expect(classes.map { $0["label"] as? String } == SampleData.classes)
    let masses = classes.compactMap { $0["mass"] as? Double }
    #expect(abs(masses.reduce(0, +) - 150) < 1e-6)
    for (entry, list) in zip(classes, SampleData.words) {
      let typical = Set(list.map(String.init))
      for prototype in try #require(entry["prototypes"] as? [[String: Any]]) {
        let words = try #require(prototype["top_words"] as? [[String: Any]])
        #expect(words.count == 3)
        // Words of other classes occur in a fifth of the documents' places; none of them is typical.
        let names = try words.map { try #require($0["word"] as? String) }
        #expect(names.allSatisfy(typical.contains), "\(names)")
        #expect(words.allSatisfy { ($0["weight"] as? Double).map { $0 > 0 } == true })
      }
    }
  }

  @Test func showsOneClass() throws {
    let outcome = try Tool.run("inspect", "--model", "m", "--class", "spam", in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("cash"))
    #expect(!outcome.output.contains("news"))
    let unknown = try Tool.run("inspect", "--model", "m", "--class", "eggs", in: folder)
    #expect(unknown.status == 1)
    #expect(unknown.errors == "fastkmeans: error: the model has no class 'eggs'\n")
  }

  @Test func namesFeaturesOfVectorsByNumber() throws {
    try folder.write(SampleData.svmlight(60), to: "rows.svmlight")
    #expect(try Tool.run("train", "--input", "rows.svmlight", "--model", "v", in: folder).status == 0)
    let outcome = try Tool.run("inspect", "--model", "v", in: folder)
    #expect(outcome.output.contains("vectors, 12 features"))
    #expect(outcome.output.contains("#0"))
  }
}
