/// What confidences are worth: how far they are from the accuracy they promise, and what is won by answering
/// only the surer documents.
package struct ConfidenceReport: Sendable, Equatable {
  /// The documents whose confidence lies in one range.
  package struct Bin: Sendable, Equatable {
    /// Confidences above `lowerBound`, at most `upperBound`; the first bin takes 0 too.
    package let lowerBound: Double
    package let upperBound: Double
    package let documentCount: Int
    /// Their mean confidence; 0 where there are no documents.
    package let meanConfidence: Double
    /// The share that was right; 0 where there are no documents.
    package let accuracy: Double
  }

  /// What one finds when only the documents of at least a certain confidence are answered.
  package struct CoveragePoint: Sendable, Equatable {
    /// The share of documents that are answered, 0...1.
    package let coverage: Double
    /// The least confidence among them.
    package let threshold: Double
    /// The share of them that was right.
    package let accuracy: Double
  }

  /// Ranges of equal width over 0...1.
  package let bins: [Bin]
  /// The sum over bins of (share of documents) x |accuracy - mean confidence|, 0...1.
  ///
  /// - Source: Naeini, Cooper and Hauskrecht 2015, doi:10.1609/aaai.v29i1.9602.
  package let expectedCalibrationError: Double
  /// From the surest tenth of the documents to all of them; documents of equal confidence are never parted, so a
  /// point may cover more than its share, and points that coincide occur once.
  package let coverage: [CoveragePoint]
  /// The area under the curve of accuracy over coverage, 0...1: the mean accuracy over all shares of documents that
  /// one might answer, the surest first. It equals the accuracy where confidences say nothing.
  ///
  /// - Source: one minus the risk of El-Yaniv and Wiener 2010 (JMLR 11:1605), averaged over coverage.
  package let areaUnderCoverage: Double

  /// - Parameters:
  ///   - confidences: the confidence of each prediction, 0...1.
  ///   - isCorrect: whether it was right.
  ///   - binCount: how many ranges, at least 1.
  ///   - coverageSteps: how many points of the coverage curve, at least 1.
  /// - Throws: ``InputError/noRows``, ``InputError/lengthMismatch(what:expected:found:)``,
  ///   ``OptionsError`` for a confidence outside 0...1 and for a count below 1.
  /// - Complexity: O(n log n) for n documents.
  package init(confidences: [Float], isCorrect: [Bool], binCount: Int = 15, coverageSteps: Int = 10) throws {
    guard !confidences.isEmpty else { throw InputError.noRows }
    guard confidences.count == isCorrect.count else {
      throw InputError.lengthMismatch(what: "verdicts", expected: confidences.count, found: isCorrect.count)
    }
    for (name, count) in [("bins", binCount), ("coverage steps", coverageSteps)] where count < 1 {
      throw OptionsError(parameter: name, value: "\(count)", allowed: "a whole number from 1")
    }
    if let row = confidences.firstIndex(where: { !(0...1).contains($0) }) {
      throw OptionsError(
        parameter: "confidence of row \(row)", value: "\(confidences[row])", allowed: "a number from 0 to 1")
    }
    bins = Self.bins(confidences, isCorrect, count: binCount)
    expectedCalibrationError = bins.reduce(0) { sum, bin in
      sum + Double(bin.documentCount) / Double(confidences.count) * abs(bin.accuracy - bin.meanConfidence)
    }
    coverage = Self.coverage(confidences, isCorrect, steps: coverageSteps)
    areaUnderCoverage = Self.areaUnderCoverage(confidences, isCorrect)
  }

  /// Documents of equal confidence are answered together or not at all.
  private static func areaUnderCoverage(_ confidences: [Float], _ isCorrect: [Bool]) -> Double {
    let order = confidences.indices.sorted { confidences[$0] > confidences[$1] }
    var (taken, correct, area) = (0, 0, 0.0)
    while taken < order.count {
      let first = taken
      while taken < order.count, confidences[order[taken]] == confidences[order[first]] {
        correct += isCorrect[order[taken]] ? 1 : 0
        taken += 1
      }
      area += Double(taken - first) * ClassMetrics.ratio(correct, taken)
    }
    return area / Double(order.count)
  }

  private static func bins(_ confidences: [Float], _ isCorrect: [Bool], count: Int) -> [Bin] {
    var sums = [(documents: Int, confidence: Double, correct: Int)](repeating: (0, 0, 0), count: count)
    for (confidence, correct) in zip(confidences, isCorrect) {
      let value = Double(confidence)
      let index = min(count - 1, max(0, Int((value * Double(count)).rounded(.up)) - 1))
      sums[index].documents += 1
      sums[index].confidence += value
      sums[index].correct += correct ? 1 : 0
    }
    return sums.enumerated().map { index, sum in
      Bin(
        lowerBound: Double(index) / Double(count), upperBound: Double(index + 1) / Double(count),
        documentCount: sum.documents,
        meanConfidence: sum.documents > 0 ? sum.confidence / Double(sum.documents) : 0,
        accuracy: ClassMetrics.ratio(sum.correct, sum.documents))
    }
  }

  private static func coverage(_ confidences: [Float], _ isCorrect: [Bool], steps: Int) -> [CoveragePoint] {
    let order = confidences.indices.sorted { confidences[$0] > confidences[$1] }
    var points: [CoveragePoint] = []
    var (taken, correct) = (0, 0)
    for step in 1...steps {
      let wanted = max(1, Int((Double(order.count) * Double(step) / Double(steps)).rounded()))
      guard wanted > taken else { continue }
      while taken < order.count, taken < wanted || confidences[order[taken]] == confidences[order[taken - 1]]
      {
        correct += isCorrect[order[taken]] ? 1 : 0
        taken += 1
      }
      points.append(
        CoveragePoint(
          coverage: ClassMetrics.ratio(taken, order.count), threshold: Double(confidences[order[taken - 1]]),
          accuracy: ClassMetrics.ratio(correct, taken)))
    }
    return points
  }
}
