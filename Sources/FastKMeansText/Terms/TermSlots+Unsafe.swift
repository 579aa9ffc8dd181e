/// A place of a term table: a term's key and its number plus 1; 0 for an empty place.
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

  /// The number of bits that name a slot of a table for `count` terms.
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

/// A view of a term table, for finding terms.
///
/// `@unchecked Sendable`: the memory is only read while the view lives.
struct TermLookup: @unchecked Sendable {
  let slots: UnsafePointer<TermSlot>
  let bits: Int
  let seed: UInt64
  let bytes: UnsafePointer<UInt8>
  let offsets: UnsafePointer<Int>

  /// The term's number, or the free slot where it belongs.
  @inline(__always)
  func find(_ term: UnsafeBufferPointer<UInt8>, key: TermKey) -> (id: Int?, slot: Int) {
    let mask = (1 &<< bits) &- 1
    var index = TermSlots.start(key, bits: bits, seed: seed)
    while true {
      let slot = slots[index]
      if slot.isEmpty { return (nil, index) }
      if slot.key == key.value, !key.isLong || isTerm(slot.id, term) { return (slot.id, index) }
      index = (index &+ 1) & mask
    }
  }

  @inline(__always)
  private func isTerm(_ id: Int, _ term: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = offsets[id]
    guard offsets[id + 1] &- start == term.count, let base = term.baseAddress else { return false }
    return TermHash.areEqual(bytes + start, base, count: term.count)
  }

  /// The term's number, if it is in the table.
  func id(of term: UnsafeBufferPointer<UInt8>) -> Int? {
    find(term, key: TermKey(term, seed: seed)).id
  }
}
