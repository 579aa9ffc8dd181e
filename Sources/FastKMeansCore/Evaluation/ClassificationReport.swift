/// Predicted classes against true ones: accuracy, F1, and what is taken for what.
///
/// The numbers equal scikit-learn's `accuracy_score` and `f1_score(average=..., zero_division=0)`; classes that
/// neither occur nor are predicted count nowhere.
package struct ClassificationReport: Sendable, Equatable {
  /// The documents that were judged.
  package let documentCount: Int
  /// Those that were given their class.
  package let correctCount: Int
  /// Every class that occurs or is predicted, ascending by index.
  package let classes: [ClassMetrics]
  /// Wrong predictions by true and predicted class, the most frequent first.
  package let confusions: [ClassConfusion]

  /// Counts.
  ///
  /// - Parameters:
  ///   - truth: the true class of each document, any non-negative numbers. A label that the model does not know
  ///     needs a number that is never predicted; its documents count as errors.
  ///   - predicted: the predicted class of each document, numbered alike.
  /// - Throws: ``InputError/noRows``, ``InputError/lengthMismatch(what:expected:found:)``,
  ///   ``InputError/badLabels(found:expected:)`` for a negative class.
  /// - Complexity: O(documents + classes), and O(n log n) for n different confusions.
  package init(truth: [Int], predicted: [Int]) throws {
    guard !truth.isEmpty else { throw InputError.noRows }
    guard truth.count == predicted.count else {
      throw InputError.lengthMismatch(
        what: "predicted classes", expected: truth.count, found: predicted.count)
    }
    if let negative = (truth + predicted).first(where: { $0 < 0 }) {
      throw InputError.badLabels(found: "negative class numbers (\(negative))", expected: "numbers from 0")
    }
    var counts: [Int: (support: Int, predicted: Int, correct: Int)] = [:]
    var wrong: [ClassConfusion.Pair: Int] = [:]
    for (actual, given) in zip(truth, predicted) {
      counts[actual, default: (0, 0, 0)].support += 1
      counts[given, default: (0, 0, 0)].predicted += 1
      if actual == given {
        counts[actual, default: (0, 0, 0)].correct += 1
      } else {
        wrong[ClassConfusion.Pair(truth: actual, predicted: given), default: 0] += 1
      }
    }
    documentCount = truth.count
    correctCount = counts.values.reduce(0) { $0 + $1.correct }
    classes = counts.sorted { $0.key < $1.key }.map { index, count in
      ClassMetrics(
        classIndex: index, support: count.support, predictedCount: count.predicted,
        correctCount: count.correct)
    }
    confusions = wrong.map { ClassConfusion(pair: $0, count: $1) }.sorted(by: ClassConfusion.isBefore)
  }

  /// The share of documents that were given their class, 0...1.
  package var accuracy: Double { ClassMetrics.ratio(correctCount, documentCount) }

  /// The plain mean of the classes' F1, 0...1: small classes count as much as large ones.
  package var macroF1: Double { classes.reduce(0) { $0 + $1.f1 } / Double(classes.count) }

  /// F1 over all decisions, 0...1. As every document has one class and is given one, it equals the accuracy.
  package var microF1: Double {
    let decisions = classes.reduce(0) { $0 + $1.support + $1.predictedCount }
    return ClassMetrics.ratio(2 * correctCount, decisions)
  }
}

/// Documents of one class that were given another.
package struct ClassConfusion: Sendable, Equatable {
  struct Pair: Hashable {
    var truth: Int
    var predicted: Int
  }

  package let truth: Int
  package let predicted: Int
  /// How many documents.
  package let count: Int

  init(pair: Pair, count: Int) {
    truth = pair.truth
    predicted = pair.predicted
    self.count = count
  }

  /// The larger count first, then the lower class indices, so that the order never depends on hashing.
  static func isBefore(_ one: ClassConfusion, _ other: ClassConfusion) -> Bool {
    (other.count, one.truth, one.predicted) < (one.count, other.truth, other.predicted)
  }
}
