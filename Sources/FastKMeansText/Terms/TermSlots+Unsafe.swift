/// A place of a term table: a term's key and its number plus 1; 0 where nobody is.
struct TermSlot: BitwiseCopyable {
  var key: UInt64 = 0
  var number: UInt32 = 0

  @inline(__always)
  var isEmpty: Bool { number == 0 }

  @inline(__always)
  var id: Int { Int(number) &- 1 }
}

/// The open addressing behind the term tables: at most half of the slots are taken, a collision goes to the next.
///
/// The slot follows from the key alone, so a table can grow without reading its terms again.
enum TermSlots {
  /// Numbers plus 1 must fit 32 bits.
  static let maxTerms = Int(UInt32.max) - 1
  private static let minBits = 10

  /// The number of bits that name a slot, for so many terms.
  static func bits(forTerms count: Int) -> Int {
    var bits = minBits
    while 1 << bits < 2 * count { bits += 1 }
    return bits
  }

  /// Where the search for a key starts.
  @inline(__always)
  static func start(_ key: TermKey, bits: Int, seed: UInt64) -> Int {
    Int(TermHash.fold(key.value ^ seed, 0x9E37_79B9_7F4A_7C15) &>> UInt64(64 &- bits))
  }

  /// Puts a new term into the first free slot from its start on.
  static func place(
    _ slot: TermSlot, into slots: UnsafeMutablePointer<TermSlot>, bits: Int, seed: UInt64
  ) {
    var index = start(TermKey(value: slot.key), bits: bits, seed: seed)
    while !slots[index].isEmpty { index = (index + 1) & (1 << bits - 1) }
    slots[index] = slot
  }
}
