/// The open addressing behind the term tables: slots of 64 bits, the hash's upper half and the term's number plus 1.
///
/// The slot of a hash is given by its topmost bits, so a table can grow without hashing its terms again.
/// At most half of the slots are taken; a collision goes to the next slot.
enum TermSlots {
  static let empty: UInt64 = 0
  /// Numbers plus 1 must fit 32 bits.
  static let maxTerms = Int(UInt32.max) - 1
  private static let minBits = 10

  /// The number of bits that name a slot, for so many terms.
  static func bits(forTerms count: Int) -> Int {
    var bits = minBits
    while 1 << bits < 2 * count { bits += 1 }
    return bits
  }

  @inline(__always)
  static func slot(hash: UInt64, id: Int) -> UInt64 {
    hash & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: id &+ 1)
  }

  @inline(__always)
  static func id(_ slot: UInt64) -> Int { Int(slot & 0xFFFF_FFFF) &- 1 }

  /// Where the search for a hash starts.
  @inline(__always)
  static func start(_ hash: UInt64, bits: Int) -> Int { Int(hash &>> UInt64(64 &- bits)) }
}
