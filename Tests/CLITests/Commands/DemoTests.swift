import Foundation
import Testing

@Suite("demo")
struct DemoTests {
  @Test func doesTheMainJobOnRealText() throws {
    let folder = try Workspace()
    let outcome = try Tool.run("demo", "--json", "--quiet", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try outcome.json
    #expect(json["documents"] as? Int == 94_057)
    #expect(json["test_documents"] as? Int == 23_602)
    for name in ["one_centroid_per_class", "one_per_class", "several_per_class"] {
      let one = try #require(json[name] as? [String: Any])
      #expect(try #require(one["accuracy"] as? Double) > 0.5, "\(name)")
    }
    #expect(try #require(json["peak_rss_bytes"] as? Int) < 1_000_000_000)
    #expect(try folder.files == ["fastkmeans-demo"])
    #expect(try folder.text("fastkmeans-demo/report.md").contains("## Inside the classes"))
    let inspected = try Tool.run(
      "inspect", "--model", "fastkmeans-demo/model.safetensors", "--class", "noun.food", in: folder)
    #expect(inspected.output.contains("noun.food"))
  }
}
