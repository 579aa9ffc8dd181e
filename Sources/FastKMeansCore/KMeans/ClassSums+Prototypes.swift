extension ClassSums {
  /// Takes up prototypes of one class.
  ///
  /// - Complexity: O(stored values).
  init(_ prototypes: [Prototype], width: Int?, distance: Distance) {
    self.init(width: width, distance: distance)
    rearrange(keeping: [], adding: prototypes.count)
    for (lane, prototype) in prototypes.enumerated() { place(prototype, lane) }
    sortAndMeasure()
    // Where the length is known, it is the one that was kept, which took each step's rounding.
    for (lane, prototype) in prototypes.enumerated() {
      if let sum = prototype.sum { entries[lane].squaredLength = sum.squaredLength }
    }
  }

  private mutating func place(_ prototype: Prototype, _ lane: Int) {
    var entry = Entry(mass: prototype.mass, unit: 1, squaredLength: 0, id: prototype.id)
    entry.isFrozen = prototype.isFrozen
    var toStored = 1.0
    if let sum = prototype.sum {
      entry.unit = sum.unit
      entry.squaredLength = sum.squaredLength
      let factor = factor(entry)
      for (position, value) in prototype.center.values.enumerated() where value != 0 {
        store(value / factor, prototype.center, position, lane)
      }
      entries[lane] = entry
      return
    }
    let norm = prototype.center.squaredNorm.squareRoot()
    if prototype.sumScale > 0 {
      // Cosine: the length of the sum; Euclidean: the mass, which the mean is multiplied with.
      let scale = distance == .cosine && norm > 0 ? prototype.sumScale / norm : prototype.sumScale
      entry.unit = StoredSum.unit(for: scale * norm)
      toStored = scale / entry.unit
    } else if norm > 0 {
      entry.unit = 0
    }
    for position in prototype.center.values.indices where prototype.center.values[position] != 0 {
      store(prototype.center.values[position] * toStored, prototype.center, position, lane)
    }
    entries[lane] = entry
  }

  private mutating func store(_ value: Double, _ vector: PrototypeVector, _ position: Int, _ lane: Int) {
    let slot = insert(vector.isSparse ? vector.columns[position] : UInt32(position))
    values[slot * stride + lane] = StoredSum.rounded(value)
  }

  /// The prototypes as a model has them.
  ///
  /// - Complexity: O(stored values), and O(n log n) for slots that are not in order.
  func prototypes(precision: Precision) -> [Prototype] {
    let order = slotsInOrder()
    return entries.indices.map { prototype($0, order: order, precision: precision) }
  }

  private func prototype(_ lane: Int, order: [UInt32], precision: Precision) -> Prototype {
    let entry = entries[lane]
    let center = center(lane, order, factor: factor(entry)).rounded(to: precision)
    let length = entry.unit * entry.squaredLength.squareRoot()
    var prototype = Prototype(
      center: center, sumScale: distance == .cosine ? length : entry.mass, mass: entry.mass)
    if entry.unit == 0 { prototype.sumScale = 0 }
    prototype.sum = Prototype.Sum(unit: entry.unit, squaredLength: entry.squaredLength)
    prototype.id = entry.id
    prototype.isFrozen = entry.isFrozen
    return prototype
  }

  private func center(_ lane: Int, _ order: [UInt32], factor: Double) -> PrototypeVector {
    guard width == nil else {
      return PrototypeVector(dense: order.map { Double(values[Int($0) * stride + lane]) * factor })
    }
    let count = Swift.stride(from: lane, to: slotCount * stride, by: stride).count { values[$0] != 0 }
    var columns: [UInt32] = []
    var kept: [Double] = []
    columns.reserveCapacity(count)
    kept.reserveCapacity(count)
    for slot in order {
      let value = values[Int(slot) * stride + lane]
      guard value != 0 else { continue }
      columns.append(vocabulary.features[Int(slot)])
      kept.append(Double(value) * factor)
    }
    return PrototypeVector(columns: columns, values: kept)
  }
}
