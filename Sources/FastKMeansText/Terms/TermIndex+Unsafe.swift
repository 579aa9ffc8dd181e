/// A finished table of terms: finds a term's number; terms are numbered in their given order.
///
/// Two indexes over the same terms are equal; the slots follow from them.
struct TermIndex: Sendable, Equatable {
  /// All terms' UTF-8, one after the other, and where each starts; `count + 1` offsets.
  let bytes: [UInt8]
  let offsets: [Int]
  private let slots: [TermSlot]
  private let bits: Int
  private let seed: UInt64

  var count: Int { offsets.count - 1 }

  /// Offsets must ascend from 0 to the number of bytes, and no term may occur twice.
  init(bytes: [UInt8], offsets: [Int]) {
    let seed = UInt64.random(in: .min ... .max)
    let count = offsets.count - 1
    let bits = TermSlots.bits(forTerms: count)
    var slots = [TermSlot](repeating: TermSlot(), count: 1 << bits)
    slots.withUnsafeMutableBufferPointer { slots in
      bytes.withUnsafeBufferPointer { bytes in
        guard let slots = slots.baseAddress else { return }
        for id in 0..<count {
          let key = TermKey(UnsafeBufferPointer(rebasing: bytes[offsets[id]..<offsets[id + 1]]), seed: seed)
          TermSlots.place(
            TermSlot(key: key.value, number: UInt32(id + 1)), into: slots, bits: bits, seed: seed)
        }
      }
    }
    (self.bytes, self.offsets, self.slots, self.bits, self.seed) = (bytes, offsets, slots, bits, seed)
  }

  /// The words of a list, in its order, each once.
  init(words: [String]) {
    var bytes: [UInt8] = []
    var offsets = [0]
    var previous: [UInt8] = []
    // Words equal in Swift's eyes have become one already; the rest can only repeat byte for byte when sorted.
    for word in words.map({ Array($0.utf8) }).sorted(by: { $0.lexicographicallyPrecedes($1) })
    where word != previous {
      bytes += word
      offsets.append(bytes.count)
      previous = word
    }
    self.init(bytes: bytes, offsets: offsets)
  }

  static func == (one: TermIndex, other: TermIndex) -> Bool {
    one.bytes == other.bytes && one.offsets == other.offsets
  }

  /// Calls `body` with a view that is valid during the call only.
  @inline(__always)
  func withLookup<Result, Failure: Error>(_ body: (TermLookup) throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    // Arrays passed as pointers have an address, even empty ones; without terms no byte is ever read.
    func run(
      _ slots: UnsafePointer<TermSlot>, _ bytes: UnsafePointer<UInt8>, _ offsets: UnsafePointer<Int>
    ) throws(Failure) -> Result {
      try body(TermLookup(slots: slots, bits: bits, seed: seed, bytes: bytes, offsets: offsets))
    }
    return try run(slots, bytes, offsets)
  }
}
