extension ClassSums {
  /// Assigns rows of a batch to the prototypes as they lie; changes nothing here.
  ///
  /// - Parameters:
  ///   - rowIndices: the class's rows.
  ///   - scratch: of the worker.
  /// - Returns: the summed weight times distance of the rows to their nearest prototypes.
  /// - Complexity: O(non-zeros x entries).
  func assign(
    _ rowIndices: UnsafeBufferPointer<Int32>, _ batch: StreamBatch, options: TrainingOptions,
    scratch: inout [Float]
  ) -> Double {
    let factors = entries.map { Float(factor($0)) }
    let biases = entries.indices.map { lane -> Float in
      guard distance == .euclidean else { return 0 }
      let factor = factor(entries[lane])
      return Float(-entries[lane].squaredLength * factor * factor / 2)
    }
    if scratch.count < stride + entries.count {
      scratch = [Float](repeating: 0, count: stride + entries.count)
    }
    var objective = 0.0
    vocabulary.withLookup { lookup in
      values.withUnsafeBufferPointer { table in
        scratch.withUnsafeMutableBufferPointer { sums in
          for rowIndex in rowIndices {
            let row = Int(rowIndex)
            guard batch.documents.moves(row, distance) else { continue }
            findSlots(row, batch, lookup)
            addProducts(row, batch, table, sums)
            objective += choose(row, batch, options, sums, factors: factors, biases: biases)
          }
        }
      }
    }
    return objective
  }

  /// All of a row's look-ups before its products: they wait for memory side by side.
  @inline(__always)
  private func findSlots(_ row: Int, _ batch: StreamBatch, _ lookup: SlotTable.Lookup) {
    guard case .sparse(let rows) = batch.documents.rows else { return }
    let slots = batch.slots + rows.range(of: row).lowerBound
    rows.withColumns(of: row) { columns in
      for position in columns.indices { slots[position] = lookup.slot(of: columns[position]) }
    }
  }

  @inline(__always)
  private func addProducts(
    _ row: Int, _ batch: StreamBatch, _ table: UnsafeBufferPointer<Float>,
    _ sums: UnsafeMutableBufferPointer<Float>
  ) {
    for lane in 0..<stride { sums[lane] = 0 }
    switch batch.documents.rows {
    case .sparse(let rows):
      let slots = UnsafePointer(batch.slots + rows.range(of: row).lowerBound)
      rows.withValues(of: row) { addProducts($0, slots, table, sums) }
    case .dense(let rows):
      rows.withValues(of: row) { values in
        for column in values.indices { addProduct(values[column], table, column * stride, sums) }
      }
    }
  }

  @inline(__always)
  private func addProducts(
    _ values: UnsafeBufferPointer<Float>, _ slots: UnsafePointer<UInt32>,
    _ table: UnsafeBufferPointer<Float>, _ sums: UnsafeMutableBufferPointer<Float>
  ) {
    if stride == 4 {
      var sum = SIMD4<Float>()
      for position in values.indices where slots[position] != SlotTable.missing {
        sum += four(table, Int(slots[position]) * 4) * values[position]
      }
      for lane in 0..<4 { sums[lane] = sum[lane] }
      return
    }
    for position in values.indices where slots[position] != SlotTable.missing {
      addProduct(values[position], table, Int(slots[position]) * stride, sums)
    }
  }

  @inline(__always)
  private func four(_ table: UnsafeBufferPointer<Float>, _ start: Int) -> SIMD4<Float> {
    SIMD4(table[start], table[start + 1], table[start + 2], table[start + 3])
  }

  @inline(__always)
  private func addProduct(
    _ value: Float, _ table: UnsafeBufferPointer<Float>, _ start: Int,
    _ sums: UnsafeMutableBufferPointer<Float>
  ) {
    for lane in 0..<stride { sums[lane] += value * table[start + lane] }
  }

  /// Turns the products of one row into its prototype, or its shares.
  @inline(__always)
  private func choose(
    _ row: Int, _ batch: StreamBatch, _ options: TrainingOptions, _ sums: UnsafeMutableBufferPointer<Float>,
    factors: [Float], biases: [Float]
  ) -> Double {
    let start = row * batch.prototypeLimit
    let scale = batch.documents.norms.scales[row]
    var (best, nearest) = (-Float.infinity, 0)
    for lane in entries.indices {
      batch.scores[start + lane] = sums[lane] * scale
      let score = sums[lane] * scale * factors[lane] + biases[lane]
      sums[stride + lane] = score
      if score > best { (best, nearest) = (score, lane) }
    }
    batch.nearest[row] = Int32(nearest)
    let squares = batch.documents.norms.squaredNorms[row]
    let least = distance.distance(rowSquaredNorm: squares, biasedScore: best)
    if batch.isSoft {
      fillShares(row, batch, options, sums, squares: squares, nearest: nearest)
    }
    return Double(batch.documents.weight(of: row)) * Double(max(0, least))
  }

  private func fillShares(
    _ row: Int, _ batch: StreamBatch, _ options: TrainingOptions, _ sums: UnsafeMutableBufferPointer<Float>,
    squares: Float, nearest: Int
  ) {
    let start = row * batch.prototypeLimit
    let own = UnsafeMutableBufferPointer(start: batch.shares + start, count: entries.count)
    for lane in entries.indices {
      own[lane] = distance.similarity(
        atDistance: distance.distance(rowSquaredNorm: squares, biasedScore: sums[stride + lane]))
    }
    ShareRule(options).turnIntoShares(own, nearest: nearest)
  }
}
