/// The length of every row, and what that says about the data.
package struct RowNorms: Sendable {
  /// `1 / length` of each row for cosine, 0 for a zero row; 1 for Euclidean.
  package let scales: [Float]
  /// Squared length of each row after scaling.
  package let squaredNorms: [Float]
  package let zeroRowCount: Int

  /// The largest length that a row may have under the Euclidean distance: products of two such rows, and sums of
  /// any number of them times ``largestWeight``, stay finite in single precision.
  package static let largestLength = 1e15
  /// The largest weight that a document may have.
  package static let largestWeight = 1e12

  /// - Throws: ``InputError/rowTooLong(row:length:limit:)``, Euclidean only.
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
            switch distance {
            case .cosine:
              // A row of denormal length has no finite scale; it counts as zero.
              let scale = squared > 0 ? Float(1 / squared.squareRoot()) : 0
              scales[row] = scale.isFinite ? scale : 0
              norms[row] = scale > 0 && scale.isFinite ? 1 : 0
            case .euclidean:
              guard squared <= Self.largestLength * Self.largestLength else {
                throw InputError.rowTooLong(
                  row: row, length: squared.squareRoot(), limit: Self.largestLength)
              }
              scales[row] = 1
              norms[row] = Float(squared)
            }
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
