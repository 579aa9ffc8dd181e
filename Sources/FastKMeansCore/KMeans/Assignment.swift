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

/// How a soft assignment shares a row among the prototypes of its class.
///
/// Similarities count by how far they lie from their mean m over the prototypes. Else every prototype of a class would get
/// nearly the same share of every row, and all would end at the class's mean. Linear: max(0, s - m). Softmax:
/// exp((s - top) / (T (top - m))), with the largest similarity top. A row's shares are these divided by their sum.
struct ShareRule: Sendable {
  private let isLinear: Bool
  private let inverseTemperature: Float

  init(_ options: TrainingOptions) {
    isLinear = options.softAssignment == .linear
    inverseTemperature = Float(1 / options.temperature)
  }

  /// Turns similarities into shares that add up to 1.
  ///
  /// - Parameter nearest: the prototype that gets all where all are equally similar.
  func turnIntoShares(_ values: UnsafeMutableBufferPointer<Float>, nearest: Int) {
    let top = values[nearest]
    let mean = values.reduce(0, +) / Float(values.count)
    let factor = inverseTemperature / (top - mean)
    var total: Float = 0
    for lane in values.indices {
      values[lane] =
        isLinear ? max(0, values[lane] - mean) : naturalExponential(min(0, (values[lane] - top) * factor))
      total += values[lane]
    }
    guard top > mean, total > 0, total.isFinite else {
      values.update(repeating: 0)
      values[nearest] = 1
      return
    }
    for lane in values.indices { values[lane] /= total }
  }
}

extension TrainingOptions {
  /// The prototypes of a class that stay when those with no more mass than `min_weight` go. Frozen ones stay, and the
  /// heaviest one always stays.
  ///
  /// - Returns: their positions, ascending; nil if all stay.
  package func survivors(_ masses: [Double], isFrozen: (Int) -> Bool = { _ in false }) -> [Int]? {
    var kept = masses.indices.filter { masses[$0] > minimumMass || isFrozen($0) }
    if kept.isEmpty, let heaviest = masses.indices.max(by: { masses[$0] < masses[$1] }) { kept = [heaviest] }
    return kept.count < masses.count ? kept : nil
  }
}
