extension ClassSums {
  /// Adds a batch's rows to the prototypes that they were assigned to.
  ///
  /// - Returns: the largest distance that a centre moved. It comes from the batch's sums: exact to a ten-thousandth of
  ///   itself, as a rule.
  /// - Complexity: O(non-zeros); soft O(non-zeros x entries).
  mutating func add(_ rowIndices: UnsafeBufferPointer<Int32>, _ batch: StreamBatch) -> Double {
    let before = entries
    var products = [Double](repeating: 0, count: entries.count)
    for rowIndex in rowIndices {
      let row = Int(rowIndex)
      guard batch.nearest[row] >= 0 else { continue }
      let weight = Double(batch.documents.weight(of: row))
      if batch.isSoft {
        for lane in entries.indices {
          let share = Double(batch.shares[row * batch.prototypeLimit + lane]) * weight
          add(row, batch, share, lane, &products)
        }
      } else {
        add(row, batch, weight, Int(batch.nearest[row]), &products)
      }
    }
    var shift = 0.0
    for lane in entries.indices where entries[lane].mass != before[lane].mass {
      shift = max(shift, distanceMoved(lane, from: before[lane], product: products[lane]))
      settleUnit(lane)
    }
    dropUnchosen(before)
    return shift
  }

  @inline(__always)
  private mutating func add(
    _ row: Int, _ batch: StreamBatch, _ weight: Double, _ lane: Int, _ products: inout [Double]
  ) {
    guard weight > 0, !entries[lane].isFrozen else { return }
    if entries[lane].unit == 0 {
      start(lane, length: Double(batch.documents.norms.squaredNorms[row]).squareRoot() * weight)
    }
    products[lane] += weight * Double(batch.scores[row * batch.prototypeLimit + lane])
    let change = addRow(row, batch, factor: weight / entries[lane].unit, lane)
    entries[lane].squaredLength = max(0, entries[lane].squaredLength + change)
    entries[lane].mass += weight
  }

  /// A prototype that was given has a place but no sum: its first document is all that it will be.
  private mutating func start(_ lane: Int, length: Double) {
    clear(lane: lane)
    entries[lane].unit = StoredSum.unit(for: length)
  }

  /// Adds a multiple of one row; returns by how much the squared length changed.
  @inline(__always)
  mutating func addRow(_ row: Int, _ batch: StreamBatch, factor: Double, _ lane: Int) -> Double {
    let factor = factor * Double(batch.documents.norms.scales[row])
    if case .sparse(let rows) = batch.documents.rows {
      for position in rows.range(of: row) where batch.slots[position] == SlotTable.missing {
        batch.slots[position] = UInt32(insert(rows.columns[position]))
      }
    }
    let stride = stride
    return values.withUnsafeMutableBufferPointer { table in
      switch batch.documents.rows {
      case .sparse(let rows):
        let slots = batch.slots + rows.range(of: row).lowerBound
        return rows.withValues(of: row) { values in
          values.indices.reduce(0.0) {
            $0 + Self.addValue(Double(values[$1]) * factor, to: &table[Int(slots[$1]) * stride + lane])
          }
        }
      case .dense(let rows):
        return rows.withValues(of: row) { values in
          values.indices.reduce(0.0) {
            $0 + Self.addValue(Double(values[$1]) * factor, to: &table[$1 * stride + lane])
          }
        }
      }
    }
  }

  /// Returns by how much the square grew.
  @inline(__always)
  private static func addValue(_ value: Double, to cell: inout Float) -> Double {
    let old = Double(cell)
    cell = StoredSum.rounded(old + value)
    let new = Double(cell)
    return (new - old) * (new + old)
  }

  /// How far a centre moved, from lengths and the product of what was with what was added.
  ///
  /// With v the stored sum, D what was added and f, g the factors to centres before and after: |g (v + D) - f v|.
  private func distanceMoved(_ lane: Int, from before: Entry, product: Double) -> Double {
    let after = entries[lane]
    let old = before.squaredLength
    guard before.unit > 0 else {
      // It had a place only; what it is now has its own unit.
      let (f, g) = (factor(before), factor(after))
      let cross = product / after.unit * f * g
      return max(0, old * f * f + after.squaredLength * g * g - 2 * cross).squareRoot()
    }
    let product = product / before.unit
    let added = max(0, after.squaredLength - old - 2 * product)
    let g = factor(after)
    let difference = g - factor(before)
    let squared = g * g * added + 2 * g * difference * product + difference * difference * old
    return max(0, squared).squareRoot()
  }

  /// Given prototypes that the first batch did not choose go, if others stay.
  private mutating func dropUnchosen(_ before: [Entry]) {
    let kept = entries.indices.filter { entries[$0].mass > 0 || entries[$0].isFrozen }
    if !kept.isEmpty, kept.count < entries.count { rearrange(keeping: kept, adding: 0) }
  }
}

extension ClassSums {
  /// Forgetting: masses and sums shrink, centres stay. Stops where numbers would vanish.
  mutating func fade(by factor: Double) {
    for lane in entries.indices where !entries[lane].isFrozen && entries[lane].mass * factor > 1e-200 {
      entries[lane].mass *= factor
      if entries[lane].unit * factor > 1e-200 { entries[lane].unit *= factor }
    }
  }
}
