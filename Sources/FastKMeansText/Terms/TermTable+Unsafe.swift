/// A growing table of terms, numbered as they come; no allocation for a term that is known.
///
/// `@unchecked Sendable`: used by one thread at a time, and read by several once it is complete.
final class TermTable: @unchecked Sendable {
  private let seed = UInt64.random(in: .min ... .max)
  private var bits = TermSlots.bits(forTerms: 1 << 12)
  private var slots: UnsafeMutablePointer<UInt64>
  let bytes = RawBuffer<UInt8>(capacity: 1 << 15)
  let offsets = RawBuffer<Int>(capacity: 1 << 12)

  init() {
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: TermSlots.empty, count: 1 << bits)
    offsets.append(0)
  }

  deinit { slots.deallocate() }

  /// The number of terms.
  @inline(__always)
  var count: Int { offsets.count &- 1 }

  @inline(__always)
  func term(_ id: Int) -> UnsafeBufferPointer<UInt8> {
    let start = offsets.pointer[id]
    return UnsafeBufferPointer(start: bytes.pointer + start, count: offsets.pointer[id + 1] &- start)
  }

  /// A view of the table as it is; out of date once a term is added.
  @inline(__always)
  var lookup: TermLookup {
    TermLookup(slots: slots, bits: bits, seed: seed, bytes: bytes.pointer, offsets: offsets.pointer)
  }

  /// The number of a term, which is added if it is new.
  func insert(_ term: UnsafeBufferPointer<UInt8>) -> Int {
    insert(term, hash: TermHash.hash(term, seed: seed))
  }

  /// The same, for a term whose hash by this table's seed is known.
  @inline(__always)
  func insert(_ term: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
    let (id, slot) = lookup.find(term, hash: hash)
    return id ?? add(term, hash: hash, slot: slot)
  }

  @inline(never)
  private func add(_ term: UnsafeBufferPointer<UInt8>, hash: UInt64, slot: Int) -> Int {
    let id = count
    slots[slot] = TermSlots.slot(hash: hash, id: id)
    bytes.append(term)
    offsets.append(bytes.count)
    if 2 * count > 1 << bits { grow() }
    return id
  }

  private func grow() {
    let (oldSlots, oldCount) = (slots, 1 << bits)
    // Fourfold: half-empty tables are cheap next to the terms, moving them is not.
    bits += 2
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: TermSlots.empty, count: 1 << bits)
    for index in 0..<oldCount where oldSlots[index] != TermSlots.empty {
      var place = TermSlots.start(oldSlots[index], bits: bits)
      while slots[place] != TermSlots.empty { place = (place + 1) & (1 << bits - 1) }
      slots[place] = oldSlots[index]
    }
    oldSlots.deallocate()
  }
}
