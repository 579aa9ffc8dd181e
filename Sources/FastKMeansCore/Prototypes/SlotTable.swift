/// Numbers the features that a class has seen: 0, 1, 2, ... in order of first appearance.
///
/// Open addressing with linear probing; an entry has the feature beside its slot, so that a look-up waits for memory
/// once. What it answers depends on the numbering alone, never on how the table came about.
package struct SlotTable: Sendable {
  /// The feature of each slot.
  package private(set) var features: [UInt32] = []
  /// Feature and slot at the feature's place, all ones where nothing is; a power of two of entries, at most two thirds
  /// in use.
  private var entries: [UInt64] = []
  private var shift: UInt32 = 32

  package static let missing = UInt32.max
  fileprivate static let vacant = UInt64.max

  package init() {}

  /// - Parameters:
  ///   - features: each once.
  package init(features: [UInt32]) {
    self.features = features
    rebuild(capacity: features.count)
  }

  package var count: Int { features.count }

  @inline(__always)
  private static func place(_ feature: UInt32, _ shift: UInt32) -> Int {
    Int((feature &* 0x9E37_79B1) >> shift)
  }

  /// The slot of a feature; ``missing`` if it has none.
  package func slot(of feature: UInt32) -> UInt32 {
    guard !entries.isEmpty else { return Self.missing }
    return withLookup { $0.slot(of: feature) }
  }

  /// The slot of a feature, a new one if it has none.
  package mutating func insert(_ feature: UInt32) -> UInt32 {
    let known = slot(of: feature)
    guard known == Self.missing else { return known }
    let slot = UInt32(features.count)
    features.append(feature)
    if 3 * features.count > 2 * entries.count { rebuild(capacity: features.count) } else { place(slot) }
    return slot
  }

  private mutating func rebuild(capacity: Int) {
    var bits: UInt32 = 3
    // Room to grow by a third before the next rebuilding.
    while 2 << bits < 4 * (capacity + 1) { bits += 1 }
    entries = [UInt64](repeating: Self.vacant, count: 1 << bits)
    shift = 32 - bits
    for slot in features.indices { place(UInt32(slot)) }
  }

  private mutating func place(_ slot: UInt32) {
    var place = Self.place(features[Int(slot)], shift)
    while entries[place] != Self.vacant { place = (place + 1) & (entries.count - 1) }
    entries[place] = UInt64(features[Int(slot)]) << 32 | UInt64(slot)
  }

  /// Calls `body` with a view for many look-ups.
  @inline(__always)
  func withLookup<Result>(_ body: (Lookup) -> Result) -> Result {
    entries.withUnsafeBufferPointer { body(Lookup(entries: $0, shift: shift)) }
  }

  /// Read access without reference counts; valid during the call that gave it.
  struct Lookup {
    fileprivate let entries: UnsafeBufferPointer<UInt64>
    fileprivate let shift: UInt32

    @inline(__always)
    func slot(of feature: UInt32) -> UInt32 {
      guard !entries.isEmpty else { return SlotTable.missing }
      var place = SlotTable.place(feature, shift)
      while true {
        let entry = entries[place]
        if UInt32(truncatingIfNeeded: entry >> 32) == feature, entry != SlotTable.vacant {
          return UInt32(truncatingIfNeeded: entry)
        }
        if entry == SlotTable.vacant { return SlotTable.missing }
        place = (place &+ 1) & (entries.count &- 1)
      }
    }
  }
}
