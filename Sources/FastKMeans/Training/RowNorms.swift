/// The length of every row, and what that says about the data.
package struct RowNorms: Sendable {
  /// `1 / length` of each row for cosine, 0 for a zero row; 1 for Euclidean.
  package let scales: [Float]
  /// Squared length of each row after scaling.
  package let squaredNorms: [Float]
  package let zeroRowCount: Int

  /// - Complexity: O(non-zeros), in parallel.
  package init(of rows: FeatureRows, distance: Distance, workers: Int) throws {
    var scales = [Float](repeating: 0, count: rows.rowCount)
    var squaredNorms = scales
    try scales.withUnsafeMutableBufferPointer { scales in
      try squaredNorms.withUnsafeMutableBufferPointer { norms in
        nonisolated(unsafe) let (scales, norms) = (scales, norms)
        try Parallel.forEachChunk(count: rows.rowCount, chunk: 4096, workers: workers) { _, range in
          for row in range {
            let squared = rows.squaredNorm(of: row)
            let isUnitScaled = distance == .cosine
            scales[row] = isUnitScaled ? (squared > 0 ? Float(1 / squared.squareRoot()) : 0) : 1
            norms[row] = isUnitScaled ? (squared > 0 ? 1 : 0) : Float(squared)
          }
        }
      }
    }
    self.scales = scales
    self.squaredNorms = squaredNorms
    var zeroRows = 0
    for norm in squaredNorms where norm == 0 { zeroRows += 1 }
    zeroRowCount = zeroRows
  }
}
