/// The logistic of margin and rivals, fitted by maximum likelihood.
///
/// The margin alone cannot tell two close classes from ten; where ten are close, it promises too much (measured: ten
/// points too much below a confidence of .5 on 58 classes of text).
struct RivalCalibrationFit {
  /// For each document 1, its margin in units of the mean one, and the logarithm of its rivals.
  private let logistic: ThreeWeightLogistic
  private let marginUnit: Double

  /// nil where the scores of the other classes were not kept.
  init?(_ scores: HeldOutScores, reach: Double) {
    guard scores.topScores.count == scores.margins.count, scores.topScores.contains(where: { $0.count > 2 })
    else {
      return nil
    }
    let unit = max(1e-12, scores.margins.reduce(0, +) / Double(scores.margins.count))
    marginUnit = unit
    logistic = ThreeWeightLogistic(
      features: zip(scores.margins, scores.topScores).map { margin, top in
        SIMD3(1, min(margin / unit, 50), Self.logarithmOfRivals(top, reach: reach))
      },
      targets: ThreeWeightLogistic.targets(scores.isRight))
  }

  private static func logarithmOfRivals(_ top: [Float], reach: Double) -> Double {
    var best = Calibration.BestClasses()
    for score in top.prefix(Calibration.nearCount) { best.append(score, class: 0) }
    return naturalLogarithm(1 + Calibration.nearness(best.scores, reach: reach).rivals)
  }

  /// Newton's method from the logistic of the margin alone; nil if rivals turn out to say nothing, or the opposite.
  func fitted(from plain: Calibration) -> Calibration? {
    guard let weights = logistic.fitted(from: SIMD3(plain.intercept, plain.slope * marginUnit, 0)) else {
      return nil
    }
    let crowding = -weights.z
    guard crowding > 0, weights.y > 1e-3 else { return nil }
    return Calibration(
      unchecked: weights.x, slope: weights.y / marginUnit, sharpness: plain.sharpness, crowding: crowding,
      reach: plain.reach)
  }
}
