import FastKMeansTestSupport
import Testing

@testable import FastKMeansCore

/// "None of these" from the rows to the answers.
@Suite struct RejectionTests {
  /// Rows of nine clusters; the last three are not shown to the classifier.
  private struct Problem {
    var known: [[Float]] = []
    var knownClasses: [Int] = []
    var unknown: [[Float]] = []

    init(rows: Int = 900, width: Int = 40, seed: UInt64 = 3) {
      let drawn = TestRows.clustered(
        rows: rows, width: width, classes: 9, subtopics: 1, density: 0.3, seed: seed)
      for (row, classIndex) in zip(drawn.rows, drawn.classes) where row.contains(where: { $0 != 0 }) {
        if classIndex < 6 {
          known.append(row)
          knownClasses.append(classIndex)
        } else {
          unknown.append(row)
        }
      }
    }
  }

  private func model(
    _ rows: [[Float]], _ classes: [Int], isSparse: Bool = true, distance: Distance = .cosine,
    threads: Int = 1,
    change: (inout TrainingOptions) -> Void = { _ in }
  ) throws -> ClassifierModel<Int> {
    var options = TrainingOptions()
    options.distance = distance
    options.threadCount = threads
    change(&options)
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(TestRows.features(rows, isSparse: isSparse), labels: classes)
    return try classifier.model
  }

  private func rejectedShare(_ model: ClassifierModel<Int>, _ rows: [[Float]], isSparse: Bool) throws
    -> Double
  {
    let answers = try model.classify(TestRows.features(rows, isSparse: isSparse))
    return Double(answers.count(where: \.isRejected)) / Double(rows.count)
  }

  @Test(arguments: [true, false], Distance.allCases)
  func strangersAreRejectedAndFriendsAreNot(isSparse: Bool, distance: Distance) throws {
    let problem = Problem()
    let model = try model(problem.known, problem.knownClasses, isSparse: isSparse, distance: distance)
    let openSet = try #require(model.openSet)
    #expect(openSet.knownCount > 100)
    #expect(openSet.unknownCount > 100)
    #expect(openSet.separation > 0.8)
    let rejecting = try model.rejecting(falseAcceptRate: 0.1)
    #expect(try rejectedShare(rejecting, problem.unknown, isSparse: isSparse) > 0.7)
    #expect(try rejectedShare(rejecting, problem.known, isSparse: isSparse) < 0.4)
    let kind = try model.rejecting(falseRejectRate: 0.02)
    #expect(try rejectedShare(kind, problem.known, isSparse: isSparse) < 0.1)
    #expect(kind.rejection == (try RejectionRule(.falseReject, rate: 0.02)))
  }

  @Test func labelsAndConfidencesStayAsTheyAre() throws {
    let problem = Problem()
    let model = try model(problem.known, problem.knownClasses)
    let rows = try TestRows.features(problem.known + problem.unknown, isSparse: true)
    let before = try model.classify(rows, top: 3)
    #expect(before.allSatisfy { !$0.isRejected })
    for isPerClass in [false, true] {
      let after = try model.rejecting(falseAcceptRate: 0.05, isPerClass: isPerClass).classify(rows, top: 3)
      #expect(after.map(\.classes) == before.map(\.classes))
      #expect(after.map(\.openSetScore) == before.map(\.openSetScore))
      #expect(after.contains { $0.isRejected })
    }
    let back = try model.rejecting(falseAcceptRate: 0.05).rejecting(nil)
    #expect(back.rejection == nil)
    #expect(try back.classify(rows, top: 3) == before)
  }

  /// One by the search for the best classes, the other from every score.
  @Test(arguments: [true, false], Distance.allCases)
  func openSetScoresByThemselvesAreThoseOfAnswers(isSparse: Bool, distance: Distance) throws {
    let problem = Problem()
    let model = try model(problem.known, problem.knownClasses, isSparse: isSparse, distance: distance)
    let rows = try TestRows.features(problem.known + problem.unknown, isSparse: isSparse)
    let answers = try model.classify(rows).map(\.openSetScore)
    let scores = try rows.withRows { try ClassScoring(model.storage).openSetScores($0) }
    #expect(scores.map { $0.map(Optional.some) } == answers)
  }

