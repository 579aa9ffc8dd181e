import FastKMeans
import FastKMeansTestSupport
import Testing

/// Audits as a program asks for them.
@Suite struct AuditTests {
  @Test func textsWithWrongLabelsAreFound() throws {
    var (texts, labels) = Tickets.make(240)
    for row in texts.indices { texts[row] += " \(labels[row])" }
    let flipped = [12, 60, 100, 151]
    for row in flipped { labels[row] = labels[row] == "billing" ? "network" : "billing" }
    texts.append(texts[30])
    labels.append("other")
    let audit = try TextClassifier.audit(texts, labels: labels)
    #expect(audit.labels.map(\.row).sorted() == Array(0..<241))
    #expect(Set(flipped).isSubset(of: audit.labels.prefix(8).map(\.row)))
    #expect(audit.issues.count { flipped.contains($0.row) } >= 3)
    let first = try #require(audit.labels.first)
    #expect(flipped.contains(first.row) && first.suggested != first.label)
    let margin = try #require(first.margin)
    #expect(margin > 0 && first.confidence > first.labelConfidence)
    #expect(first.reasons.contains { texts[first.row].contains($0.term) && $0.weight > 0 })
    // The only text of its label cannot be judged, but it conflicts with its twin.
    #expect(audit.labels.last?.row == 240 && audit.labels.last?.margin == nil)
    #expect(audit.conflicts.map(\.row) == [240] && audit.conflicts.map(\.other) == [30])
  }

  @Test func vectorsAreAuditedAsTheyAre() throws {
    let clustered = TestRows.clustered(rows: 200, width: 12, classes: 3, subtopics: 1, seed: 8)
    var labels = clustered.classes
    labels[17] = (labels[17] + 1) % 3
    let audit = try DataAudit(
      clustered.rows + [clustered.rows[5]], labels: labels + [labels[5]], similarity: 1)
    #expect(audit.issues.map(\.row).contains(17))
    #expect(audit.duplicates.map(\.row).contains(200) && audit.conflicts.isEmpty)
    #expect(try DataAudit(clustered.rows, labels: labels).duplicates.isEmpty)
    #expect(throws: OptionsError.self) { try DataAudit(clustered.rows, labels: labels, folds: 1) }
    #expect(throws: InputError.self) { try DataAudit(clustered.rows, labels: [1, 2]) }
  }

  @Test func anErrorOfTheHandlerEndsTheAudit() throws {
    struct Stop: Error {}
    let (texts, labels) = Tickets.make(90)
    #expect(throws: Stop.self) { try TextClassifier.audit(texts, labels: labels) { _ in throw Stop() } }
  }

  @Test(arguments: [false, true]) func setsHoldTheRightClassAsOftenAsAsked(isPerClass: Bool) throws {
    let (texts, labels) = Tickets.make(600)
    var learner = try TextClassifier.Learner()
    try learner.fit(texts, labels: labels)
    let classifier = try learner.classifier()
    let new = Tickets.make(600, seed: 2)
    var sizes: [Double] = []
    for coverage in [0.8, 0.9, 0.95] {
      let answers = try classifier.classify(new.texts, coverage: coverage, isPerClass: isPerClass)
      let held = zip(answers, new.labels).count { answer, label in
        answer.classes.contains { $0.label == label }
      }
      // Four standard deviations of 600 draws, and of the held-out rows.
      #expect(Double(held) / 600 > coverage - 0.09, "\(coverage): \(held) of 600")
      sizes.append(answers.reduce(0) { $0 + Double($1.classes.count) } / 600)
      #expect(answers.allSatisfy { !$0.classes.isEmpty })
    }
    #expect(sizes == sizes.sorted())
    #expect(throws: OptionsError.self) { try classifier.classify(new.texts, coverage: 1) }
    // The promise goes with the file.
    let folder = try ScratchFolder()
    try classifier.write(to: folder.file("m"))
    let served = try TextClassifier(contentsOf: folder.file("m"))
    #expect(
      try served.classify(new.texts, coverage: 0.9, isPerClass: isPerClass)
        == classifier.classify(new.texts, coverage: 0.9, isPerClass: isPerClass))
  }

  @Test func aModelWithoutHeldOutAnswersMakesNoPromise() throws {
    let (texts, labels) = Tickets.make(90)
    var learner = try TextClassifier.Learner { $0.training.refinement = .count(0) }
    try learner.fit(texts, labels: labels)
    #expect(throws: ClassifierError.self) { try learner.classifier().classify(texts, coverage: 0.9) }
  }
}
