/// What a model said about documents that it had not learned from.
package struct HeldOutScores: Sendable {
  /// The best class's score minus the second's.
  package var margins: [Double] = []
  package var isRight: [Bool] = []
  /// How much each document counts where models are compared; calibration takes them as they come.
  package var weights: [Float] = []
  /// For a sample of documents, the scores of the best classes, falling, and the place of the true one among them
  /// (nil: not among them).
  package var topScores: [[Float]] = []
  package var truePlaces: [Int?] = []
  /// The classes of these scores.
  package var topClasses: [[Int32]] = []
  /// The right classes of the same documents, and how many classes there are.
  package var trueClasses: [Int32] = []
  package var classCount = 0
  /// What tells known classes from unknown ones, where it was asked for.
  package var openSet: [OpenSetFeatures] = []

  package init() {}

  /// As many as a probability follows from.
  package static let keptClasses = Calibration.nearCount

  /// The share of the documents' weight that is right, 0...1; 0 without any document.
  package var accuracy: Double {
    let total = weights.reduce(0.0) { $0 + Double($1) }
    let right = zip(weights, isRight).reduce(0.0) { $0 + ($1.1 ? Double($1.0) : 0) }
    return total > 0 ? right / total : 0
  }

  /// Scores of rows as they are, as a model's are, from those of rows times a unit.
  package func ofRows(unit: Float) -> HeldOutScores {
    guard unit != 1 else { return self }
    let factor = 1 / (Double(unit) * Double(unit))
    var copy = self
    copy.margins = margins.map { $0 * factor }
    copy.topScores = topScores.map { $0.map { Float(Double($0) * factor) } }
    return copy
  }

  /// The best classes of a document, falling.
  typealias Best = [(classIndex: Int32, score: Float)]

  /// The best classes; equal ones by their index, and none whose score is minus infinity.
  ///
  /// - Parameter count: how many at most.
  /// - Complexity: O(classes), as a rule.
  @inline(__always)
  static func best(
    _ count: Int = keptClasses, classCount: Int, score: (_ classIndex: Int) -> Float
  ) -> Best {
    var best: Best = []
    // What a class has to be above: the last of a full list.
    var floor = -Float.infinity
    for classIndex in 0..<classCount {
      let score = score(classIndex)
      guard score > floor else { continue }
      best.insert((Int32(classIndex), score), at: best.firstIndex { $0.score < score } ?? best.count)
      if best.count > count { best.removeLast() }
      if best.count == count { floor = best[count - 1].score }
    }
    return best
  }

  /// Adds a document.
  ///
  /// - Parameter scale: what its scores are multiplied with.
  mutating func append(_ best: Best, scale: Float, trueClass: Int32, weight: Float) {
    let place = best.firstIndex { $0.classIndex == trueClass }
    let top = best.map { $0.score * scale }
    margins.append(top.count > 1 ? Double(top[0] - top[1]) : 0)
    isRight.append(place == 0)
    weights.append(weight)
    topScores.append(top)
    truePlaces.append(place)
    topClasses.append(best.map(\.classIndex))
    trueClasses.append(trueClass)
  }

  package mutating func append(_ other: HeldOutScores) {
    margins += other.margins
    isRight += other.isRight
    weights += other.weights
    topScores += other.topScores
    truePlaces += other.truePlaces
    topClasses += other.topClasses
    trueClasses += other.trueClasses
    classCount = max(classCount, other.classCount)
    openSet += other.openSet
  }
}

extension Calibration {
  /// The calibration that held-out documents support; nil if there are too few to say anything.
  ///
  /// - Parameter keepsTruths: whether sets of classes may rest on these documents, which nothing must have seen then.
  /// - Complexity: O(documents), some tens of passes.
  package static func fitted(to scores: HeldOutScores, keepsTruths: Bool = true) -> Calibration? {
    guard scores.margins.count >= 20 else { return nil }
    let (intercept, slope) = logistic(scores)
    // Within a quarter of the mean margin rivals say most; further ones say how many classes there are.
    let mean = scores.margins.reduce(0, +) / Double(scores.margins.count)
    let reach = max(1e-37, min(mean / 4, 1e37))
    let plain = Calibration(
      unchecked: intercept, slope: slope, sharpness: sharpness(scores), reach: reach)
    var fitted = RivalCalibrationFit(scores, reach: reach)?.fitted(from: plain) ?? plain
    fitted.truths = keepsTruths ? TruthScores(scores, fitted) : nil
    return fitted
  }

  /// Maximum likelihood by Newton's method, with Platt's targets: never 0 or 1, so a perfect separation converges.
  private static func logistic(_ scores: HeldOutScores) -> (intercept: Double, slope: Double) {
    let right = Double(scores.isRight.filter { $0 }.count)
    let wrong = Double(scores.isRight.count) - right
    let (high, low) = ((right + 1) / (right + 2), 1 / (wrong + 2))
    let scale = max(1e-12, scores.margins.reduce(0, +) / Double(scores.margins.count))
    var (intercept, slope) = (0.0, 1.0)
    for _ in 0..<50 {
      var (g0, g1, h00, h01, h11) = (0.0, 0.0, 1e-9, 0.0, 1e-9)
      for (margin, isRight) in zip(scores.margins, scores.isRight) {
        let x = min(margin / scale, 50)
        let p = 1 / (1 + naturalExponential(-(intercept + slope * x)))
        let error = p - (isRight ? high : low)
        let curvature = max(p * (1 - p), 1e-9)
        g0 += error
        g1 += error * x
        h00 += curvature
        h01 += curvature * x
        h11 += curvature * x * x
      }
      let determinant = h00 * h11 - h01 * h01
      guard determinant > 1e-12 else { break }
      let (step0, step1) = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant)
      // A full step from a flat start can overshoot.
      let size = max(abs(step0), abs(step1))
      let damping = size > 2 ? 2 / size : 1
      intercept -= damping * step0
      slope -= damping * step1
      if size < 1e-9 { break }
    }
    // A margin that says nothing, or the opposite, must still not turn the order of confidences round; then all are
    // as sure as the share that was right.
    let leastSlope = 1e-3
    guard slope < leastSlope else { return (intercept, slope / scale) }
    let mean = (right * high + wrong * low) / (right + wrong)
    return (naturalLogarithm(mean / (1 - mean)), leastSlope / scale)
  }

  /// The factor that makes a softmax over the best classes most likely, by golden-section search on its logarithm.
  private static func sharpness(_ scores: HeldOutScores) -> Double {
    var (low, high) = (-4.0, 6.0)
    let ratio = 0.618_033_988_749_895
    var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    var (leftLoss, rightLoss) = (
      loss(scores, naturalExponential(left)), loss(scores, naturalExponential(right))
    )
    while high - low > 0.01 {
      if leftLoss < rightLoss {
        (high, right, rightLoss) = (right, left, leftLoss)
        left = high - ratio * (high - low)
        leftLoss = loss(scores, naturalExponential(left))
      } else {
        (low, left, leftLoss) = (left, right, rightLoss)
        right = low + ratio * (high - low)
        rightLoss = loss(scores, naturalExponential(right))
      }
    }
    return naturalExponential((low + high) / 2)
  }

  private static func loss(_ scores: HeldOutScores, _ sharpness: Double) -> Double {
    var total = 0.0
    for (top, place) in zip(scores.topScores, scores.truePlaces) {
      guard let place, place < top.count, let best = top.first else { continue }
      let sum = top.reduce(0.0) { $0 + naturalExponential(sharpness * Double($1 - best)) }
      total += naturalLogarithm(sum) - sharpness * Double(top[place] - best)
    }
    return total
  }
}
