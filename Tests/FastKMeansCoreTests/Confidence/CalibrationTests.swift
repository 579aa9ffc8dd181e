import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Scores to probabilities.
@Suite struct CalibrationTests {
  static func calibrations() throws -> [Calibration] {
    let fitted = try [nil, 1e-30, 0.1, 2, 1e30].flatMap { reach in
      [
        try Calibration(intercept: -3, slope: 2, sharpness: 4, crowding: 0.5, reach: reach),
        try Calibration(intercept: 6, slope: 0.01, sharpness: 0.02, crowding: 3, reach: reach),
        try Calibration(intercept: -50, slope: 1e-6, sharpness: 400, reach: reach),
        try Calibration(intercept: -1e300, slope: 1e300, sharpness: 1e300, reach: reach),
        try Calibration(intercept: 1e300, slope: 1e-300, sharpness: 1e-300, crowding: 1e300, reach: reach),
      ]
    }
    return fitted + [.uncalibrated]
  }

  static func scores(_ seed: UInt64) -> [Float] {
    var random = CounterRandom(seed: seed, stream: 6)
    let count = [2, 3, 10, 1_000][random.nextIndex(below: 4)]
    let kind = random.nextIndex(below: 5)
    return (0..<count).map { _ in
      switch kind {
      case 0: Float(random.nextUnit() * 4 - 2)
      // Ties.
      case 1: Float(random.nextIndex(below: 3))
      case 2: 0.75
      // Huge margins.
      case 3: Float((random.nextUnit() - 0.5) * 1e30)
      default: Float(random.nextUnit() * 1e-6) + 1
      }
    }
  }

  static func apply(_ calibration: Calibration, to scores: [Float]) -> [Float] {
    var values = scores
    values.withUnsafeMutableBufferPointer { calibration.apply(to: $0) }
    return values
  }

  /// The lowest index of the largest value, as prediction has it.
  static func best(_ values: [Float]) -> Int {
    values.indices.max { (values[$0], $1) < (values[$1], $0) } ?? 0
  }

  @Test func probabilitiesSumToOneAndTheBestStaysTheBest() throws {
    for (number, calibration) in try Self.calibrations().enumerated() {
      for seed in 0..<150 as Range<UInt64> {
        let scores = Self.scores(seed)
        let found = Self.apply(calibration, to: scores)
        #expect(found.allSatisfy { (0...1).contains($0) }, "calibration \(number), seed \(seed)")
        let sum = found.reduce(0.0) { $0 + Double($1) }
        #expect(abs(sum - 1) < 1e-5, "calibration \(number), seed \(seed): \(sum)")
        #expect(Self.best(found) == Self.best(scores), "calibration \(number), seed \(seed)")
      }
    }
  }

  /// The second's share of what the best leaves is the largest: it must not win by coming first.
  @Test func aDoubtfulBestClassIsNotBeatenByAnEarlierOne() throws {
    let doubtful = try Calibration(intercept: -20, slope: 0.1, sharpness: 1)
    for scores in [[1, 1.1], [1, 1.1, 0], [1, 1, 1.1, 0.5]] as [[Float]] {
      let found = Self.apply(doubtful, to: scores)
      let best = Self.best(scores)
      #expect(Self.best(found) == best)
      #expect(found[best] > found[0])
      #expect(abs(found[best] - found[0]) < 1e-6)
    }
  }

  @Test func otherClassesKeepTheirOrder() throws {
    for calibration in try Self.calibrations() {
      for seed in 0..<50 as Range<UInt64> {
        let scores = Self.scores(seed)
        let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
        let found = Self.apply(calibration, to: scores)
        for (low, high) in zip(order, order.dropFirst()) where scores[low] < scores[high] {
          #expect(found[low] <= found[high] + 1e-7, "seed \(seed), \(calibration)")
        }
      }
    }
  }

  /// Whatever was fitted, classes that tie share the best place.
  @Test func tiedClassesShareAlike() throws {
    for calibration in try Self.calibrations() where calibration.reach != nil {
      for (count, tied) in [(2, 2), (3, 2), (5, 5), (12, 4), (300, 10)] {
        let scores = (0..<count).map { Float($0 < tied ? 1 : -1) }
        let found = Self.apply(calibration, to: scores)
        #expect(found[0] <= 1 / Float(tied), "\(tied) of \(count), \(calibration)")
      }
    }
  }

  /// No score of another class may fall and make the best class less sure.
  @Test func confidenceFallsWithEveryRival() throws {
    for calibration in try Self.calibrations() where calibration.reach != nil {
      for seed in 0..<60 as Range<UInt64> {
        var scores = Self.scores(seed)
        let best = Self.best(scores)
        var last = Self.apply(calibration, to: scores)[best]
        var random = CounterRandom(seed: seed, stream: 11)
        for _ in 0..<20 {
          let other = random.nextIndex(below: scores.count)
          guard other != best else { continue }
          scores[other] -= Float(random.nextUnit())
          let next = Self.apply(calibration, to: scores)[best]
          #expect(next >= last, "seed \(seed), \(calibration)")
          last = next
        }
      }
    }
  }

  @Test func confidenceRisesWithTheMargin() throws {
    for calibration in try Self.calibrations() {
      for count in [2, 5, 9, 10, 11, 1_000] {
        var last: Float = 0
        for step in 0...200 {
          var scores = [Float](repeating: 0, count: count)
          scores[count / 2] = Float(step) * 0.05
          let confidence = Self.apply(calibration, to: scores)[count / 2]
          #expect(confidence >= last)
          last = confidence
        }
      }
    }
  }

  @Test func aSingleClassIsCertain() {
    #expect(Self.apply(.uncalibrated, to: [-3]) == [1])
    #expect(Self.apply(.uncalibrated, to: []) == [])
  }

  @Test func twoClassesShareByTheLogistic() throws {
    let calibration = try Calibration(intercept: 0.5, slope: 2, sharpness: 3)
    let found = Self.apply(calibration, to: [1, 1.75])
    #expect(abs(Double(found[1]) - 1 / (1 + naturalExponential(-(0.5 + 2 * 0.75)))) < 1e-6)
    #expect(abs(found[0] + found[1] - 1) < 1e-6)
  }

  @Test func numbersThatAreNoCalibrationAreRefused() {
    for (intercept, slope, sharpness, reach) in [
      (Double.nan, 1.0, 1.0, 1.0), (.infinity, 1, 1, 1), (0, 0, 1, 1), (0, -1, 1, 1), (0, 1, 0, 1),
      (0, 1, .infinity, 1), (0, .nan, 1, 1), (0, 1, 1, 0), (0, 1, 1, -1), (0, 1, 1, .nan),
      (0, 1, 1, .infinity),
    ] {
      #expect(throws: OptionsError.self) {
        try Calibration(intercept: intercept, slope: slope, sharpness: sharpness, reach: reach)
      }
    }
  }
}
