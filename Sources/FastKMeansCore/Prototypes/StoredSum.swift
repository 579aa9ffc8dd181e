/// How a live class keeps a coordinate of a sum: in single precision with one bit less than that holds.
///
/// That bit is what lets a model file stand for the sum. A file has centres, which are sums times a factor, rounded to
/// single precision. Two neighbours on a grid of 23 significant bits are further apart, after any scaling, than
/// neighbours among the 24-bit numbers: scaling and rounding keep them apart, and dividing by the factor comes out
/// nearer to the one it started from than to any other. So a learner that goes on from a file has the bits of one that
/// never stopped, at no cost in bytes.
package enum StoredSum {
  /// Coordinates below it in magnitude count as 0. Sums are kept so that their lengths are 1 or more, which makes it
  /// 1e-18 of the length.
  static let smallest = 0x1p-60

  /// The nearest number of 23 significant bits, ties to even.
  @inline(__always)
  package static func rounded(_ value: Double) -> Float {
    guard value.magnitude >= smallest else { return 0 }
    let bits = value.bitPattern
    let even = (bits >> 30) & 1
    return Float(Double(bitPattern: (bits &+ 0x1FFF_FFFF &+ even) & ~0x3FFF_FFFF))
  }

  /// The power of two that is `length` to within a factor of two; 1 for what is no length.
  static func unit(for length: Double) -> Double {
    guard length > 0, length.isFinite, length.isNormal else { return 1 }
    return Double(sign: .plus, exponent: length.exponent, significand: 1)
  }
}
