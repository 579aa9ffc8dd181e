import FastKMeans
import FastKMeansTestSupport
import Testing

/// Texts about classes, and choices of what to label next, as a program asks for them.
@Suite struct DescriptionTests {
  private static let descriptions = Tickets.words.mapValues { $0.joined(separator: " ") }
    .merging(["travel": "flight hotel train ticket luggage passport"]) { $1 }

  @Test func aClassWithoutDocumentsIsAnswered() throws {
    let (texts, labels) = Tickets.make(60)
    var learner = try TextClassifier.Learner()
    learner.classDescriptions = Self.descriptions
    let report = try learner.fit(texts, labels: labels)
    #expect(report.choices.contains { $0.subject == "description_weight" && $0.isTaken })
    let classifier = try learner.classifier()
    #expect(classifier.classes == ["billing", "hardware", "network", "travel"])
    #expect(try classifier.classify("the luggage is not in the hotel").label == "travel")
    #expect(try classifier.classify("the invoice and the payment").label == "billing")
  }

  @Test func aBatchBringsTheDescriptionsOfNewClassesOnce() throws {
    let (texts, labels) = Tickets.make(60)
    var learner = try TextClassifier.Learner { $0.text.hashingBits = 16 }
    learner.classDescriptions = Self.descriptions
    let first = try learner.learn(texts, labels: labels)
    #expect(first.newClasses.map(\.description) == ["billing", "hardware", "network", "travel"])
    let copy = learner
    learner.classDescriptions["travel"] = "something else"
    var other = copy
    other.classDescriptions = [:]
    let more = Tickets.make(30, seed: 4)
    try learner.learn(more.texts, labels: more.labels)
    try other.learn(more.texts, labels: more.labels)
    let asked = Tickets.make(20, seed: 5).texts
    #expect(try learner.classifier().classify(asked) == other.classifier().classify(asked))
    learner.classDescriptions["food"] = "lunch and dinner"
    #expect(
      try learner.learn(more.texts, labels: more.labels, sampleWeights: [Double](repeating: 1, count: 30))
        .newClasses.map(\.description) == ["food"])
  }

  @Test func weightsAreThoseOfTheTexts() throws {
    let (texts, labels) = Tickets.make(60)
    var learner = try TextClassifier.Learner()
    learner.classDescriptions = Self.descriptions
    try learner.fit(texts, labels: labels, sampleWeights: [Double](repeating: 2, count: 60))
    #expect(throws: InputError.lengthMismatch(what: "sample weights", expected: 60, found: 64)) {
      try learner.fit(texts, labels: labels, sampleWeights: [Double](repeating: 1, count: 64))
    }
  }

  @Test func doubtfulTextsAndVectorsAreChosen() throws {
    let classifier = try Tickets.classifier()
    let pool = Tickets.make(90, seed: 7).texts
    let chosen = try classifier.select(from: pool, count: 12)
    let answers = try classifier.classify(pool)
    #expect(Set(chosen.map(\.row)).count == 12)
    for one in chosen {
      #expect(one.label == answers[one.row].label && one.confidence == answers[one.row].confidence)
    }
    #expect(try classifier.select(from: pool, count: 12).elementsEqual(chosen, by: ==))
    #expect(try classifier.select(from: [String](repeating: pool[0], count: 9)).count == 1)
    #expect(throws: OptionsError.self) { try classifier.select(from: pool, count: 0) }
    #expect(throws: InputError.noRows) { try classifier.select(from: []) }

    let clustered = TestRows.clustered(rows: 120, width: 12, classes: 3, subtopics: 1, seed: 8)
    var learner = try Classifier<Int>.Learner()
    try learner.fit(Array(clustered.rows[..<60]), labels: Array(clustered.classes[..<60]))
    let rows = try learner.classifier().select(from: Array(clustered.rows[60...]), count: 5, similarity: 1)
    #expect(rows.count == 5 && rows.allSatisfy { (0..<60).contains($0.row) && (0...1).contains($0.margin) })
  }
}
