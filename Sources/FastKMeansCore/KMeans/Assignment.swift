/// The formulas that every assignment of documents to prototypes uses: in a fit, in a batch and in an answer.
extension Distance {
  /// The distance of a row to a prototype: 1 - s for the cosine, the squared distance for Euclidean.
  ///
  /// - Parameter biasedScore: the dot product, for Euclidean less half the prototype's squared length.
  @inline(__always)
  package func distance(rowSquaredNorm: Float, biasedScore: Float) -> Float {
    switch self {
    case .cosine: 1 - biasedScore
    case .euclidean: max(0, rowSquaredNorm - 2 * biasedScore)
    }
  }

  /// The similarity that belongs to a distance: s, or 1 / (1 + d squared).
  @inline(__always)
  package func similarity(atDistance distance: Float) -> Float {
    switch self {
    case .cosine: 1 - distance
    case .euclidean: 1 / (1 + distance)
    }
  }
}

/// How a soft assignment weighs one prototype: linear max(0, s), or softmax exp(s / T). A row's shares are these divided
/// by their sum.
package struct ShareRule: Sendable {
  private let isLinear: Bool
  private let inverseTemperature: Float

  package init(_ options: TrainingOptions) {
    isLinear = options.softAssignment == .linear
    inverseTemperature = Float(1 / options.temperature)
  }

  /// - Parameter top: the row's largest similarity. With it the largest exponent is 0, so that nothing overflows.
  @inline(__always)
  package func share(_ similarity: Float, top: Float) -> Float {
    isLinear ? max(0, similarity) : naturalExponential((similarity - top) * inverseTemperature)
  }
}

extension TrainingOptions {
  /// The prototypes of a class that stay when those with no more mass than `min_weight` go. Frozen ones stay, and the
  /// heaviest one stays in any case.
  ///
  /// - Returns: their positions, ascending; nil if all stay.
  package func survivors(_ masses: [Double], isFrozen: (Int) -> Bool = { _ in false }) -> [Int]? {
    var kept = masses.indices.filter { masses[$0] > minimumMass || isFrozen($0) }
    if kept.isEmpty, let heaviest = masses.indices.max(by: { masses[$0] < masses[$1] }) { kept = [heaviest] }
    return kept.count < masses.count ? kept : nil
  }
}
