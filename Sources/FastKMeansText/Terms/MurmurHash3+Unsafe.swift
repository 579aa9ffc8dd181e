/// MurmurHash3, 32 bit (Austin Appleby, public domain): the hash of hashed columns.
///
/// Stored models depend on it, so it must be the same everywhere: bytes are read in little-endian order on every
/// machine. scikit-learn's `HashingVectorizer` uses the same one with seed 0.
enum MurmurHash3 {
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var state: UInt32 = 0
    let blockEnd = bytes.count & ~3
    for position in stride(from: 0, to: blockEnd, by: 4) {
      state ^= scramble(block(bytes, position, 4))
      state = (state << 13 | state >> 19) &* 5 &+ 0xE654_6B64
    }
    if blockEnd < bytes.count { state ^= scramble(block(bytes, blockEnd, bytes.count - blockEnd)) }
    state ^= UInt32(truncatingIfNeeded: bytes.count)
    state = (state ^ state >> 16) &* 0x85EB_CA6B
    state = (state ^ state >> 13) &* 0xC2B2_AE35
    return state ^ state >> 16
  }

  /// The column of a term among `2^bits`: the hash as a signed number, its magnitude modulo the number of columns.
  static func column(of term: UnsafeBufferPointer<UInt8>, bits: Int) -> UInt32 {
    Int32(bitPattern: hash(term)).magnitude & (1 << UInt32(bits) - 1)
  }

  @inline(__always)
  private static func block(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<count { value |= UInt32(bytes[start + index]) << UInt32(8 * index) }
    return value
  }

  @inline(__always)
  private static func scramble(_ block: UInt32) -> UInt32 {
    let mixed = block &* 0xCC9E_2D51
    return (mixed << 15 | mixed >> 17) &* 0x1B87_3593
  }
}
