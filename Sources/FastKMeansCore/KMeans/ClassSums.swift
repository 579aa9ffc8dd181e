/// One class's prototypes while they learn from a stream: sums on the class's own vocabulary.
///
/// The sums of all prototypes lie interleaved, a feature's values side by side, so that a document costs a look-up and
/// one stretch of memory for each of its words, whatever the number of features and of other prototypes. A sum is
/// kept in its own unit: forgetting is one multiplication of the unit. Its squared length follows each change and is
/// taken anew, in ascending order of features, now and then. See ``StoredSum`` for what a coordinate is rounded to.
package struct ClassSums: Sendable {
  /// One prototype beside its coordinates.
  struct Entry: Sendable, Equatable {
    /// The weight of the documents it stands for.
    var mass: Double
    /// The sum is `unit` times what is stored; 0 for a prototype that was given, which has a place but no sum.
    var unit: Double
    /// Of what is stored.
    var squaredLength: Double
    /// Stable for the prototype's life; 0 until it is given one.
    var id: UInt64 = 0
    var isFrozen = false
  }

  /// Sparse rows: the slot of each feature. Dense rows: empty, a feature's slot is the feature.
  var vocabulary = SlotTable()
  var entries: [Entry]
  /// Lanes with padding: 1 or a multiple of 4.
  private(set) var stride: Int
  /// `values[slot * stride + lane]`
  var values: [Float]
  /// Dense rows: the number of features; nil for sparse rows.
  let width: Int?
  let distance: Distance
  /// Slots below it have ascending features.
  private var sortedCount = 0

  static func stride(forLanes count: Int) -> Int { count <= 1 ? 1 : (count + 3) / 4 * 4 }

  /// Without any prototype.
  init(width: Int?, distance: Distance) {
    self.width = width
    self.distance = distance
    entries = []
    stride = 1
    values = [Float](repeating: 0, count: width ?? 0)
  }

  var slotCount: Int { width ?? vocabulary.count }

  /// What a lane's stored values are multiplied with to give its centre.
  @inline(__always)
  func factor(_ lane: Entry) -> Double {
    switch distance {
    case .cosine: return lane.squaredLength > 0 ? 1 / lane.squaredLength.squareRoot() : 0
    case .euclidean: return lane.unit > 0 && lane.mass > 0 ? lane.unit / lane.mass : 1
    }
  }

  /// Prototypes that count: one without mass or length came from empty documents, and makes room for the first real
  /// one.
  var occupiedCount: Int { entries.count { $0.mass > 0 || $0.squaredLength > 0 } }

  /// The slot of a feature, a new one with zeros if it has none.
  mutating func insert(_ feature: UInt32) -> Int {
    guard width == nil else { return Int(feature) }
    let slot = Int(vocabulary.insert(feature))
    while values.count < (slot + 1) * stride { values.append(0) }
    return slot
  }

  /// Keeps these entries, in this order, and appends empty ones.
  mutating func rearrange(keeping kept: [Int], adding added: Int) {
    guard added > 0 || kept.count < entries.count else { return }
    let newStride = Self.stride(forLanes: kept.count + added)
    var moved = [Float](repeating: 0, count: slotCount * newStride)
    for slot in 0..<slotCount {
      for (target, lane) in kept.enumerated() {
        moved[slot * newStride + target] = values[slot * stride + lane]
      }
    }
    values = moved
    stride = newStride
    entries = kept.map { entries[$0] } + (0..<added).map { _ in Entry(mass: 0, unit: 0, squaredLength: 0) }
  }

  mutating func clear(lane: Int) {
    for slot in 0..<slotCount { values[slot * stride + lane] = 0 }
    entries[lane].squaredLength = 0
  }
}

extension ClassSums {
  /// Puts slots in ascending order of features and takes squared lengths anew.
  ///
  /// - Complexity: O(slots x entries), and O(n log n) for slots that came since the last time.
  mutating func sortAndMeasure() {
    sortSlots()
    for lane in entries.indices { measure(lane) }
  }

  /// In ascending order of features only after sorting; see ``sortAndMeasure()``.
  private mutating func measure(_ lane: Int) {
    var squared = 0.0
    for slot in 0..<slotCount {
      let value = Double(values[slot * stride + lane])
      squared += value * value
    }
    entries[lane].squaredLength = squared
  }

  private mutating func sortSlots() {
    guard width == nil, sortedCount < vocabulary.count else { return }
    let order = slotsInOrder()
    var sorted = [Float](repeating: 0, count: values.count)
    var features: [UInt32] = []
    features.reserveCapacity(order.count)
    for (target, slot) in order.enumerated() {
      features.append(vocabulary.features[Int(slot)])
      for lane in 0..<stride { sorted[target * stride + lane] = values[Int(slot) * stride + lane] }
    }
    vocabulary = SlotTable(features: features)
    values = sorted
    sortedCount = features.count
  }

  /// Finds out how many slots are in order.
  mutating func countSorted() {
    let features = vocabulary.features
    sortedCount = features.count
    for slot in features.indices.dropFirst() where features[slot] < features[slot - 1] {
      sortedCount = slot
      return
    }
  }

  /// Slots by ascending feature.
  ///
  /// - Complexity: O(slots), and O(n log n) for those that came since the last sorting.
  func slotsInOrder() -> [UInt32] {
    guard width == nil, sortedCount < vocabulary.count else { return Array(0..<UInt32(slotCount)) }
    let features = vocabulary.features
    var late = (sortedCount..<features.count).map { UInt64(features[$0]) << 32 | UInt64($0) }
    late.sort()
    var order: [UInt32] = []
    order.reserveCapacity(features.count)
    var next = 0
    for key in late {
      let feature = UInt32(truncatingIfNeeded: key >> 32)
      while next < sortedCount, features[next] < feature {
        order.append(UInt32(truncatingIfNeeded: next))
        next += 1
      }
      order.append(UInt32(truncatingIfNeeded: key))
    }
    order.append(contentsOf: UInt32(next)..<UInt32(sortedCount))
    return order
  }

  /// Keeps a lane's numbers in range: lengths are 1 or more and far from overflow. Exact, except for coordinates that
  /// are 1e-18 of the length.
  mutating func settleUnit(_ lane: Int) {
    let squared = entries[lane].squaredLength
    guard squared > 0, entries[lane].unit > 0, squared < 1 || squared >= 0x1p64 else { return }
    let factor = 1 / StoredSum.unit(for: squared.squareRoot())
    for slot in 0..<slotCount {
      let position = slot * stride + lane
      values[position] = StoredSum.rounded(Double(values[position]) * factor)
    }
    entries[lane].unit /= factor
    sortSlots()
    measure(lane)
  }
}
