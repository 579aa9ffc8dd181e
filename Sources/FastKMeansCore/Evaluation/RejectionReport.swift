/// What "none of these" is worth on labelled documents, some of which may be of classes that the model does not know.
package struct RejectionReport: Sendable, Equatable {
  /// What one finds at one rate of false accepts.
  package struct Point: Sendable, Equatable {
    /// The rate that was asked for: of documents of unknown classes, the share to be accepted.
    package let falseAcceptRate: Double
    /// The share of documents of known classes that is accepted, 0...1.
    package let coverage: Double
    /// The share of these that was right; 0 where there are none.
    package let accuracy: Double
    /// The share of the documents of unknown classes that was accepted; nil without any.
    package let observedFalseAcceptRate: Double?
  }

  /// Documents of classes that the model knows.
  package let knownCount: Int
  /// Documents of classes that it does not know.
  package let unknownCount: Int
  /// The probability that a document of a known class scores higher than one of an unknown class (area under the ROC
  /// curve), 0...1; nil without documents of both.
  package let separation: Double?
  /// One for each rate that the model's held-out documents can tell, rising.
  package let points: [Point]

  /// - Parameters:
  ///   - openSet: of the model that answered.
  ///   - scores: ``Answer/openSetScore`` of each document.
  ///   - isCorrect: whether its class was right; false where the model does not know the class.
  ///   - isKnown: whether the model knows its class.
  ///   - rates: false-accept rates, each above 0 and below 1.
  /// - Throws: ``InputError/noRows``, ``InputError/lengthMismatch(what:expected:found:)``; ``OptionsError`` for a rate
  ///   out of range.
  /// - Complexity: O(n log n) for n documents.
  package init(
    _ openSet: OpenSet, scores: [Float], isCorrect: [Bool], isKnown: [Bool],
    rates: [Double] = [0.01, 0.05, 0.1, 0.2]
  ) throws {
    guard !scores.isEmpty else { throw InputError.noRows }
    for (what, count) in [("verdicts", isCorrect.count), ("known documents", isKnown.count)]
    where count != scores.count {
      throw InputError.lengthMismatch(what: what, expected: scores.count, found: count)
    }
    let known = scores.indices.filter { isKnown[$0] }
    let unknown = scores.indices.filter { !isKnown[$0] }
    knownCount = known.count
    unknownCount = unknown.count
    separation =
      known.isEmpty || unknown.isEmpty
      ? nil
      : RankStatistics.areaUnderCurve(
        positive: known.map { scores[$0] }, negative: unknown.map { scores[$0] })
    points = try rates.sorted().compactMap { rate in
      let rule = try RejectionRule(.falseAccept, rate: rate)
      // A rate finer than the model can tell has no threshold.
      guard let threshold = try? openSet.thresholds(for: rule, classCount: 1).first else { return nil }
      let accepted = known.filter { scores[$0] > threshold }
      return Point(
        falseAcceptRate: rate, coverage: ClassMetrics.ratio(accepted.count, known.count),
        accuracy: ClassMetrics.ratio(accepted.count { isCorrect[$0] }, accepted.count),
        observedFalseAcceptRate: unknown.isEmpty
          ? nil : ClassMetrics.ratio(unknown.count { scores[$0] > threshold }, unknown.count))
    }
  }
}
