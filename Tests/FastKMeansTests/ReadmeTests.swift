import FastKMeansCore
import FastKMeansFormats
import FastKMeansTestSupport
import FastKMeansText
import Foundation
import Testing

/// The readme's Swift example, run: what is printed there is what happens.
@Suite struct ReadmeTests {
  @Test func theExampleRuns() throws {
    let folder = try ScratchFolder()
    let texts = [
      "screen stays black", "no picture on the screen", "invoice is wrong", "refund for my invoice",
    ]
    let labels = ["hardware", "hardware", "billing", "billing"]

    let text = try TFIDFVectorizer.fitTransform(UTF8Documents(texts))
    var classifier = try FastKMeansClassifier<String>(prototypesPerClass: 3, distance: .cosine)
    try classifier.fit(.sparse(text.rows), labels: labels)

    let model = try classifier.model
    let answers = try model.classify(.sparse(text.vectorizer.transform(["the screen is black"])), top: 2)
    #expect(answers[0].best.label == "hardware")
    #expect(answers[0].best.confidence > 0.5)

    try classifier.fitBatch(.sparse(text.vectorizer.transform(["no picture"])), labels: ["display"])
    #expect(classifier.classes == ["billing", "hardware", "display"])

    let path = folder.file("tickets.safetensors")
    try ModelFile.write(ModelContents(model: classifier.model, vectorizer: text.vectorizer), to: path)
    let again = try ClassifierModel<String>(ModelFile.read(path).model)
    #expect(again.classes == classifier.classes)
  }

  /// Each line of the example stands in the test above, so that neither changes alone.
  @Test func theReadmeShowsTheExample() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let test = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
    let example = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first)
      .components(separatedBy: "```")[0]
    let lines = example.split(separator: "\n").map { $0.components(separatedBy: "  //")[0] }
      .filter { !$0.hasPrefix("//") && !$0.hasPrefix("print") && !$0.hasPrefix("import") }
      .map { $0.replacingOccurrences(of: "\"tickets.safetensors\"", with: "path") }
    #expect(lines.count > 8)
    for line in lines { #expect(test.contains(line), "\(line)") }
  }
}
