/// The hash of the term tables: fast, keyed by a random seed, and never stored.
///
/// Multiply and fold (the idea of Wang Yi's wyhash): eight bytes at a time, the last ones overlapping. Nothing that
/// leaves the process depends on it, for columns are in the order of the terms; so the seed differs from run to run
/// and nobody can prepare a text whose terms all collide.
enum TermHash {
  @inline(__always)
  static func hash(_ term: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
    guard let base = term.baseAddress else { return seed }
    let bytes = UnsafeRawPointer(base)
    let count = term.count
    var state = seed ^ (UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15)
    if count > 16 {
      var position = 0
      while position < count - 16 {
        state = fold(word(bytes + position) ^ state, word(bytes + position + 8) ^ 0xA076_1D64_78BD_642F)
        position += 16
      }
    }
    let (first, last) = count >= 8 ? wide(bytes, count) : narrow(bytes, count)
    return fold(first ^ state, last ^ 0xE703_7ED1_A0B4_28DB)
  }

  /// The last up to 16 bytes of at least eight.
  @inline(__always)
  private static func wide(_ bytes: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
    (word(bytes + (count > 16 ? count - 16 : 0)), word(bytes + count - 8))
  }

  /// All of fewer than eight bytes.
  @inline(__always)
  private static func narrow(_ bytes: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
    if count >= 4 {
      let first = bytes.loadUnaligned(as: UInt32.self)
      let last = (bytes + count - 4).loadUnaligned(as: UInt32.self)
      return (UInt64(first), UInt64(last))
    }
    guard count > 0 else { return (0, 0) }
    let first = bytes.load(as: UInt8.self)
    let middle = bytes.load(fromByteOffset: count / 2, as: UInt8.self)
    let last = bytes.load(fromByteOffset: count - 1, as: UInt8.self)
    return (UInt64(first) << 16 | UInt64(middle) << 8 | UInt64(last), 0)
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawPointer) -> UInt64 { bytes.loadUnaligned(as: UInt64.self) }

  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// Whether two terms of the same length are the same.
  @inline(__always)
  static func areEqual(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, count: Int) -> Bool {
    let (a, b) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    guard count >= 8 else {
      let (one, two) = (narrow(a, count), narrow(b, count))
      return one == two
    }
    var position = 0
    while position < count - 8 {
      if word(a + position) != word(b + position) { return false }
      position += 8
    }
    return word(a + count - 8) == word(b + count - 8)
  }
}
