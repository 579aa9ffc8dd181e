/// What a term table compares: the term itself where it is short, its hash where it is long.
///
/// Up to seven bytes are the lower bytes of the key, below their number: equal keys are equal terms, and no text
/// needs to be read to know. That is most words of most languages in Latin letters. Longer terms have a hash below
/// the byte 0xFF, and equal keys say that the texts must be compared.
///
/// Hashes are keyed by a random seed, so that no one can prepare a text whose terms all collide. They are never stored,
/// and nothing that leaves the process depends on them: columns are in the order of the terms.
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

/// Hashing and comparing terms of eight bytes and more.
///
/// Multiply and fold (the idea of Wang Yi's wyhash): sixteen bytes at a time, the last ones overlapping.
enum TermHash {
  /// The hash of at least eight bytes; of fewer it is the seed.
  static func hash(_ term: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
    guard let base = term.baseAddress, term.count >= 8 else { return seed }
    let bytes = UnsafeRawPointer(base)
    let count = term.count
    var state = seed ^ (UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15)
    var position = 0
    while position < count &- 16 {
      state = fold(word(bytes + position) ^ state, word(bytes + position + 8) ^ 0xA076_1D64_78BD_642F)
      position &+= 16
    }
    let first = word(bytes + (count > 16 ? count &- 16 : 0))
    return fold(first ^ state, word(bytes + count - 8) ^ 0xE703_7ED1_A0B4_28DB)
  }

  /// Whether two terms of the same length, of at least eight bytes, are the same.
  @inline(__always)
  static func areEqual(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, count: Int) -> Bool {
    let (a, b) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    var position = 0
    while position < count &- 8 {
      if word(a + position) != word(b + position) { return false }
      position &+= 8
    }
    return word(a + count - 8) == word(b + count - 8)
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawPointer) -> UInt64 { bytes.loadUnaligned(as: UInt64.self) }

  /// Both halves of the product of two numbers, mixed.
  @inline(__always)
  static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
