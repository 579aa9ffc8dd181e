/// Sparse rows that someone else owns: pointers into a ``CSRMatrix``, or into memory that came through the
/// C ABI. Valid for the call that received it, never stored.
///
/// `@unchecked Sendable`: the memory is only read while the view lives.
package struct SparseRows: @unchecked Sendable {
  package let rowCount: Int
  package let columnCount: Int
  /// `rowCount + 1` positions into `columns` and `values`.
  package let offsets: UnsafeBufferPointer<Int>
  package let columns: RowColumns
  package let values: RowValues

  package init(
    rowCount: Int, columnCount: Int, offsets: UnsafeBufferPointer<Int>, columns: RowColumns, values: RowValues
  ) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.offsets = offsets
    self.columns = columns
    self.values = values
  }

  package var nonZeroCount: Int { (offsets.last ?? 0) - (offsets.first ?? 0) }

  /// Where row `row` lies in `columns` and `values`.
  @inline(__always)
  package func range(of row: Int) -> Range<Int> {
    Range(uncheckedBounds: (offsets[row], offsets[row + 1]))
  }

  /// Calls `body` with the columns and the values of one row, which are valid during the call only.
  @inline(__always)
  package func withRow<Result>(
    _ row: Int, _ body: (UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try withColumns(of: row) { columns in try withValues(of: row) { try body(columns, $0) } }
  }

  /// Calls `body` with the columns of one row.
  @inline(__always)
  package func withColumns<Result>(
    of row: Int, _ body: (UnsafeBufferPointer<UInt32>) throws -> Result
  ) rethrows -> Result {
    try columns.withColumns(in: range(of: row), body)
  }

  /// Calls `body` with the values of one row.
  @inline(__always)
  package func withValues<Result>(
    of row: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try values.withSingles(in: range(of: row), body)
  }

  /// Some of the rows, without a copy.
  package func slice(_ range: Range<Int>) -> SparseRows {
    SparseRows(
      rowCount: range.count, columnCount: columnCount,
      offsets: UnsafeBufferPointer(rebasing: offsets[range.lowerBound...range.upperBound]),
      columns: columns, values: values)
  }
}

extension SparseRows {
  /// Checks everything that the loops over rows rely on.
  ///
  /// - Parameters:
  ///   - workers: threads; the fault that is reported is the first one for any number.
  package func validate(workers: Int = 1) throws {
    try validateShape()
    try Parallel.checkEach(rowCount, chunk: 4096, workers: workers) { try validate(row: $0) }
  }

  /// Checks all but the rows themselves: sizes and offsets.
  private func validateShape() throws {
    guard rowCount >= 0, columnCount >= 0, columnCount <= Int(UInt32.max) else {
      throw InputError.badShape("\(rowCount) x \(columnCount); columns are limited to 2^32 - 1")
    }
    guard offsets.count == rowCount + 1 else {
      throw InputError.lengthMismatch(what: "row offsets", expected: rowCount + 1, found: offsets.count)
    }
    guard values.count == columns.count else {
      throw InputError.lengthMismatch(what: "values", expected: columns.count, found: values.count)
    }
    try validateOffsets(valueCount: columns.count)
  }

  /// Checks that offsets begin at 0, never fall, and end at the number of values.
  package func validateOffsets(valueCount: Int) throws {
    var previous = 0
    for (position, offset) in offsets.enumerated() {
      guard offset >= previous, offset <= valueCount, position > 0 || offset == 0 else {
        throw InputError.badRowOffsets(position: position, value: offset)
      }
      previous = offset
    }
    guard previous == valueCount else {
      throw InputError.badRowOffsets(position: rowCount, value: previous)
    }
  }

  private func validate(row: Int) throws {
    if let column = columns.firstCut(in: range(of: row), limit: columnCount) {
      throw InputError.featureOutOfRange(row: row, column: column, limit: columnCount)
    }
    try withRow(row) { columns, values in
      var previous = -1
      for position in columns.indices {
        let column = Int(columns[position])
        guard column > previous else {
          throw column == previous
            ? InputError.duplicateColumn(row: row, column: column)
            : InputError.unsortedColumns(row: row, column: column)
        }
        guard values[position].isFinite else { throw InputError.notFinite(row: row, column: column) }
        previous = column
      }
      guard previous < columnCount else {
        throw InputError.featureOutOfRange(row: row, column: previous, limit: columnCount)
      }
    }
  }
}
