/// What a model knows about documents of classes that it has never seen, and so where to say "none of these".
///
/// Its score is a logistic of two things: the odds of the best class against its rivals, and how much of the document
/// lies on features that the class has. It was fitted on documents that training had not seen: held-out ones stand for
/// known classes; documents of some classes that a smaller model was trained without stand for unknown ones.
///
/// Classes are few and each is strange in its own way, so a rate holds on average over what might come, not for each
/// class that does: measured, 5 % came out as 3 to 15 %, depending on which classes were unknown.
///
/// - Source: rejection with a reliability of two kinds, after Scheirer et al. 2013, doi:10.1109/TPAMI.2012.256;
///   thresholds with finite-sample guarantees as in Vovk, Gammerman and Shafer 2005, doi:10.1007/b106715.
package struct OpenSet: Sendable, Equatable {
  /// Scores of documents with the class that was predicted for each.
  package struct Sample: Sendable, Equatable {
    package var scores: [Float] = []
    package var classIndices: [Int32] = []

    package init(scores: [Float] = [], classIndices: [Int32] = []) {
      self.scores = scores
      self.classIndices = classIndices
    }

    /// Of one predicted class, or of all.
    fileprivate func scores(of classIndex: Int?) -> [Float] {
      guard let classIndex else { return scores }
      return zip(scores, classIndices).filter { $0.1 == Int32(classIndex) }.map(\.0)
    }
  }

  /// score = intercept + oddsWeight x log odds + seenWeight x seen share.
  package let intercept: Double
  /// Above 0.
  package let oddsWeight: Double
  /// 0 or more; 0 for dense rows.
  package let seenWeight: Double
  package let known: Sample
  package let unknown: Sample

  /// - Throws: ``OptionsError`` for numbers that are not finite, weights out of range, samples whose scores and classes
  ///   differ in number, or classes that there are not.
  package init(
    intercept: Double, oddsWeight: Double, seenWeight: Double, known: Sample, unknown: Sample, classCount: Int
  ) throws(OptionsError) {
    guard intercept.isFinite, oddsWeight.isFinite, seenWeight.isFinite, oddsWeight > 0, seenWeight >= 0 else {
      throw OptionsError(
        parameter: "open_set", value: "(\(intercept), \(oddsWeight), \(seenWeight))",
        allowed: "finite numbers, the second above 0, the third from 0")
    }
    for sample in [known, unknown] {
      guard !sample.scores.isEmpty, sample.scores.count == sample.classIndices.count,
        sample.scores.allSatisfy(\.isFinite),
        sample.classIndices.allSatisfy({ (0..<classCount).contains(Int($0)) })
      else {
        throw OptionsError(
          parameter: "open_set",
          value: "\(sample.scores.count) scores of \(sample.classIndices.count) classes",
          allowed: "one or more finite scores, each with the index of a class")
      }
    }
    self.init(
      unchecked: intercept, oddsWeight: oddsWeight, seenWeight: seenWeight, known: known, unknown: unknown)
  }

  init(unchecked intercept: Double, oddsWeight: Double, seenWeight: Double, known: Sample, unknown: Sample) {
    self.intercept = intercept
    self.oddsWeight = oddsWeight
    self.seenWeight = seenWeight
    self.known = known
    self.unknown = unknown
  }

  /// Held-out documents that stand for known classes.
  package var knownCount: Int { known.scores.count }
  /// Documents that stood for unknown classes.
  package var unknownCount: Int { unknown.scores.count }

  /// How well the score tells the two apart: the probability that a document of a known class has the higher one
  /// (area under the ROC curve), 0...1.
  ///
  /// - Complexity: O(n log n).
  package var separation: Double {
    RankStatistics.areaUnderCurve(positive: known.scores, negative: unknown.scores)
  }

  package func score(_ features: OpenSetFeatures) -> Float {
    Float(intercept + oddsWeight * features.logOdds + seenWeight * features.seenShare)
  }
}

extension OpenSet {
  /// The scores that documents must exceed to be accepted, by predicted class.
  ///
  /// - Throws: ``OptionsError`` for a rate finer than the held-out documents can tell.
  /// - Complexity: O(n log n + classes) for n documents.
  package func thresholds(for rule: RejectionRule, classCount: Int) throws(OptionsError) -> [Float] {
    guard let common = threshold(for: rule, classIndex: nil) else {
      throw OptionsError(
        parameter: "false_accept_rate", value: "\(rule.rate)",
        allowed: "\(1 / Double(unknownCount + 1)) or more: \(unknownCount) held-out documents tell no finer")
    }
    var thresholds = [Float](repeating: common, count: classCount)
    guard rule.isPerClass else { return thresholds }
    let sample = rule.measure == .falseAccept ? unknown : known
    for classIndex in Set(sample.classIndices) {
      let own = threshold(for: rule, classIndex: Int(classIndex))
      if let own, thresholds.indices.contains(Int(classIndex)) { thresholds[Int(classIndex)] = own }
    }
    return thresholds
  }

  /// Fewer documents than this say nothing about a single class.
  private static let leastPerClass = 30

  /// With n scores, a new one ranks anywhere among them with equal probability: the k-th largest is exceeded with
  /// probability k / (n + 1) at most. nil where that allows no rank, or a class has too few documents.
  private func threshold(for rule: RejectionRule, classIndex: Int?) -> Float? {
    let scores = (rule.measure == .falseAccept ? unknown : known).scores(of: classIndex).sorted()
    guard classIndex == nil || scores.count >= Self.leastPerClass else { return nil }
    let rank = Int(rule.rate * Double(scores.count + 1))
    switch rule.measure {
    case .falseAccept: return rank >= 1 ? scores[max(0, scores.count - rank)] : nil
    // What is no better than every document of known classes is always rejected.
    case .falseReject: return rank >= 1 ? scores[min(rank, scores.count) - 1].nextDown : -.infinity
    }
  }
}
