/// A term table that someone else owns, for finding terms.
///
/// `@unchecked Sendable`: the memory is only read while the view lives.
struct TermLookup: @unchecked Sendable {
  let slots: UnsafePointer<UInt64>
  let bits: Int
  let seed: UInt64
  let bytes: UnsafePointer<UInt8>
  let offsets: UnsafePointer<Int>

  /// The term's number, or the free slot where it belongs.
  @inline(__always)
  func find(_ term: UnsafeBufferPointer<UInt8>, hash: UInt64) -> (id: Int?, slot: Int) {
    let mask = (1 &<< bits) &- 1
    let tag = hash & 0xFFFF_FFFF_0000_0000
    var index = TermSlots.start(hash, bits: bits)
    while true {
      let slot = slots[index]
      if slot == TermSlots.empty { return (nil, index) }
      if slot & 0xFFFF_FFFF_0000_0000 == tag {
        let id = TermSlots.id(slot)
        let start = offsets[id]
        if offsets[id + 1] &- start == term.count, let base = term.baseAddress,
          TermHash.areEqual(bytes + start, base, count: term.count)
        {
          return (id, index)
        }
      }
      index = (index &+ 1) & mask
    }
  }

  /// The term's number, if it is in the table.
  @inline(__always)
  func id(of term: UnsafeBufferPointer<UInt8>) -> Int? {
    find(term, hash: TermHash.hash(term, seed: seed)).id
  }
}
