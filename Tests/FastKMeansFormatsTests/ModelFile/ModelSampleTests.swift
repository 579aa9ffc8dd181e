import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import FastKMeansText
import Foundation
import Testing

@testable import FastKMeansFormats

/// Files of every released format version always open, and answer as they did.
///
/// `FASTKMEANS_RECORD_MODELS=FOLDER swift test --filter ModelSampleTests` writes a new set into an existing
/// folder; a set that is committed is never written again.
@Suite struct ModelSampleTests {
  /// What a sample answers to its own rows, given as texts or as vectors.
  struct Expected: Codable {
    var texts: [String]?
    var vectors: [[Float]]?
    var classes: [String]
    var labels: [String]
    var similarities: [Float]
    var confidences: [Float]
  }

  static let samples = [
    "text", "hashing", "sparse-bfloat16", "dense-float16-euclidean", "reference-float64", "refined",
    "refined-euclidean", "columns",
  ]

  @Test(arguments: samples) func samplesOfVersion1Open(_ name: String) throws {
    let root = try #require(Bundle.module.resourceURL).appendingPathComponent("ModelSamples/v1")
    let contents = try ModelFile.read(root.appendingPathComponent("\(name).safetensors").path)
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: root.appendingPathComponent("\(name).json")))
    let answers = try answers(contents, texts: expected.texts, vectors: expected.vectors)
    #expect(contents.model.classes.map(\.description) == expected.classes)
    #expect(answers.map { $0.best.label.description } == expected.labels)
    for (answer, wanted) in zip(answers, zip(expected.similarities, expected.confidences)) {
      // Vector units differ in the order of their sums, by a few units in the last place of values up to 1.
      #expect(abs(answer.best.similarity - wanted.0) < 2e-6)
      #expect(abs(answer.best.confidence - wanted.1) < 2e-6)
    }
  }

  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["FASTKMEANS_RECORD_MODELS"] != nil, "records samples"))
  func recordSamples() throws {
    let folder = ProcessInfo.processInfo.environment["FASTKMEANS_RECORD_MODELS"] ?? ""
    for name in Self.samples {
      let (contents, texts, vectors) = try sample(name)
      try ModelFile.write(contents, to: "\(folder)/\(name).safetensors")
      let answers = try answers(contents, texts: texts, vectors: vectors)
      let expected = Expected(
        texts: texts, vectors: vectors, classes: contents.model.classes.map(\.description),
        labels: answers.map { $0.best.label.description }, similarities: answers.map(\.best.similarity),
        confidences: answers.map(\.best.confidence))
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let url = URL(fileURLWithPath: folder).appendingPathComponent("\(name).json")
      try (encoder.encode(expected) + Data("\n".utf8)).write(to: url)
    }
  }

  private func sample(_ name: String) throws -> (ModelContents, texts: [String]?, vectors: [[Float]]?) {
    let isSparse = name != "dense-float16-euclidean"
    let vectors = TestRows.clustered(rows: 12, width: 12, classes: 3, density: isSparse ? 0.4 : 1, seed: 9)
      .rows
    switch name {
    case "text":
      let options = SampleModels.options { $0.prototypeCounts = .byLabel(["sport": 1]) }
      let text = TextOptions(ngrams: 1...2, minDocumentFrequency: 1, stopWords: .custom(["the", "and"]))
      return (try SampleModels.ofText(options, text: text), SampleModels.texts, nil)
    case "hashing":
      return (try SampleModels.ofText(text: TextOptions(hashingBits: 7)), SampleModels.texts, nil)
    case "columns":
      let contents = try SampleModels.ofColumns()
      return (contents, try SampleModels.columnTexts(contents.vectorizer?.options ?? TextOptions()), nil)
    case "sparse-bfloat16":
      return (try SampleModels.ofVectors(SampleModels.options(.bfloat16), isSparse: true), nil, vectors)
    case "refined": return (try SampleModels.refined(isSparse: true), nil, vectors)
    case "refined-euclidean":
      return (try SampleModels.refined(distance: .euclidean, isSparse: true), nil, vectors)
    case "reference-float64":
      let options = SampleModels.options(.float64, mode: .reference) { $0.softAssignment = .softmax }
      return (try SampleModels.ofVectors(options, isSparse: true), nil, vectors)
    default:
      let options = SampleModels.options(.float16, distance: .euclidean) {
        $0.prototypeCounts = .byPosition([1])
      }
      return (try SampleModels.ofVectors(options, isSparse: false), nil, vectors)
    }
  }

  private func answers(
    _ contents: ModelContents, texts: [String]?, vectors: [[Float]]?
  ) throws -> [Answer<Label>] {
    if let texts {
      let vectorizer = try #require(contents.vectorizer)
      return try contents.model.classify(.sparse(vectorizer.transform(UTF8Documents(texts)).rows))
    }
    return try contents.model.classify(
      TestRows.features(#require(vectors), isSparse: contents.model.prototypes.isSparse))
  }
}
