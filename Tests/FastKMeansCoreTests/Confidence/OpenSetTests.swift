import FastKMeansTestSupport
import Testing

@testable import FastKMeansCore

/// Scores and thresholds of rejection, apart from any classifier.
@Suite struct OpenSetTests {
  private func openSet(known: [Float], unknown: [Float], classes: Int = 2) throws -> OpenSet {
    func sample(_ scores: [Float]) -> OpenSet.Sample {
      OpenSet.Sample(scores: scores, classIndices: scores.indices.map { Int32($0 % classes) })
    }
    return try OpenSet(
      intercept: 0, oddsWeight: 1, seenWeight: 0, known: sample(known), unknown: sample(unknown),
      classCount: classes)
  }

  private func scores(_ count: Int, seed: UInt64, levels: Int = 1 << 20) -> [Float] {
    var random = CounterRandom(seed: seed)
    return (0..<count).map { _ in Float(random.nextIndex(below: levels)) / Float(levels) }
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func areaUnderTheCurveCountsPairs(seed: UInt64) {
    var random = CounterRandom(seed: seed)
    // Few levels, so that equal scores occur.
    let positive = scores(1 + random.nextIndex(below: 40), seed: seed + 100, levels: 7)
    let negative = scores(1 + random.nextIndex(below: 40), seed: seed + 200, levels: 7)
    var wins = 0.0
    for one in positive { for other in negative { wins += one > other ? 1 : one == other ? 0.5 : 0 } }
    let expected = wins / Double(positive.count * negative.count)
    let found = RankStatistics.areaUnderCurve(positive: positive, negative: negative)
    #expect(abs(found - expected) < 1e-12, "seed \(seed)")
  }

  @Test func areaUnderTheCurveOfNothing() {
    #expect(RankStatistics.areaUnderCurve(positive: [], negative: [1]) == 0.5)
    #expect(RankStatistics.areaUnderCurve(positive: [2], negative: [1]) == 1)
  }

  @Test func logOddsAreThoseOfASoftmaxOverTheBestEight() {
    let scores: [Float] = (0..<12).map { 3 - Float($0) * 0.25 }
    let shares = scores.prefix(8).map { naturalExponential(2.5 * Double($0)) }
    let p = shares[0] / shares.reduce(0, +)
    #expect(abs(OpenSetFeatures.logOdds(scores) - naturalLogarithm(p / (1 - p))) < 1e-9)
    #expect(OpenSetFeatures.logOdds([1] as [Float]) == 0)
    #expect(OpenSetFeatures.logOdds([1e9, 0] as [Float]).isFinite)
  }

  @Test(arguments: [0.01, 0.05, 0.2, 0.9]) func aFalseAcceptRateHoldsForNewDocuments(rate: Double) throws {
    // The threshold of one sample, judged on another: on average over samples the rate is kept.
    var accepted = 0.0
    let runs = 200
    for seed in 0..<UInt64(runs) {
      let openSet = try openSet(known: [1], unknown: scores(150, seed: seed))
      let threshold = try openSet.thresholds(for: RejectionRule(.falseAccept, rate: rate), classCount: 2)[0]
      accepted += Double(scores(100, seed: seed + 10_000).count { $0 > threshold }) / 100
    }
    // The mean of 200 runs of 100 documents: a standard error below 0.004.
    #expect(accepted / Double(runs) <= rate + 0.012)
    #expect(accepted / Double(runs) >= rate - 0.02)
  }

  @Test(arguments: [0.05, 0.3]) func aFalseRejectRateHoldsForNewDocuments(rate: Double) throws {
    var rejected = 0.0
    for seed in 0..<200 as Range<UInt64> {
      let openSet = try openSet(known: scores(150, seed: seed), unknown: [0])
      let threshold = try openSet.thresholds(for: RejectionRule(.falseReject, rate: rate), classCount: 2)[0]
      rejected += Double(scores(100, seed: seed + 10_000).count { !($0 > threshold) }) / 100
    }
    #expect(rejected / 200 <= rate + 0.012)
    #expect(rejected / 200 >= rate - 0.02)
  }

  @Test func aRateFinerThanTheDocumentsTellIsRefused() throws {
    let openSet = try openSet(known: [1], unknown: scores(99, seed: 1))
    #expect(throws: Never.self) {
      try openSet.thresholds(for: RejectionRule(.falseAccept, rate: 0.01), classCount: 2)
    }
    do {
      _ = try openSet.thresholds(for: RejectionRule(.falseAccept, rate: 0.009), classCount: 2)
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.parameter == "false_accept_rate")
      #expect(error.allowed.contains("0.01"))
    }
    // To reject fewer than can be told is to reject none.
    #expect(
      try openSet.thresholds(for: RejectionRule(.falseReject, rate: 0.009), classCount: 2)[0] == -.infinity)
  }

  @Test func classesWithEnoughDocumentsHaveTheirOwnThresholds() throws {
    // Class 0 has strangers up to 1, class 1 up to 10, class 2 none.
    let count = 60
    let unknown = OpenSet.Sample(
      scores: (0..<count).flatMap { [Float($0) / Float(count), 10 * Float($0) / Float(count)] },
      classIndices: (0..<count).flatMap { _ in [Int32(0), 1] })
    let openSet = try OpenSet(
      intercept: 0, oddsWeight: 1, seenWeight: 0, known: OpenSet.Sample(scores: [1], classIndices: [0]),
      unknown: unknown, classCount: 3)
    let common = try openSet.thresholds(for: RejectionRule(.falseAccept, rate: 0.1), classCount: 3)
    #expect(Set(common).count == 1)
    let own = try openSet.thresholds(
      for: RejectionRule(.falseAccept, rate: 0.1, isPerClass: true), classCount: 3)
    #expect(own[0] < common[0])
    #expect(own[1] > common[1])
    #expect(own[2] == common[2])
  }

  @Test(arguments: [0, 1, -0.1, 2, Double.nan, .infinity]) func ratesOutOfRangeAreRefused(rate: Double) {
    for measure in RejectionRule.Measure.allCases {
      #expect(throws: OptionsError.self) { try RejectionRule(measure, rate: rate) }
    }
  }

  @Test func partsThatDoNotFitAreRefused() {
    let one = OpenSet.Sample(scores: [1], classIndices: [0])
    func made(
      _ odds: Double = 1, seen: Double = 0, known: OpenSet.Sample? = nil, unknown: OpenSet.Sample? = nil
    ) throws -> OpenSet {
      try OpenSet(
        intercept: 0, oddsWeight: odds, seenWeight: seen, known: known ?? one, unknown: unknown ?? one,
        classCount: 1)
    }
    #expect(throws: Never.self) { try made() }
    #expect(throws: OptionsError.self) { try made(0) }
    #expect(throws: OptionsError.self) { try made(.nan) }
    #expect(throws: OptionsError.self) { try made(seen: -1) }
    #expect(throws: OptionsError.self) { try made(known: OpenSet.Sample()) }
    #expect(throws: OptionsError.self) {
      try made(unknown: OpenSet.Sample(scores: [1, 2], classIndices: [0]))
    }
    #expect(throws: OptionsError.self) {
      try made(unknown: OpenSet.Sample(scores: [.nan], classIndices: [0]))
    }
    #expect(throws: OptionsError.self) { try made(known: OpenSet.Sample(scores: [1], classIndices: [1])) }
    #expect(throws: OptionsError.self) { try made(known: OpenSet.Sample(scores: [1], classIndices: [-1])) }
  }

  private func features(_ count: Int, odds: Double, seed: UInt64) -> [OpenSetFeatures] {
    var random = CounterRandom(seed: seed)
    return (0..<count).map { index in
      OpenSetFeatures(classIndex: index % 3, logOdds: odds + random.nextUnit(), seenShare: random.nextUnit())
    }
  }

  /// A trial's scores may lie on another scale: what counts is the rank among its own known documents.
  @Test(arguments: [0, 5, -3]) func theScaleOfATrialDoesNotMatter(shift: Double) throws {
    var trial = OpenSet.Trial()
    trial.known = features(200, odds: 1 + shift, seed: 1)
    trial.unknown = features(200, odds: 0.3 + shift, seed: 2)
    let openSet = try #require(OpenSet.fitted(known: features(200, odds: 1, seed: 3), trials: [trial]))
    #expect(openSet.knownCount == 200)
    #expect(openSet.unknownCount == 200)
    // Odds are even over a width of 1, 0.7 apart: the chance of a wrong order is 0.3 squared / 2.
    #expect(abs(openSet.separation - 0.955) < 0.03, "\(openSet.separation)")
    #expect(openSet.oddsWeight > 0)
    #expect(openSet.seenWeight >= 0)
  }

  @Test func tooFewDocumentsSayNothing() {
    var trial = OpenSet.Trial()
    trial.known = features(30, odds: 1, seed: 1)
    trial.unknown = features(19, odds: 0, seed: 2)
    #expect(OpenSet.fitted(known: features(30, odds: 1, seed: 3), trials: [trial]) == nil)
    trial.unknown = features(20, odds: 0, seed: 2)
    #expect(OpenSet.fitted(known: features(30, odds: 1, seed: 3), trials: [trial]) != nil)
    #expect(OpenSet.fitted(known: features(19, odds: 1, seed: 3), trials: [trial]) == nil)
    #expect(OpenSet.fitted(known: features(30, odds: 1, seed: 3), trials: []) == nil)
  }

  @Test func aModelKeepsSomeThousandsOfDocuments() throws {
    var trial = OpenSet.Trial()
    trial.known = features(5_000, odds: 1, seed: 1)
    trial.unknown = features(9_001, odds: 0, seed: 2)
    let openSet = try #require(OpenSet.fitted(known: features(8_000, odds: 1, seed: 3), trials: [trial]))
    #expect(openSet.knownCount == 4_000)
    #expect(openSet.unknownCount == 4_000)
  }

  /// The gradient of the likelihood is 0 where Newton's method stops.
  @Test func theLogisticIsTheMostLikelyOne() throws {
    var random = CounterRandom(seed: 5)
    let features = (0..<300).map { _ in SIMD3(1, random.nextUnit() * 4 - 2, random.nextUnit()) }
    let isRight = features.map { random.nextUnit() < 1 / (1 + naturalExponential(-($0.y + $0.z))) }
    let weights = (0..<300).map { _ in 0.5 + random.nextUnit() }
    let logistic = ThreeWeightLogistic(
      features: features, targets: ThreeWeightLogistic.targets(isRight), documentWeights: weights)
    let found = try #require(logistic.fitted(from: SIMD3(0, 0, 0)))
    var gradient = SIMD3<Double>(repeating: 0)
    for (index, x) in features.enumerated() {
      let p = 1 / (1 + naturalExponential(-(found * x).sum()))
      gradient += weights[index] * (p - logistic.targets[index]) * x
    }
    for value in [gradient.x, gradient.y, gradient.z] { #expect(abs(value) < 1e-6, "\(gradient)") }
  }
}
