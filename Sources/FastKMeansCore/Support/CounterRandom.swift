/// A counter-based random generator: the numbers depend on the key alone, never on what was drawn elsewhere.
///
/// Keyed by (seed, class, step), so that classes can be trained in any order, on any number of threads, with
/// the same numbers. The mixing function is SplitMix64's (Steele, Lea and Flood 2014,
/// doi:10.1145/2714064.2660195). Not for cryptography.
package struct CounterRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// - Parameters:
  ///   - seed: the user's `random_state`.
  ///   - stream: what is drawn for, usually a class index.
  ///   - step: which draw of that stream, such as an epoch.
  package init(seed: UInt64, stream: UInt64 = 0, step: UInt64 = 0) {
    let keyed = Self.mix(Self.mix(Self.mix(seed) ^ stream) ^ step)
    state = keyed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// A number in `0 ..< 1`, with 53 random bits.
  package mutating func nextUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// An index in `0 ..< bound`; `bound` must be positive.
  package mutating func nextIndex(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Brings values into an order drawn by lot.
  ///
  /// - Parameter count: how many places from the first on are drawn; the values behind them are those left over.
  package mutating func shuffle<Element>(_ values: inout [Element], first count: Int = .max) {
    for position in 0..<max(0, min(count, values.count - 1)) {
      values.swapAt(position, position + nextIndex(below: values.count - position))
    }
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
