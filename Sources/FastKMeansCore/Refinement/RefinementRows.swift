/// Rows as the refinement kernels take them: one row at a time, sparse and dense alike.
package struct RefinementRows: Sendable {
  private let rows: FeatureRows
  /// 0, 1, 2, ... : the columns of a dense row.
  private let denseColumns: [UInt32]
  private let norms: RowNorms
  /// Euclidean: 1 / the rows' standard deviation, so that margins mean the same for any unit of the data.
  package let unit: Float
  /// What each feature's moves are multiplied with; nil for 1.
  private var featureRates: FeatureRates?

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

  /// The same rows, moving weights at these rates.
  func moving(at rates: FeatureRates?) -> RefinementRows {
    var copy = self
    copy.featureRates = rates
    return copy
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

  /// Calls `body` with what one row's moves are multiples of: its values, not scaled, times their features' rates.
  ///
  /// - Parameter scratch: memory that may be used again.
  @inline(__always)
  func withMove<Result>(
    along row: Int, _ scratch: inout [Float],
    _ body: (UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<Float>) -> Result
  ) -> Result {
    guard let featureRates else { return withRow(row, body) }
    return withRow(row) { columns, values in
      scratch.removeAll(keepingCapacity: true)
      featureRates.values.withUnsafeBufferPointer { rates in
        for (column, value) in zip(columns, values) { scratch.append(value * rates[Int(column)]) }
      }
      return scratch.withUnsafeBufferPointer { body(columns, $0) }
    }
  }

  /// Calls `body` with rows whose values are times their features' rates; nil where all rates are 1.
  func withMovingRows<Result>(_ body: (FeatureRows) throws -> Result) rethrows -> Result? {
    guard let featureRates, case .sparse(let sparse) = rows else { return nil }
    var moved = [Float](repeating: 0, count: sparse.columns.count)
    for row in 0..<sparse.rowCount {
      let start = sparse.range(of: row).lowerBound
      sparse.withRow(row) { columns, values in
        for position in columns.indices {
          moved[start + position] = values[position] * featureRates.values[Int(columns[position])]
        }
      }
    }
    return try moved.withUnsafeBufferPointer {
      try body(
        .sparse(
          SparseRows(
            rowCount: sparse.rowCount, columnCount: sparse.columnCount, offsets: sparse.offsets,
            columns: sparse.columns, values: RowValues($0))))
    }
  }
}
