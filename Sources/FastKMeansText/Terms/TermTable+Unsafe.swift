/// A growing table of terms, numbered as they come; no allocation for a term that is known.
///
/// `@unchecked Sendable`: used by one thread at a time, and read by several once it is complete.
final class TermTable: @unchecked Sendable {
  private let seed = UInt64.random(in: .min ... .max)
  private var bits: Int
  private var slots: UnsafeMutablePointer<TermSlot>
  let bytes: RawBuffer<UInt8>
  let offsets: RawBuffer<Int>

  /// - Parameter capacity: the number of terms that the table has room for at the start.
  init(capacity: Int = 1 << 12) {
    bits = TermSlots.bits(forTerms: capacity)
    bytes = RawBuffer(capacity: 8 * capacity)
    offsets = RawBuffer(capacity: capacity)
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: TermSlot(), count: 1 << bits)
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
    insert(term, key: TermKey(term, seed: seed))
  }

  /// The same, for a term whose key by this table's seed is known.
  @inline(__always)
  func insert(_ term: UnsafeBufferPointer<UInt8>, key: TermKey) -> Int {
    let (id, slot) = lookup.find(term, key: key)
    return id ?? add(term, key: key, slot: slot)
  }

  @inline(never)
  private func add(_ term: UnsafeBufferPointer<UInt8>, key: TermKey, slot: Int) -> Int {
    let id = count
    slots[slot] = TermSlot(key: key.value, number: UInt32(truncatingIfNeeded: id + 1))
    bytes.append(term)
    offsets.append(bytes.count)
    if 2 * count > 1 << bits { grow() }
    return id
  }

  private func grow() {
    let (oldSlots, oldCount) = (slots, 1 << bits)
    bits += 1
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: TermSlot(), count: 1 << bits)
    for index in 0..<oldCount where !oldSlots[index].isEmpty {
      TermSlots.place(oldSlots[index], into: slots, bits: bits, seed: seed)
    }
    oldSlots.deallocate()
  }
}
