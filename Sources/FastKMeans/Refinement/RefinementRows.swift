/// Rows as the refinement kernels take them: one row at a time, sparse and dense alike.
package struct RefinementRows: Sendable {
  private let rows: FeatureRows
  /// 0, 1, 2, ... : the columns of a dense row.
  private let denseColumns: [UInt32]
  private let norms: RowNorms
  /// Euclidean: 1 / the rows' standard deviation, so that margins mean the same for any unit of the data.
  package let unit: Float

  /// - Parameters:
  ///   - norms: of these rows.
  ///   - unit: what every row is multiplied with, beside its own scale.
  package init(_ rows: FeatureRows, norms: RowNorms, unit: Float = 1) {
    self.rows = rows
    self.norms = norms
    self.unit = unit
    if case .dense(let dense) = rows {
      denseColumns = (0..<UInt32(dense.columnCount)).map { $0 }
    } else {
      denseColumns = []
    }
  }

  package var featureCount: Int { rows.columnCount }

  /// The rows themselves.
  var featureRows: FeatureRows { rows }

  /// How many values a row has, on average.
  var typicalNonZeros: Int {
    switch rows {
    case .sparse(let sparse): sparse.nonZeroCount / max(1, sparse.rowCount)
    case .dense(let dense): dense.columnCount
    }
  }

  package var isSparse: Bool {
    if case .sparse = rows { true } else { false }
  }

  /// What the values of a row are multiplied with.
  @inline(__always)
  package func scale(of row: Int) -> Float { norms.scales[row] * unit }

  /// Whether a row has any length; one that has none teaches nothing.
  package func isEmpty(_ row: Int) -> Bool { norms.squaredNorms[row] <= 0 }

  /// Calls `body` with the columns and values of one row; the values are not scaled.
  @inline(__always)
  package func withRow<Result>(
    _ row: Int, _ body: (UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<Float>) -> Result
  ) -> Result {
    switch rows {
    case .sparse(let rows): rows.withRow(row, body)
    case .dense(let rows):
      denseColumns.withUnsafeBufferPointer { columns in rows.withValues(of: row) { body(columns, $0) } }
    }
  }
}
