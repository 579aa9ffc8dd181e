import FastKMeansCore

/// The plain twin of a drift detector's look: every cut between buckets, each side summed anew.
package enum DriftTwin {
  /// What is left of the buckets once no cut shows a difference.
  package static func shrunk(_ buckets: [DriftDetector.Bucket], delta: Double) -> [DriftDetector.Bucket] {
    var left = buckets
    while hasCut(left, delta: delta) { left.removeFirst() }
    return left
  }

  private static func hasCut(_ buckets: [DriftDetector.Bucket], delta: Double) -> Bool {
    let total = part(buckets)
    let mean = total.sum / total.count
    // The spread around the whole's mean: that within the buckets and that between them.
    let spread = buckets.reduce(0.0) {
      let difference = $1.sum / $1.count - mean
      return $0 + $1.spread + $1.count * difference * difference
    }
    return (1..<max(1, buckets.count)).contains { cut in
      let (old, young) = (part(Array(buckets[..<cut])), part(Array(buckets[cut...])))
      guard old.count >= 5, young.count >= 5 else { return false }
      let harmonic = 1 / (1 / old.count + 1 / young.count)
      let term = naturalLogarithm(2 * naturalLogarithm(total.count) / delta)
      let limit = (2 / harmonic * spread / total.count * term).squareRoot() + 2 / (3 * harmonic) * term
      return (old.sum / old.count - young.sum / young.count).magnitude > limit
    }
  }

  private static func part(_ buckets: [DriftDetector.Bucket]) -> (count: Double, sum: Double) {
    buckets.reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.sum) }
  }
}
