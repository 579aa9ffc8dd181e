/// Says when the mean of a stream of numbers in 0 ... 1 has changed: ADWIN, the adaptive window.
///
/// It keeps a window over the latest numbers, as counts and sums of buckets that double in size with age. Whenever the
/// means of an older and a younger part differ by more than chance explains, the oldest bucket goes, until no cut
/// shows a difference. What is left is what the present mean is taken from.
///
/// For n0 and n1 numbers on the two sides of a cut, of n = n0 + n1 with variance v, a cut shows a difference above
/// sqrt(2 v d / m) + 2 d / (3 m), with 1/m = 1/n0 + 1/n1 and d = ln(2 ln(n) / delta).
///
/// - Memory: O(log n) buckets.
/// - Determinism: the same numbers give the same alarms.
/// - Source: Bifet and Gavaldà 2007, "Learning from time-changing data with adaptive windowing",
///   doi:10.1137/1.9781611972771.42.
package struct DriftDetector: Sendable, Equatable {
  /// How many buckets of one size there may be before two become one.
  package static let bucketsPerSize = 5
  /// Cuts are looked for once for this many numbers, at a thirty-second of the cost of looking for each.
  package static let period = 32
  /// Neither side of a cut is shorter.
  static let shortestSide = 5.0
  /// No window is longer than about 5 times 2 to this: buckets of the last size go when there are too many.
  private static let largestExponent = 48

  /// A stretch of the window.
  package struct Bucket: Sendable, Equatable {
    /// A power of two.
    package var count: Double
    package var sum: Double
    /// The summed squared distance to the bucket's mean.
    package var spread: Double

    package init(count: Double, sum: Double, spread: Double) {
      self.count = count
      self.sum = sum
      self.spread = spread
    }
  }

  /// The bound on the rate of false alarms; above 0, below 1.
  package let delta: Double
  /// Oldest first; sizes never rise.
  package private(set) var buckets: [Bucket] = []
  /// Numbers seen since the last look at all cuts.
  package private(set) var sinceLook = 0

  /// - Throws: ``OptionsError`` for a delta that is not above 0 and below 1.
  package init(delta: Double = 0.002) throws(OptionsError) {
    guard delta > 0, delta < 1 else {
      throw OptionsError(parameter: "delta", value: "\(delta)", allowed: "above 0, below 1")
    }
    self.delta = delta
  }

  /// Goes on from parts that were stored.
  ///
  /// - Throws: ``OptionsError`` if they are not what a detector can have.
  package init(delta: Double, buckets: [Bucket], sinceLook: Int) throws(OptionsError) {
    try self.init(delta: delta)
    var previous = Double.infinity
    for bucket in buckets {
      guard bucket.count >= 1, bucket.count <= previous, bucket.count.significand == 1,
        bucket.count.exponent <= Self.largestExponent, (0...bucket.count).contains(bucket.sum),
        (0...bucket.count).contains(bucket.spread)
      else {
        throw OptionsError(
          parameter: "buckets", value: "\(bucket)",
          allowed: "counts that are powers of two and never rise, sums and spreads within them")
      }
      previous = bucket.count
    }
    guard (0..<Self.period).contains(sinceLook) else {
      throw OptionsError(
        parameter: "since_look", value: "\(sinceLook)", allowed: "0 to \(Self.period - 1)")
    }
    self.buckets = buckets
    self.sinceLook = sinceLook
  }

  /// How many numbers the window has.
  package var count: Double { buckets.reduce(0) { $0 + $1.count } }

  /// Their mean; 0 for an empty window.
  package var mean: Double {
    let count = count
    return count > 0 ? buckets.reduce(0) { $0 + $1.sum } / count : 0
  }

  /// Takes the next number.
  ///
  /// - Parameters:
  ///   - value: what lies outside 0 ... 1 counts as the nearer end, and what is no number as 1.
  /// - Returns: the change, if this number made one evident.
  /// - Complexity: O(log n) now and then, O(1) as a rule.
  package mutating func add(_ value: Double) -> Drift? {
    let value = value.isNaN ? 1 : min(1, max(0, value))
    buckets.append(Bucket(count: 1, sum: value, spread: 0))
    compress()
    sinceLook += 1
    guard sinceLook >= Self.period else { return nil }
    sinceLook = 0
    return shrink()
  }

  /// Joins the two oldest of a size where there are too many, from small to large.
  private mutating func compress() {
    var end = buckets.count
    while true {
      let size = buckets[end - 1].count
      var start = end
      while start > 0, buckets[start - 1].count == size { start -= 1 }
      guard end - start > Self.bucketsPerSize else { return }
      if size.exponent >= Self.largestExponent {
        buckets.removeFirst()
        return
      }
      buckets[start] = Self.joined(buckets[start], buckets[start + 1])
      buckets.remove(at: start + 1)
      end = start + 1
    }
  }

  static func joined(_ left: Bucket, _ right: Bucket) -> Bucket {
    let difference = left.sum / left.count - right.sum / right.count
    let count = left.count + right.count
    let between = difference * difference * left.count * right.count / count
    return Bucket(count: count, sum: left.sum + right.sum, spread: left.spread + right.spread + between)
  }

  private mutating func shrink() -> Drift? {
    let before = mean
    let length = count
    var isChanged = false
    while hasCut() {
      isChanged = true
      buckets.removeFirst()
    }
    return isChanged ? Drift(before: before, after: mean, windowBefore: length, windowAfter: count) : nil
  }

  private func hasCut() -> Bool {
    guard let first = buckets.first else { return false }
    let whole = buckets.dropFirst().reduce(first) { Self.joined($0, $1) }
    var old = Bucket(count: 0, sum: 0, spread: 0)
    for bucket in buckets.dropLast() {
      old.count += bucket.count
      old.sum += bucket.sum
      let young = (count: whole.count - old.count, sum: whole.sum - old.sum)
      guard old.count >= Self.shortestSide, young.count >= Self.shortestSide else { continue }
      let difference = (old.sum / old.count - young.sum / young.count).magnitude
      let limit = Self.limit(
        old: old.count, young: young.count, variance: whole.spread / whole.count, delta: delta)
      if difference > limit { return true }
    }
    return false
  }

  /// The difference of means that chance explains.
  package static func limit(old: Double, young: Double, variance: Double, delta: Double) -> Double {
    let inverse = 1 / old + 1 / young
    let logarithm = naturalLogarithm(2 * naturalLogarithm(old + young) / delta)
    return (2 * inverse * variance * logarithm).squareRoot() + 2 / 3 * inverse * logarithm
  }
}

/// A change of a mean.
package struct Drift: Sendable, Equatable {
  /// The mean of the window with the change in it, and of what is left of it.
  package let before: Double
  package let after: Double
  /// How many numbers the window had, and has.
  package let windowBefore: Double
  package let windowAfter: Double

  /// Whether it became larger: errors that do are the ones to act on.
  package var isRise: Bool { after > before }
}
