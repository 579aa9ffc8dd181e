import FastKMeansCore
import Testing

@Suite("Confidence report")
struct ConfidenceReportTests {
  @Test func calibrationErrorByHand() throws {
    // Two bins: (0...0.5] has confidences 0.25, 0.5, one of two right; (0.5...1] has 0.75, 1, both right.
    let report = try ConfidenceReport(
      confidences: [0.25, 0.5, 0.75, 1], isCorrect: [false, true, true, true], binCount: 2)
    #expect(report.bins.map(\.documentCount) == [2, 2])
    #expect(report.bins.map(\.meanConfidence) == [0.375, 0.875])
    #expect(report.bins.map(\.accuracy) == [0.5, 1])
    #expect(report.expectedCalibrationError == 0.5 * 0.125 + 0.5 * 0.125)
  }

  @Test func takesTheEndsOfTheRange() throws {
    let report = try ConfidenceReport(confidences: [0, 1], isCorrect: [false, true])
    #expect(report.bins.count == 15)
    #expect(report.bins.first?.documentCount == 1)
    #expect(report.bins.last?.documentCount == 1)
    #expect(report.expectedCalibrationError == 0)
  }

  /// The mean over documents of the accuracy among those that are at least as sure.
  @Test(arguments: 0..<20 as Range<UInt64>) func areaUnderCoverageCountsEveryDocument(seed: UInt64) throws {
    var random = CounterRandom(seed: seed)
    let count = 1 + random.nextIndex(below: 60)
    let confidences = (0..<count).map { _ in Float(random.nextIndex(below: 9)) / 8 }
    let isCorrect = confidences.map { _ in random.nextIndex(below: 2) == 0 }
    let accuracies = confidences.map { confidence in
      let surer = confidences.indices.filter { confidences[$0] >= confidence }
      return Double(surer.count { isCorrect[$0] }) / Double(surer.count)
    }
    let report = try ConfidenceReport(confidences: confidences, isCorrect: isCorrect)
    #expect(abs(report.areaUnderCoverage - accuracies.reduce(0, +) / Double(count)) < 1e-12, "seed \(seed)")
  }

  @Test func areaUnderCoverageByHand() throws {
    let sure = try ConfidenceReport(confidences: [0.9, 0.5], isCorrect: [true, false])
    #expect(sure.areaUnderCoverage == 0.75)
    let wrong = try ConfidenceReport(confidences: [0.5, 0.9], isCorrect: [true, false])
    #expect(wrong.areaUnderCoverage == 0.25)
    let equal = try ConfidenceReport(confidences: [0.7, 0.7], isCorrect: [true, false])
    #expect(equal.areaUnderCoverage == 0.5)
  }

  @Test func coverageGoesFromTheSurestToAll() throws {
    let report = try ConfidenceReport(
      confidences: [0.9, 0.8, 0.3, 0.2], isCorrect: [true, true, false, true], coverageSteps: 4)
    #expect(report.coverage.map(\.coverage) == [0.25, 0.5, 0.75, 1])
    #expect(report.coverage.map(\.accuracy) == [1, 1, 2.0 / 3, 0.75])
    #expect(report.coverage.map { Float($0.threshold) } == [0.9, 0.8, 0.3, 0.2])
  }

  @Test func coverageNeverPartsEqualConfidences() throws {
    let report = try ConfidenceReport(
      confidences: [0.5, 0.5, 0.5, 0.1], isCorrect: [true, false, true, true], coverageSteps: 4)
    #expect(report.coverage.map(\.coverage) == [0.75, 1])
    #expect(report.coverage.map(\.accuracy) == [2.0 / 3, 0.75])
  }

  @Test func refusesWhatIsNoConfidence() {
    #expect(throws: InputError.noRows) { try ConfidenceReport(confidences: [], isCorrect: []) }
    #expect(throws: InputError.lengthMismatch(what: "verdicts", expected: 1, found: 0)) {
      try ConfidenceReport(confidences: [0.5], isCorrect: [])
    }
    for bad in [Float.nan, -0.1, 1.5] {
      #expect(throws: OptionsError.self) { try ConfidenceReport(confidences: [bad], isCorrect: [true]) }
    }
    #expect(throws: OptionsError.self) {
      try ConfidenceReport(confidences: [0.5], isCorrect: [true], binCount: 0)
    }
  }
}
