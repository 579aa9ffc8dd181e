/// What a term table compares: the term itself where it is short, its hash where it is long.
///
/// Up to seven bytes are the lower bytes of the key, below their number: equal keys are equal terms, and no text
/// needs to be read to know. That is most words of most languages in Latin letters. Longer terms have a hash below
/// the byte 0xFF, and equal keys say that the texts must be compared.
///
/// Hashes are keyed by a random seed and never stored: nothing that leaves the process depends on them, for columns
/// are in the order of the terms; so nobody can prepare a text whose terms all collide.
struct TermKey: Equatable {
  let value: UInt64

  static let maxShortCount = 7
  private static let longMark: UInt64 = 0xFF << 56

  @inline(__always)
  var isLong: Bool { value >= Self.longMark }

  @inline(__always)
  init(value: UInt64) { self.value = value }

  /// The key of any term.
  init(_ term: UnsafeBufferPointer<UInt8>, seed: UInt64) {
    guard term.count <= Self.maxShortCount else {
      self.init(value: TermHash.hash(term, seed: seed) | Self.longMark)
      return
    }
    var value = UInt64(term.count) << 56
    for (index, byte) in term.enumerated() { value |= UInt64(byte) << UInt64(8 * index) }
    self.init(value: value)
  }

  /// The key of a term in a buffer, where eight bytes can be read whatever its length.
  @inline(__always)
  init(inBuffer term: UnsafeBufferPointer<UInt8>, seed: UInt64) {
    guard term.count <= Self.maxShortCount, let base = term.baseAddress else {
      self.init(value: TermHash.hash(term, seed: seed) | Self.longMark)
      return
    }
    let bytes = UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(as: UInt64.self))
    let count = UInt64(truncatingIfNeeded: term.count)
    self.init(value: bytes & (1 &<< (8 &* count) &- 1) | count &<< 56)
  }
}
