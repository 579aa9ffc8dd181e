/// Rows as the refinement kernels take them: one row at a time, sparse and dense alike.
package struct RefinementRows: Sendable {
  private let rows: FeatureRows
  /// 0, 1, 2, ... : the columns of a dense row.
  private let denseColumns: [UInt32]
  package let norms: RowNorms

  package init(_ rows: FeatureRows, norms: RowNorms) {
    self.rows = rows
    self.norms = norms
    if case .dense(let dense) = rows {
      denseColumns = (0..<UInt32(dense.columnCount)).map { $0 }
    } else {
      denseColumns = []
    }
  }

  /// Calls `body` with the columns and values of one row; the values are not scaled.
  @inline(__always)
  package func withRow<Result>(
    _ row: Int, _ body: (UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<Float>) -> Result
  ) -> Result {
    switch rows {
    case .sparse(let rows): body(rows.columns(of: row), rows.values(of: row))
    case .dense(let rows): denseColumns.withUnsafeBufferPointer { body($0, rows.values(of: row)) }
    }
  }
}
