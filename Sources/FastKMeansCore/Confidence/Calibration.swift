/// Turns class scores into probabilities that mean what they say.
///
/// Four numbers for the whole model, so that it is defined for classes that were rare or absent where it was
/// fitted: the probability of the best class is a logistic (Platt 1999) of its margin over the second and of how many
/// classes come near the second; the rest is shared by a softmax of the scores at one temperature (Guo et al. 2017,
/// arXiv:1706.04599). With slope = sharpness and crowding = 1 the whole is that softmax. The best class stays the
/// best.
package struct Calibration: Sendable, Equatable {
  /// Of the logistic: probability = 1 / (1 + exp(-(intercept + slope * margin - crowding * log(rivals)))), where the
  /// rivals are the other classes, each counted by exp(sharpness * (its score - the second's)): 1 or more.
  package let intercept: Double
  /// Above 0.
  package let slope: Double
  /// Multiplies scores in the softmax; above 0.
  package let sharpness: Double
  /// What each doubling of the rivals takes off; 0 or more.
  package let crowding: Double

  /// For models without held-out rows: a plain softmax, as refinement's margin of 1 suggests.
  package static let uncalibrated = Calibration(unchecked: 0, slope: 1, sharpness: 1)

  /// - Throws: ``OptionsError`` if a number is not finite, slope or sharpness is not above 0, or crowding below 0.
  package init(
    intercept: Double, slope: Double, sharpness: Double, crowding: Double = 0
  ) throws(OptionsError) {
    guard intercept.isFinite, slope.isFinite, sharpness.isFinite, crowding.isFinite, slope > 0, sharpness > 0,
      crowding >= 0
    else {
      throw OptionsError(
        parameter: "calibration", value: "(\(intercept), \(slope), \(sharpness), \(crowding))",
        allowed: "finite numbers, slope and sharpness above 0, crowding from 0")
    }
    self.init(unchecked: intercept, slope: slope, sharpness: sharpness, crowding: crowding)
  }

  init(unchecked intercept: Double, slope: Double, sharpness: Double, crowding: Double = 0) {
    self.intercept = intercept
    self.slope = slope
    self.sharpness = sharpness
    self.crowding = crowding
  }

  /// Replaces the scores of all classes by their probabilities.
  ///
  /// - Complexity: O(classes).
  package func apply(to scores: UnsafeMutableBufferPointer<Float>) {
    guard scores.count > 1 else {
      scores.update(repeating: 1)
      return
    }
    var (best, bestIndex, second) = (-Float.infinity, 0, -Float.infinity)
    for (index, score) in scores.enumerated() {
      if score > best {
        second = best
        (best, bestIndex) = (score, index)
      } else {
        second = max(second, score)
      }
    }
    var total: Float = 0
    // Beyond this, the best of the rest takes all of it; an infinite factor would make 0 times infinity of it.
    let factor = Float(min(sharpness, 1e30))
    for index in scores.indices {
      // The second is the largest of the rest: nothing overflows, and their sum is at least 1.
      let share = index == bestIndex ? 0 : naturalExponential(min(0, factor * (scores[index] - second)))
      scores[index] = share
      total += share
    }
    // The second's share of what is left, 1 / total, must not make it more probable than the best.
    let least = 1 / (1 + total)
    let probability = max(Float(confidence(margin: Double(best - second), rivals: Double(total))), least)
    let rest = (1 - probability) / total
    // A class that comes before the best one must stay strictly below it, or it would win the tie.
    for index in scores.indices {
      scores[index] = min(scores[index] * rest, index < bestIndex ? probability.nextDown : probability)
    }
    scores[bestIndex] = probability
  }

  /// - Parameters:
  ///   - rivals: 1 or more.
  func confidence(margin: Double, rivals: Double = 1) -> Double {
    1 / (1 + naturalExponential(-(intercept + slope * margin - crowding * naturalLogarithm(max(1, rivals)))))
  }
}
