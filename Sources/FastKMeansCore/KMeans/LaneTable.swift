import CFastKMeansKernels

/// A few vectors over a class's local columns, laid out for scoring: interleaved feature by feature for sparse
/// rows (one feature's values for all lanes are neighbours), row after row for dense ones.
package struct LaneTable {
  /// The vectors in use.
  package let laneCount: Int
  /// Lanes with padding: what `scores` writes for each row.
  package let stride: Int
  package let featureCount: Int
  package let isSparse: Bool
  package var values: [Float]

  package init(laneCount: Int, for rows: ClassRows) {
    self.laneCount = laneCount
    featureCount = rows.featureCount
    isSparse = rows.isSparse
    stride = rows.isSparse ? Self.paddedLanes(laneCount) : laneCount
    values = [Float](repeating: 0, count: stride * featureCount)
  }

  /// The smallest lane count that the kernels take.
  package static func paddedLanes(_ count: Int) -> Int {
    count <= 4 ? 4 : (count + 7) / 8 * 8
  }

  /// Where the value of one lane and one local column lies.
  @inline(__always)
  package func position(lane: Int, column: Int) -> Int {
    isSparse ? column * stride + lane : lane * featureCount + column
  }

  /// Makes a lane a copy of one row, or adds a multiple of the row to it.
  package mutating func add(_ row: Int, of rows: ClassRows, times factor: Float, toLane lane: Int) {
    guard isSparse else {
      rows.values.withUnsafeBufferPointer { source in
        values.withUnsafeMutableBufferPointer { target in
          guard let x = source.baseAddress, let y = target.baseAddress else { return }
          fk_axpy(factor, x + row * featureCount, y + lane * featureCount, featureCount)
        }
      }
      return
    }
    for entry in Int(rows.offsets[row])..<Int(rows.offsets[row + 1]) {
      values[Int(rows.columns[entry]) * stride + lane] += factor * rows.values[entry]
    }
  }

  /// Sets one lane to zero.
  package mutating func clear(lane: Int) {
    for column in 0..<featureCount { values[position(lane: lane, column: column)] = 0 }
  }

  /// The dot products of rows with every lane: `scores[(row - range.lowerBound) * stride + lane]`.
  ///
  /// - Complexity: O(non-zeros of the rows x lanes).
  package func scores(of range: Range<Int>, in rows: ClassRows, into scores: inout [Float]) {
    let needed = range.count * stride
    if scores.count < needed { scores = [Float](repeating: 0, count: needed) }
    if isSparse {
      fk_local_scores(
        rows.offsets, rows.columns, rows.values, Int64(range.lowerBound), Int64(range.upperBound), values,
        stride,
        stride, &scores)
    } else {
      rows.values.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return }
        fk_dense_scores(
          base + range.lowerBound * featureCount, range.count, featureCount, values, laneCount, &scores)
      }
    }
  }
}
