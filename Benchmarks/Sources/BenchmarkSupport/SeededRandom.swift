/// Random numbers for measuring: the same for the same seed (SplitMix64 by Steele, Lea and Flood 2014).
public struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// A number from 0 to below 1.
  public mutating func nextUnit() -> Float { .random(in: 0..<1, using: &self) }

  /// A whole number from 0 to below a bound.
  public mutating func nextIndex(below bound: Int) -> Int { .random(in: 0..<bound, using: &self) }
}
