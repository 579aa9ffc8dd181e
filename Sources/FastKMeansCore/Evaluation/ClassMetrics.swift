/// How well one class is recognised.
///
/// With tp documents of the class that were given it, fp others that were given it, and fn of the class that were
/// given another; a ratio whose denominator is 0 counts as 0 (scikit-learn's `zero_division=0`).
package struct ClassMetrics: Sendable, Equatable {
  /// The class, as the caller numbers classes.
  package let classIndex: Int
  /// Documents of the class: tp + fn.
  package let support: Int
  /// Documents that were given the class: tp + fp.
  package let predictedCount: Int
  /// Documents of the class that were given it: tp.
  package let correctCount: Int

  /// tp / (tp + fp), 0...1.
  package var precision: Double { Self.ratio(correctCount, predictedCount) }

  /// tp / (tp + fn), 0...1.
  package var recall: Double { Self.ratio(correctCount, support) }

  /// 2 tp / (2 tp + fp + fn), 0...1: the harmonic mean of precision and recall.
  package var f1: Double { Self.ratio(2 * correctCount, support + predictedCount) }

  static func ratio(_ part: Int, _ whole: Int) -> Double {
    whole > 0 ? Double(part) / Double(whole) : 0
  }
}
