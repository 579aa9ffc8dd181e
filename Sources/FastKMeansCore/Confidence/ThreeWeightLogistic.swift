/// A logistic with three weights, the first of which belongs to the constant 1: all that confidence and rejection
/// need.
struct ThreeWeightLogistic {
  /// Of each document; the first number is 1.
  var features: [SIMD3<Double>]
  /// Probabilities to be met, 0...1.
  var targets: [Double]
  /// How much each document counts; nil: 1 each.
  var documentWeights: [Double]?
  /// Keeps each weight near 0 by so much; above 0, so that a feature that never varies does no harm.
  var ridge = 1e-6

  /// Platt's targets for right and wrong (1999): never 1 or 0, so that a perfect separation converges.
  static func targets(_ isRight: [Bool]) -> [Double] {
    let right = Double(isRight.count { $0 })
    let wrong = Double(isRight.count) - right
    let (high, low) = ((right + 1) / (right + 2), 1 / (wrong + 2))
    return isRight.map { $0 ? high : low }
  }

  /// Maximum likelihood by Newton's method; nil where a step has no solution or the weights are no numbers.
  ///
  /// - Complexity: O(documents) a step, at most 50 steps.
  func fitted(from start: SIMD3<Double>) -> SIMD3<Double>? {
    var weights = start
    for _ in 0..<50 {
      guard let step = newtonStep(weights) else { return nil }
      let size = max(abs(step.x), abs(step.y), abs(step.z))
      // A full step from a flat start can overshoot.
      weights -= step * (size > 2 ? 2 / size : 1)
      if size < 1e-9 { break }
    }
    return weights.x.isFinite && weights.y.isFinite && weights.z.isFinite ? weights : nil
  }

  private func newtonStep(_ weights: SIMD3<Double>) -> SIMD3<Double>? {
    var gradient = weights * (ridge - Self.leastRidge)
    var (h0, h1, h2) = (SIMD3(ridge, 0, 0), SIMD3(0, ridge, 0), SIMD3(0, 0, ridge))
    for (position, (x, target)) in zip(features, targets).enumerated() {
      let p = 1 / (1 + naturalExponential(-(weights * x).sum()))
      let weight = documentWeights?[position] ?? 1
      let curvature = weight * max(p * (1 - p), 1e-9)
      gradient += weight * (p - target) * x
      h0 += curvature * x.x * x
      h1 += curvature * x.y * x
      h2 += curvature * x.z * x
    }
    return Self.solve(h0, h1, h2, gradient)
  }

  /// So little only keeps the system solvable; it is no pull.
  private static let leastRidge = 1e-6

  /// Cramer's rule for a symmetric 3 x 3 system; nil if it is singular.
  private static func solve(
    _ h0: SIMD3<Double>, _ h1: SIMD3<Double>, _ h2: SIMD3<Double>, _ right: SIMD3<Double>
  ) -> SIMD3<Double>? {
    let (c12, c20, c01) = (cross(h1, h2), cross(h2, h0), cross(h0, h1))
    let determinant = (h0 * c12).sum()
    guard determinant > 1e-12, determinant.isFinite else { return nil }
    return (c12 * right.x + c20 * right.y + c01 * right.z) / determinant
  }

  private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }
}
