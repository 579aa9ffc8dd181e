import FastKMeans
import FastKMeansTestSupport
import Foundation
import Testing

/// The Swift code of the readme and of `docs/swift.md`, run: what is printed there is what happens.
@Suite struct ReadmeTests {
  @Test func theExampleOfTheReadmeRuns() throws {
    let folder = try ScratchFolder()
    let path = folder.file("tickets.safetensors")
    let texts = [
      "screen stays black", "no picture on the screen", "invoice is wrong", "refund for my invoice",
    ]
    let labels = ["hardware", "hardware", "billing", "billing"]

    var learner = try TextClassifier.Learner { $0.text.minDocumentFrequency = 1 }
    try learner.fit(texts, labels: labels)
    let classifier = try learner.classifier()

    let answer = try classifier.classify("the screen is black")
    #expect(answer.label == "hardware" && answer.confidence > 0.5 && !answer.isRejected)
    #expect(answer.reasons.map(\.term).contains("screen"))

    try learner.learn(["the printer is out of paper"], labels: ["printing"])
    #expect(learner.classes == ["billing", "hardware", "printing"])

    try learner.classifier().write(to: path)
    let served = try TextClassifier(contentsOf: path)
    #expect(served.classes == learner.classes)
  }

  @Test func theExamplesOfThePageRun() async throws {
    let (texts, labels) = Tickets.make(600)
    let bar = Bar()
    let folder = try ScratchFolder()
    try synchronousExamples(texts, labels, bar, folder)

    var learner = try TextClassifier.Learner()
    try await learner.fit(texts, labels: labels)
    let classifier = try learner.classifier()
    let all = try await classifier.classify(texts)
    #expect(all.count == 600)

    try classifier.write(to: folder.file("desk.safetensors"))
    let desk = try Desk(contentsOf: folder.file("desk.safetensors"))
    try await desk.learn(["screen battery"], labels: ["new"])
    #expect(await desk.classifier.classes == ["billing", "hardware", "network", "new"])
  }

  private func synchronousExamples(
    _ texts: [String], _ labels: [String], _ bar: Bar, _ folder: ScratchFolder
  ) throws {
    var learner = try TextClassifier.Learner()
    try learner.fit(texts, labels: labels) { progress in bar.show(progress) }
    let classifier = try learner.classifier()
    let answer = try classifier.classify("screen stays black")
    #expect(answer.label == "hardware" && bar.count > 0)

    let answers = try classifier.classify(texts, top: 2, reasons: 3)
    #expect(answers.allSatisfy { $0.alternatives.count == 1 && $0.reasons.count <= 3 })

    let careful = try classifier.rejecting(falseAcceptRate: 0.05)
    #expect(careful.classes == classifier.classes)

    var tuned = try TextClassifier.Learner {
      $0.text.ngrams = 1...2
      $0.training.prototypesPerClass = 5
    }
    try tuned.fit(texts, labels: labels)

    var columns = TextClassifier.Options()
    columns.text.columns = [DocumentColumn("title", weight: 2), DocumentColumn("product", .category)]
    let document = try columns.text.document(["title": "screen stays black", "product": "phone"])
    #expect(document == "screen stays black\u{1F}phone")

    do {
      let path = folder.file("tickets.tsv")
      try zip(labels, texts).map { "\($0)\t\($1)\n" }.joined().write(
        toFile: path, atomically: true, encoding: .utf8)
      let rows = try LabelledRows(contentsOf: path)
      try learner.fit(rows.texts, labels: rows.labels.map(\.description))
      #expect(rows.texts == texts && rows.vectors == nil)
    }

    try learner.learn(["no picture"], labels: ["display"])
    let updated = try learner.classifier()
    #expect(updated.classes.last == "display")

    let path = folder.file("model.safetensors")
    try classifier.write(to: path)
    let served = try TextClassifier(contentsOf: path)
    var resumed = TextClassifier.Learner(resuming: served)
    try resumed.learn(["screen"], labels: ["hardware"])

    let embeddings: [[Float]] = [[1, 0, 0], [0, 1, 0], [0.9, 0.1, 0], [0, 0.8, 0.2]]
    let numbers = [1, 2, 1, 2]
    var vectorLearner = try Classifier<Int>.Learner { $0.distance = .cosine }
    try vectorLearner.fit(embeddings, labels: numbers)
    let nearest = try vectorLearner.classifier()
    let one = try nearest.classify(embeddings[0])
    let many = try nearest.labels(of: embeddings)
    #expect(one.label == 1 && many == numbers)
    try nearest.write(to: path)
  }

  /// Each line of the examples stands in this file, so that neither changes alone.
  @Test(arguments: ["README.md", "docs/swift.md"])
  func thePageShowsTheExamples(page: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appendingPathComponent(page), encoding: .utf8)
    let test = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
    let examples = text.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    let lines = examples.joined(separator: "\n").split(separator: "\n")
      .map { $0.components(separatedBy: "  //")[0].trimmingCharacters(in: .whitespaces) }
      .filter { !$0.hasPrefix("//") && !$0.hasPrefix("print") && !$0.hasPrefix("import") }
      .map {
        $0.replacingOccurrences(
          of: "\"[a-z]+\\.(safetensors|tsv)\"", with: "path", options: .regularExpression)
      }
    #expect(lines.count > 8)
    for line in lines { #expect(test.contains(line), "\(line)") }
  }
}

private final class Bar {
  private(set) var count = 0

  func show(_ progress: TrainingProgress) { count += 1 }
}

private actor Desk {
  private var learner: TextClassifier.Learner
  private(set) var classifier: TextClassifier

  init(contentsOf path: String) throws {
    classifier = try TextClassifier(contentsOf: path)
    learner = TextClassifier.Learner(resuming: classifier)
  }

  func learn(_ texts: [String], labels: [String]) async throws {
    var next = learner
    try await next.learn(texts, labels: labels)
    classifier = try next.classifier()
    learner = next
  }
}
