/// The logistic of margin and rivals, fitted by maximum likelihood.
///
/// The margin alone cannot tell two close classes from ten; where ten are close, it promises too much (measured: ten
/// points too much below a confidence of .5 on 58 classes of text).
struct CrowdedLogistic {
  /// For each document 1, its margin in units of the mean one, and the logarithm of its rivals.
  private let features: [SIMD3<Double>]
  /// Platt's targets: never 0 or 1, so that a perfect separation converges.
  private let targets: [Double]
  private let marginUnit: Double

  /// nil where the scores of the other classes were not kept.
  init?(_ scores: HeldOutScores, sharpness: Double) {
    guard scores.topScores.count == scores.margins.count, scores.topScores.contains(where: { $0.count > 2 })
    else {
      return nil
    }
    let right = Double(scores.isRight.count { $0 })
    let wrong = Double(scores.isRight.count) - right
    let (high, low) = ((right + 1) / (right + 2), 1 / (wrong + 2))
    let unit = max(1e-12, scores.margins.reduce(0, +) / Double(scores.margins.count))
    marginUnit = unit
    targets = scores.isRight.map { $0 ? high : low }
    features = zip(scores.margins, scores.topScores).map { margin, top in
      SIMD3(1, min(margin / unit, 50), Self.logarithmOfRivals(top, sharpness: sharpness))
    }
  }

  /// What ``Calibration/apply(to:)`` computes from all classes; the best few carry nearly all of it.
  private static func logarithmOfRivals(_ top: [Float], sharpness: Double) -> Double {
    guard top.count > 1 else { return 0 }
    let total = top[1...].reduce(0.0) { $0 + naturalExponential(min(0, sharpness * Double($1 - top[1]))) }
    return naturalLogarithm(max(1, total))
  }

  /// Newton's method from the logistic of the margin alone; nil if rivals turn out to say nothing, or the opposite.
  func fitted(from plain: Calibration) -> Calibration? {
    var weights = SIMD3(plain.intercept, plain.slope * marginUnit, 0)
    for _ in 0..<50 {
      guard let step = newtonStep(weights) else { return nil }
      let size = max(abs(step.x), abs(step.y), abs(step.z))
      weights -= step * (size > 2 ? 2 / size : 1)
      if size < 1e-9 { break }
    }
    let crowding = -weights.z
    guard crowding > 0, weights.y > 1e-3, weights.x.isFinite, crowding.isFinite, weights.y.isFinite else {
      return nil
    }
    return Calibration(
      unchecked: weights.x, slope: weights.y / marginUnit, sharpness: plain.sharpness, crowding: crowding)
  }

  private func newtonStep(_ weights: SIMD3<Double>) -> SIMD3<Double>? {
    var gradient = SIMD3<Double>(repeating: 0)
    var (h0, h1, h2) = (SIMD3(1e-6, 0, 0), SIMD3(0, 1e-6, 0), SIMD3(0, 0, 1e-6))
    for (x, target) in zip(features, targets) {
      let p = 1 / (1 + naturalExponential(-(weights * x).sum()))
      let curvature = max(p * (1 - p), 1e-9)
      gradient += (p - target) * x
      h0 += curvature * x.x * x
      h1 += curvature * x.y * x
      h2 += curvature * x.z * x
    }
    return Self.solve(h0, h1, h2, gradient)
  }

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
