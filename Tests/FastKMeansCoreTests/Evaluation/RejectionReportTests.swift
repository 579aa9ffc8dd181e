import Testing

@testable import FastKMeansCore

@Suite("Rejection report")
struct RejectionReportTests {
  private func openSet() throws -> OpenSet {
    // Strangers score 0.01 ... 1.00: at a rate of r the threshold lies at 1 - r, about.
    let unknown = (1...100).map { Float($0) / 100 }
    return try OpenSet(
      intercept: 0, oddsWeight: 1, seenWeight: 0, known: OpenSet.Sample(scores: [2], classIndices: [0]),
      unknown: OpenSet.Sample(scores: unknown, classIndices: unknown.map { _ in 0 }), classCount: 1)
  }

  @Test func byHand() throws {
    let report = try RejectionReport(
      openSet(), scores: [2, 0.95, 0.85, 0.2, 0.95, 0.5], isCorrect: [true, false, true, true, false, false],
      isKnown: [true, true, true, true, false, false], rates: [0.1, 0.2])
    #expect(report.knownCount == 4)
    #expect(report.unknownCount == 2)
    // Of eight pairs 2 > 0.95, 2 > 0.5, 0.95 = 0.95, 0.95 > 0.5, 0.85 > 0.5 stand right.
    #expect(report.separation == 4.5 / 8)
    #expect(report.points.map(\.falseAcceptRate) == [0.1, 0.2])
    // Above 0.91 are 2 and 0.95; above 0.81 also 0.85.
    #expect(report.points.map(\.coverage) == [0.5, 0.75])
    #expect(report.points.map(\.accuracy) == [0.5, 2.0 / 3])
    #expect(report.points.map(\.observedFalseAcceptRate) == [0.5, 0.5])
  }

  @Test func withoutUnknownDocumentsNothingIsSaidOfThem() throws {
    let report = try RejectionReport(
      openSet(), scores: [2, 0.1], isCorrect: [true, true], isKnown: [true, true])
    #expect(report.separation == nil)
    #expect(report.points.allSatisfy { $0.observedFalseAcceptRate == nil })
    #expect(report.points.map(\.falseAcceptRate) == [0.01, 0.05, 0.1, 0.2])
  }

  @Test func ratesThatCannotBeToldAreLeftOut() throws {
    let report = try RejectionReport(
      openSet(), scores: [2], isCorrect: [true], isKnown: [true], rates: [0.5, 0.001])
    #expect(report.points.map(\.falseAcceptRate) == [0.5])
  }

  @Test func badInputIsRefused() throws {
    let openSet = try openSet()
    #expect(throws: InputError.noRows) {
      try RejectionReport(openSet, scores: [], isCorrect: [], isKnown: [])
    }
    #expect(throws: InputError.self) {
      try RejectionReport(openSet, scores: [1], isCorrect: [true, false], isKnown: [true])
    }
    #expect(throws: InputError.self) {
      try RejectionReport(openSet, scores: [1], isCorrect: [true], isKnown: [])
    }
    #expect(throws: OptionsError.self) {
      try RejectionReport(openSet, scores: [1], isCorrect: [true], isKnown: [true], rates: [1.5])
    }
  }
}
