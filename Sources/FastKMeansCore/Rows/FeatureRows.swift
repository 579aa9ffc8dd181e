/// Rows that someone else owns; what training and scoring work on.
package enum FeatureRows: Sendable {
  case sparse(SparseRows)
  case dense(DenseRows)

  package var rowCount: Int {
    switch self {
    case .sparse(let rows): rows.rowCount
    case .dense(let rows): rows.rowCount
    }
  }

  package var columnCount: Int {
    switch self {
    case .sparse(let rows): rows.columnCount
    case .dense(let rows): rows.columnCount
    }
  }

  package var isSparse: Bool {
    if case .sparse = self { true } else { false }
  }

  /// Calls `body` with the stored values of one row, which are valid during the call only.
  @inline(__always)
  package func withValues<Result>(
    of row: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    switch self {
    case .sparse(let rows): try rows.withValues(of: row, body)
    case .dense(let rows): try rows.withValues(of: row, body)
    }
  }

  /// The squared length of one row, in double precision.
  package func squaredNorm(of row: Int) -> Double {
    withValues(of: row) { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }
  }

  /// Adds one row to the sum of rows, feature by feature.
  func add(_ row: Int, to sum: inout [Double]) {
    switch self {
    case .sparse(let rows):
      rows.withRow(row) { columns, values in
        for position in columns.indices { sum[Int(columns[position])] += Double(values[position]) }
      }
    case .dense(let rows):
      rows.withValues(of: row) { values in
        for (column, value) in values.enumerated() { sum[column] += Double(value) }
      }
    }
  }

  /// Some of the rows, without a copy.
  package func slice(_ range: Range<Int>) -> FeatureRows {
    switch self {
    case .sparse(let rows): .sparse(rows.slice(range))
    case .dense(let rows): .dense(rows.slice(range))
    }
  }

  /// The same rows, of which dense ones are read in a frame; nil: as they are.
  package func relative(to frame: FeatureFrame?) -> FeatureRows {
    guard let frame, case .dense(let rows) = self else { return self }
    return .dense(rows.relative(to: frame))
  }

  /// Calls `body` with rows of which every number lies as kernels take it: these, or a copy for the call.
  package func withPlainRows<Result>(_ body: (FeatureRows) throws -> Result) rethrows -> Result {
    switch self {
    case .sparse(let rows):
      if rows.columns.isNarrow, rows.values.isSinglePrecision { return try body(self) }
    case .dense(let rows):
      if rows.isPlain { return try body(self) }
    }
    return try copied().withRows(body)
  }

  /// A copy that outlives the call.
  package func copied() -> Features {
    switch self {
    case .sparse(let rows): .sparse(rows.copied())
    case .dense(let rows): .dense(rows.copied())
    }
  }
}

extension SparseRows {
  fileprivate func copied() -> CSRMatrix {
    let first = offsets.first ?? 0
    let range = first..<(offsets.last ?? 0)
    return CSRMatrix(
      unchecked: columnCount, rowOffsets: offsets.map { $0 - first },
      columns: [UInt32](unsafeUninitializedCapacity: range.count) {
        columns.write(range, to: $0)
        $1 = range.count
      },
      values: [Float](unsafeUninitializedCapacity: range.count) {
        values.write(range, to: $0)
        $1 = range.count
      })
  }
}

extension DenseRows {
  fileprivate func copied() -> DenseMatrix {
    let count = rowCount * columnCount
    return DenseMatrix(
      unchecked: rowCount, columnCount: columnCount,
      values: [Float](unsafeUninitializedCapacity: count) {
        write(0..<rowCount, to: $0)
        $1 = count
      })
  }
}
