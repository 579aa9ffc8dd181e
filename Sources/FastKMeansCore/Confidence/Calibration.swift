/// Turns class scores into probabilities that mean what they say.
///
/// A few numbers for the whole model, so that it is defined for classes that were rare or absent where it was fitted.
/// The probability of the best class is a logistic (Platt 1999) of its margin over the second and of how many classes
/// lie within ``reach`` of it. It is at most 1 / t where t classes tie, and grows as the best score grows or another
/// falls. The rest is shared by a softmax of the scores at one temperature (Guo et al. 2017, arXiv:1706.04599).
///
/// Only the best ``nearCount`` classes decide about these, so that a search finds all that an answer needs. The classes
/// beyond them share what one more class as good as the last of them would get.
package struct Calibration: Sendable, Equatable {
  /// Of the logistic: probability = 1 / (1 + exp(-(intercept + slope * margin - crowding * log(1 + rivals)))). Each class
  /// from the third on counts among the rivals by how near it is to the best: 1 - (best score - its score) / reach, from 0.
  package let intercept: Double
  /// Above 0.
  package let slope: Double
  /// Multiplies scores in the softmax; above 0.
  package let sharpness: Double
  /// What more rivals take off; 0 or more.
  package let crowding: Double
  /// Classes further than this below the best one are no rivals; above 0. nil in a model file from before there was a
  /// reach: rivals are all classes but the best there, each counted by exp(sharpness * (its score - the second's)).
  package let reach: Double?
  /// What sets of classes rest on; nil where held-out documents said nothing, and in model files from before there was this.
  package var truths: TruthScores?

  /// The best classes that probabilities follow from.
  package static let nearCount = 10

  /// For models without held-out rows, as refinement's margin of 1 suggests.
  package static let uncalibrated = Calibration(unchecked: 0, slope: 1, sharpness: 1, crowding: 1, reach: 1)

  /// - Throws: ``OptionsError`` if a number is not finite, slope, sharpness or reach is not above 0, or crowding below 0.
  package init(
    intercept: Double, slope: Double, sharpness: Double, crowding: Double = 0, reach: Double? = nil
  ) throws(OptionsError) {
    guard intercept.isFinite, slope.isFinite, sharpness.isFinite, crowding.isFinite, slope > 0, sharpness > 0,
      crowding >= 0, reach.map({ $0 > 0 && $0.isFinite }) ?? true
    else {
      throw OptionsError(
        parameter: "calibration",
        value: "(\(intercept), \(slope), \(sharpness), \(crowding), \(reach.map { "\($0)" } ?? "none"))",
        allowed: "finite numbers, slope, sharpness and reach above 0, crowding from 0")
    }
    self.init(unchecked: intercept, slope: slope, sharpness: sharpness, crowding: crowding, reach: reach)
  }

  init(unchecked intercept: Double, slope: Double, sharpness: Double, crowding: Double = 0, reach: Double?) {
    self.intercept = intercept
    self.slope = slope
    self.sharpness = sharpness
    self.crowding = crowding
    self.reach = reach
  }

  /// The classes of one document that probabilities follow from.
  package struct BestClasses: Sendable {
    /// Falling; minus infinity beyond ``count``.
    private(set) var scores = SIMD16<Float>(repeating: -.infinity)
    private(set) var classes = SIMD16<Int32>(repeating: -1)
    private(set) var count = 0

    package init() {}

    /// Adds a class whose score is at most that of the last one.
    @inline(__always)
    package mutating func append(_ score: Float, class index: Int32) {
      scores[count] = score
      classes[count] = index
      count += 1
    }

    /// The best of all classes, equal ones by their index.
    init(of all: UnsafeMutableBufferPointer<Float>) {
      for (index, score) in all.enumerated() where score > scores[Calibration.nearCount - 1] {
        var place = min(count, Calibration.nearCount - 1)
        while place > 0, scores[place - 1] < score {
          (scores[place], classes[place]) = (scores[place - 1], classes[place - 1])
          place -= 1
        }
        (scores[place], classes[place]) = (score, Int32(truncatingIfNeeded: index))
        count = min(count + 1, Calibration.nearCount)
      }
    }
  }

  /// The probability of the best class.
  ///
  /// - Parameters:
  ///   - best: two classes at least if there are two, and all within ``reach`` of the first, as far as
  ///     ``nearCount`` allows.
  ///   - reach: of this calibration.
  ///   - classCount: of the model.
  package func confidence(_ best: BestClasses, reach: Double, classCount: Int) -> Float {
    guard classCount > 1 else { return 1 }
    let (second, rivals) = Self.nearness(best.scores, reach: reach)
    let margin = Double(best.scores[0] - best.scores[1])
    // Scores that overflowed, which only a model from elsewhere can bring about, say nothing.
    guard margin >= 0 else { return 1 / Float(classCount) }
    // Others may be no more probable, and their probabilities add up to 1.
    let probability = max(logistic(margin: margin, rivals: rivals), 1 / Double(classCount))
    return Float(min(probability, 1 / (1 + second + rivals)))
  }

  /// How near the second class is to the best, 0...1, and the sum of the same over those after it.
  static func nearness(_ scores: SIMD16<Float>, reach: Double) -> (second: Double, rivals: Double) {
    var (second, rivals) = (0.0, 0.0)
    // The same comparison as a search makes, so that none is counted that it would not find.
    let lowest = scores[0] - Float(reach)
    for place in 1..<nearCount where scores[place] >= lowest {
      let near = 1 - Double(scores[0] - scores[place]) / reach
      guard near > 0 else { break }
      if place == 1 { second = near } else { rivals += near }
    }
    return (second, rivals)
  }

  private func logistic(margin: Double, rivals: Double) -> Double {
    1 / (1 + naturalExponential(-(intercept + slope * margin - crowding * naturalLogarithm(1 + rivals))))
  }

  /// The probabilities of the best classes, and what the others have together.
  ///
  /// - Parameter best: the best ``nearCount`` classes, or all if there are fewer.
  package func probabilities(
    _ best: BestClasses, reach: Double, classCount: Int
  ) -> (near: SIMD16<Float>, beyond: Double) {
    var near = SIMD16<Float>(repeating: 0)
    let first = confidence(best, reach: reach, classCount: classCount)
    near[0] = first
    // The sums of weights from each place on.
    var weights = SIMD16<Double>(repeating: 0)
    // An infinite factor would make 0 times infinity of equal scores.
    let factor = min(sharpness, 1e30)
    for place in 1..<max(1, best.count) {
      weights[place] = naturalExponential(min(0, factor * Double(best.scores[place] - best.scores[1])))
    }
    var sums = weights
    if classCount > Self.nearCount { sums[Self.nearCount] = weights[Self.nearCount - 1] }
    for place in (1..<Self.nearCount).reversed() { sums[place] += sums[place + 1] }
    var left = 1 - Double(first)
    for place in 1..<max(1, best.count) {
      // A class that comes before the best one must stay strictly below it, or it would win the tie.
      // So must a lower score below a higher one, or the order of probabilities would not be that of scores.
      let above = near[place - 1]
      let isLower = best.scores[place] < best.scores[place - 1] && above > 0
      let most = min(
        isLower ? above.nextDown : above, best.classes[place] < best.classes[0] ? first.nextDown : first)
      let share = sums[place] > 0 ? left * weights[place] / sums[place] : left
      near[place] = min(Float(share), most)
      left = max(0, left - Double(near[place]))
    }
    return (near, left)
  }

  /// Replaces the scores of all classes by their probabilities.
  ///
  /// - Complexity: O(classes).
  package func apply(to scores: UnsafeMutableBufferPointer<Float>) {
    guard scores.count > 1 else {
      scores.update(repeating: 1)
      return
    }
    guard let reach else { return applyWithoutReach(to: scores) }
    let best = BestClasses(of: scores)
    let (near, beyond) = probabilities(best, reach: reach, classCount: scores.count)
    for place in 0..<best.count { scores[Int(best.classes[place])] = -.infinity }
    if scores.count > best.count {
      share(
        beyond, among: scores, count: scores.count - best.count,
        most: min(near[max(1, best.count) - 1], near[0].nextDown))
    }
    for place in 0..<best.count { scores[Int(best.classes[place])] = near[place] }
  }

  /// Shares a probability among the classes whose scores are above minus infinity, by a softmax that is mixed with equal
  /// shares as far as no class gets more than `most`.
  private func share(
    _ total: Double, among scores: UnsafeMutableBufferPointer<Float>, count: Int, most: Float
  ) {
    let best = scores.max() ?? 0
    let factor = Float(min(sharpness, 1e30))
    var sum: Float = 0
    for index in scores.indices {
      let weight =
        scores[index] > -.infinity ? naturalExponential(min(0, factor * (scores[index] - best))) : 0
      scores[index] = weight
      sum += weight
    }
    let equal = total / Double(count)
    let largest = sum > 0 ? total / Double(sum) : 0
    var mixture = sum > 0 ? 1.0 : 0
    if largest > Double(most) { mixture = max(0, (Double(most) - equal) / (largest - equal)) }
    let (slope, offset) = (Float(mixture * largest), Float((1 - mixture) * equal))
    for index in scores.indices { scores[index] = min(most, scores[index] * slope + offset) }
  }

  /// As model files from before ``reach`` mean it: every class decides.
  private func applyWithoutReach(to scores: UnsafeMutableBufferPointer<Float>) {
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
    let factor = Float(min(sharpness, 1e30))
    for index in scores.indices {
      // The second is the largest of the rest: nothing overflows, and their sum is at least 1.
      let share = index == bestIndex ? 0 : naturalExponential(min(0, factor * (scores[index] - second)))
      scores[index] = share
      total += share
    }
    // The second's share of what is left, 1 / total, must not make it more probable than the best.
    let least = 1 / (1 + total)
    let probability = max(
      Float(logistic(margin: Double(best - second), rivals: max(0, Double(total) - 1))), least)
    let rest = (1 - probability) / total
    for index in scores.indices {
      scores[index] = min(scores[index] * rest, index < bestIndex ? probability.nextDown : probability)
    }
    scores[bestIndex] = probability
  }
}
