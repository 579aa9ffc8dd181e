/// What dense rows are read relative to: a value less the origin, times the scale of its feature.
///
/// An origin in the middle of rows that lie far from 0 saves the digits that they have in common. Scales of 1 / standard deviation make
/// features of different units count alike.
package struct FeatureFrame: Sendable, Equatable {
  /// Of each feature.
  package let origin: [Float]
  /// Of each feature; nil: 1 each.
  package let scales: [Float]?

  package init(origin: [Float], scales: [Float]? = nil) {
    self.origin = origin
    self.scales = scales
  }

  /// A number of a frame, as a caller's rows have it.
  package func absolute(_ value: Double, feature: Int) -> Double {
    value / Double(scales?[feature] ?? 1) + Double(origin[feature])
  }

  /// A caller's row as the frame has it.
  func relative(_ values: [Double]) -> [Double] {
    values.enumerated().map { ($1 - Double(origin[$0])) * Double(scales?[$0] ?? 1) }
  }

  /// Whether every number is one that a frame can have.
  package var isValid: Bool {
    origin.allSatisfy(\.isFinite) && (scales ?? []).allSatisfy { $0.isFinite && $0 > 0 }
  }
}

extension FeatureRows {
  /// The frame in which every feature has the mean 0 and the variance 1; a feature without any variance keeps its unit.
  ///
  /// - Parameter weights: how much each row counts; nil means 1 each.
  /// - Returns: nil for sparse rows, and where no row counts.
  /// - Complexity: O(values).
  func standardization(weights: [Float]?) -> FeatureFrame? {
    guard case .dense = self, let moments = FeatureMoments(self, weights: weights) else { return nil }
    let scales = moments.variances.enumerated().map { feature, variance in
      variance > 1e-12 * moments.means[feature] * moments.means[feature] && variance > 1e-60
        ? Float(1 / variance.squareRoot()) : 1
    }
    let frame = FeatureFrame(origin: moments.means.map { Float($0) }, scales: scales)
    return frame.isValid ? frame : nil
  }

  /// A frame in the middle of dense rows that lie far from 0 and near each other, where the digits of single precision would go into
  /// what they have in common; nil for other rows.
  ///
  /// - Parameters:
  ///   - weights: how much each row counts; nil means 1 each.
  ///   - distance: what the rows are compared by. The cosine is that of rows less their mean then.
  /// - Complexity: O(values).
  func commonOrigin(weights: [Float]?, distance: Distance) -> FeatureFrame? {
    guard case .dense = self, let moments = FeatureMoments(self, weights: weights) else { return nil }
    let length = moments.means.reduce(0) { $0 + $1 * $1 }
    let variance = moments.variances.reduce(0, +)
    let isFar =
      switch distance {
      // Beyond, rows point one way so nearly that rounding decides which of two is more similar.
      case .cosine: variance > 0 && length > 0x1p20 * variance
      // Below, a distance loses a few bits at most. One point says nothing of how far others will lie from it; 1 is taken
      // for it.
      case .euclidean: length > 64 * (variance > 1e-9 * length ? variance : max(variance, 1))
      }
    return isFar ? FeatureFrame(origin: moments.means.map { Float($0) }) : nil
  }
}

/// Means and variances of the features of dense rows.
private struct FeatureMoments {
  let means: [Double]
  let variances: [Double]

  /// - Returns: nil where no row counts.
  init?(_ rows: FeatureRows, weights: [Float]?) {
    var means = [Double](repeating: 0, count: rows.columnCount)
    var squares = means
    var total = 0.0
    for row in 0..<rows.rowCount {
      let weight = Double(weights?[row] ?? 1)
      guard weight > 0 else { continue }
      total += weight
      // Welford 1962, doi:10.1080/00401706.1962.10490022: no digits are lost where the mean is large.
      rows.withValues(of: row) { values in
        for (column, value) in values.enumerated() {
          let step = Double(value) - means[column]
          means[column] += step * weight / total
          squares[column] += weight * step * (Double(value) - means[column])
        }
      }
    }
    guard total > 0 else { return nil }
    self.means = means
    variances = squares.map { $0 / total }
  }
}