  @Test func aSmallerRateRejectsMore() throws {
    // So few features that classes overlap, and no threshold tells all strangers from all friends.
    let problem = Problem(width: 10)
    let model = try model(problem.known, problem.knownClasses)
    for documents in [problem.known, problem.unknown] {
      let shares = try [0.02, 0.1, 0.3, 0.8].map {
        try rejectedShare(model.rejecting(falseAcceptRate: $0), documents, isSparse: true)
      }
      #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 > $1 }, "\(shares)")
    }
  }

  @Test func theNumberOfThreadsDoesNotShow() throws {
    let problem = Problem()
    let one = try model(problem.known, problem.knownClasses, threads: 1)
    let three = try model(problem.known, problem.knownClasses, threads: 3)
    #expect(one.openSet != nil)
    #expect(one.openSet == three.openSet)
    let rows = try TestRows.features(problem.unknown, isSparse: true)
    #expect(try one.classify(rows) == three.classify(rows))
  }

  @Test func aLargeSetIsTriedWithoutSomeClassesToo() throws {
    let problem = Problem(rows: 3_000)
    var settings = RefinementTrainer.Settings()
    settings.smallCount = 100
    let refinement = RefinementProblem(
      rows: problem.known, classes: problem.knownClasses, isSparse: true)
    let outcome = try refinement.trained(settings)
    let openSet = try #require(outcome.openSet)
    #expect(openSet.separation > 0.7, "\(openSet.separation)")
    #expect(openSet.known.classIndices.allSatisfy { (0..<6).contains($0) })
    #expect(Set(openSet.unknown.classIndices).count > 1)
  }

  @Test func modelsThatCannotTellSaySo() throws {
    let problem = Problem()
    let unrefined = try model(problem.known, problem.knownClasses) { $0.refinement = .count(0) }
    let pairs = zip(problem.known, problem.knownClasses).filter { $0.1 < 2 }
    let twoClasses = try model(pairs.map(\.0), pairs.map(\.1))
    let tiny = try model([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 1, 2])
    for model in [unrefined, twoClasses, tiny] {
      #expect(model.openSet == nil)
      #expect(throws: ClassifierError.self) { try model.rejecting(falseAcceptRate: 0.1) }
      #expect(throws: ClassifierError.self) { try model.rejecting(falseRejectRate: 0.1) }
      #expect(throws: Never.self) { try model.rejecting(nil) }
      let answers = try model.classify(
        TestRows.features([Array(repeating: 0.5, count: model.featureCount)], isSparse: true))
      #expect(answers.allSatisfy { $0.openSetScore == nil })
    }
  }

  @Test func documentsWithoutAnyKnownFeatureAreRejectedInAnyCase() throws {
    let problem = Problem()
    let model = try model(problem.known, problem.knownClasses)
    let empty = try TestRows.features([[Float](repeating: 0, count: 40)], isSparse: true)
    for model in [
      model, try model.rejecting(falseAcceptRate: 0.9), try model.rejecting(falseRejectRate: 0.001),
    ] {
      #expect(try model.classify(empty)[0].isRejected)
    }
  }

  @Test func theRuleGoesOnWithALearner() throws {
    let problem = Problem()
    let model = try model(problem.known, problem.knownClasses).rejecting(
      falseAcceptRate: 0.1, isPerClass: true)
    var classifier = FastKMeansClassifier(resuming: model)
    try classifier.learn(
      TestRows.features(problem.unknown, isSparse: true), labels: problem.unknown.map { _ in 77 })
    let after = try classifier.model
    #expect(after.rejection == model.rejection)
    #expect(after.openSet == model.openSet)
    #expect(after.storage.rejection?.thresholds.count == 7)
    // A new fit starts from nothing.
    try classifier.fit(TestRows.features(problem.known, isSparse: true), labels: problem.knownClasses)
    #expect(try classifier.model.rejection == nil)
  }
}
