/// Live classes as columns of a learning state, and back.
enum ClassSumsColumns {
  private typealias Name = LearningState.Column.Name

  /// - Complexity: O(stored values).
  static func add(_ classes: [ClassSums], to columns: inout [LearningState.Column]) {
    func add(_ name: String, _ values: LearningState.Values) { columns.append(.init(name, values)) }
    add(Name.liveSlotCounts, .integers(classes.map { Int64($0.vocabulary.count) }))
    var features: [UInt32] = []
    features.reserveCapacity(classes.reduce(0) { $0 + $1.vocabulary.count })
    var values: [Float] = []
    values.reserveCapacity(classes.reduce(0) { $0 + $1.slotCount * $1.entries.count })
    for live in classes {
      features.append(contentsOf: live.vocabulary.features)
      if live.stride == live.entries.count {
        values.append(contentsOf: live.values[..<(live.slotCount * live.stride)])
      } else {
        for slot in 0..<live.slotCount {
          values.append(contentsOf: live.values[slot * live.stride..<slot * live.stride + live.entries.count])
        }
      }
    }
    add(Name.liveFeatures, .indices(features))
    add(Name.liveValues, .singles(values))
    let lanes = classes.flatMap(\.entries)
    add(Name.liveMasses, .doubles(lanes.map(\.mass)))
    add(Name.liveUnits, .doubles(lanes.map(\.unit)))
    add(Name.liveSquaredLengths, .doubles(lanes.map(\.squaredLength)))
    add(Name.liveIDs, .integers(lanes.map { Int64(bitPattern: $0.id) }))
    add(Name.liveFrozen, .integers(lanes.map { $0.isFrozen ? 1 : 0 }))
  }

  /// - Parameters:
  ///   - counts: the prototypes of each live class.
  /// - Throws: ``LearningStateError``.
  static func classes(
    _ reader: LearningState.Reader, counts: [Int], featureCount: Int, isSparse: Bool, distance: Distance
  ) throws -> [ClassSums] {
    let lanes = try lanes(reader, total: counts.reduce(0, +))
    let slotCounts = try reader.counts(Name.liveSlotCounts, count: counts.count, limit: 1 << 40)
    let features = try reader.indices(Name.liveFeatures, count: isSparse ? slotCounts.reduce(0, +) : 0)
    let values = try reader.singles(Name.liveValues)
    var (slotStart, valueStart, laneStart) = (0, 0, 0)
    return try counts.indices.map { index in
      let slots = isSparse ? slotCounts[index] : featureCount
      let (cells, overflow) = slots.multipliedReportingOverflow(by: counts[index])
      guard !overflow, cells <= values.count - valueStart, isSparse || slotCounts[index] == 0 else {
        throw LearningStateError(Name.liveValues, "there are too few for live class \(index)")
      }
      defer {
        slotStart += slotCounts[index]
        valueStart += cells
        laneStart += counts[index]
      }
      let isLast = index == counts.count - 1
      guard !isLast || valueStart + cells == values.count else {
        throw LearningStateError(Name.liveValues, "there are more than the live classes have")
      }
      let own = Array(features[slotStart..<slotStart + slotCounts[index]])
      guard Set(own).count == own.count, own.allSatisfy({ $0 < featureCount }) else {
        throw LearningStateError(
          Name.liveFeatures, "live class \(index): a feature is out of range or occurs twice")
      }
      return ClassSums(
        features: own, values: values[valueStart..<valueStart + cells],
        lanes: Array(lanes[laneStart..<laneStart + counts[index]]), width: isSparse ? nil : featureCount,
        distance: distance)
    }
  }

  private static func lanes(_ reader: LearningState.Reader, total: Int) throws -> [ClassSums.Entry] {
    let masses = try reader.doubles(Name.liveMasses, count: total)
    let units = try reader.doubles(Name.liveUnits, count: total)
    let lengths = try reader.doubles(Name.liveSquaredLengths, count: total)
    let ids = try reader.integers(Name.liveIDs, count: total)
    let frozen = try reader.flags(Name.liveFrozen, count: total)
    return try masses.indices.map { lane in
      guard masses[lane] >= 0, units[lane] >= 0, lengths[lane] >= 0 else {
        throw LearningStateError(Name.liveMasses, "prototype \(lane) has a mass, unit or length below 0")
      }
      return ClassSums.Entry(
        mass: masses[lane], unit: units[lane], squaredLength: lengths[lane],
        id: UInt64(bitPattern: ids[lane]), isFrozen: frozen[lane])
    }
  }
}

extension ClassSums {
  /// From a state's columns, checked by the caller; `values` has one for each slot and lane, slot after slot.
  init(features: [UInt32], values: ArraySlice<Float>, lanes: [Entry], width: Int?, distance: Distance) {
    self.init(width: width, distance: distance)
    vocabulary = SlotTable(features: features)
    rearrange(keeping: [], adding: lanes.count)
    self.entries = lanes
    var position = values.startIndex
    for slot in 0..<slotCount {
      for lane in entries.indices {
        self.values[slot * stride + lane] = values[position]
        position += 1
      }
    }
    countSorted()
  }
}
