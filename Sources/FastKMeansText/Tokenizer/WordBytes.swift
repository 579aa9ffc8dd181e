/// Eight bytes of text at once, as one number: finding where an ASCII word ends, and folding it, without a branch
/// for each byte.
///
/// The first byte of the text is the lowest of the number. Sums can't carry from one byte to the next, because the
/// bytes are cut to seven bits first.
struct WordBytes {
  /// The bytes, folded to lower case if asked for; only those of words mean something.
  let folded: UInt64
  /// How many bytes at the start belong to a word; what is beyond ASCII does not.
  let wordLength: Int

  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  private static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// The high bit of each byte that lies in a range of ASCII.
  @inline(__always)
  private static func flags(_ bytes: UInt64, _ first: UInt8, _ last: UInt8) -> UInt64 {
    (bytes &+ all(0x80 - first)) & ~(bytes &+ all(0x7F - last)) & highBits
  }

  @inline(__always)
  init(_ bytes: UInt64, lowercase: Bool) {
    let seven = bytes & ~Self.highBits
    let upper = Self.flags(seven, UInt8(ascii: "A"), UInt8(ascii: "Z"))
    let lower = seven | upper &>> 2
    let letters = Self.flags(lower, UInt8(ascii: "a"), UInt8(ascii: "z"))
    let digits = Self.flags(seven, UInt8(ascii: "0"), UInt8(ascii: "9"))
    // 0x80 minus nothing but zero keeps its high bit.
    let underscores = (Self.highBits &- (seven ^ Self.all(UInt8(ascii: "_")))) & Self.highBits
    let others = ~(letters | digits | underscores) & Self.highBits | bytes & Self.highBits
    folded = lowercase ? lower : bytes
    wordLength = others.trailingZeroBitCount &>> 3
  }
}
