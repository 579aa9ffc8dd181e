/// A term table that someone else owns, for finding terms.
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
