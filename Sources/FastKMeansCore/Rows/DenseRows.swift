/// Dense rows that someone else owns; see ``SparseRows``.
package struct DenseRows: @unchecked Sendable {
  package let rowCount: Int
  package let columnCount: Int
  private let values: RowValues
  /// Where row 0 begins in `values`, and how far the next row lies from there; they may lie in any order.
  private let start: Int
  private let stride: Int
  /// What each row is read relative to; nil: as it is.
  private var frame: FeatureFrame?

  /// - Parameters:
  ///   - start: where row 0 begins in `values`.
  ///   - stride: from one row to the next; nil for rows without gaps.
  package init(rowCount: Int, columnCount: Int, values: RowValues, start: Int = 0, stride: Int? = nil) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
    self.start = start
    self.stride = stride ?? columnCount
  }

  /// The same rows, read in a frame; nil: as they are.
  func relative(to frame: FeatureFrame?) -> DenseRows {
    var copy = self
    copy.frame = frame
    return copy
  }

  /// Calls `body` with the values of one row, which are valid during the call only.
  @inline(__always)
  package func withValues<Result>(
    of row: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    guard frame == nil else {
      return try withCopy(row..<row + 1) { first, _ in
        try body(UnsafeBufferPointer(start: first, count: columnCount))
      }
    }
    let first = start + row * stride
    return try values.withSingles(in: Range(uncheckedBounds: (first, first + columnCount)), body)
  }

  /// Calls `body` with consecutive rows as kernels take them: the first value, and the distance from row to row.
  @inline(__always)
  func withPointer<Result>(
    _ range: Range<Int>, _ body: (UnsafePointer<Float>?, _ stride: Int) throws -> Result
  ) rethrows -> Result {
    guard values.isSinglePrecision, stride >= 0, !range.isEmpty, frame == nil else {
      return try withCopy(range, body)
    }
    let first = start + range.lowerBound * stride
    let end = start + (range.upperBound - 1) * stride + columnCount
    return try values.withSingles(in: first..<end) { try body($0.baseAddress, stride) }
  }

  @inline(never)
  private func withCopy<Result>(
    _ range: Range<Int>, _ body: (UnsafePointer<Float>?, _ stride: Int) throws -> Result
  ) rethrows -> Result {
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count * columnCount) { copy in
      write(range, to: copy)
      return try body(UnsafePointer(copy.baseAddress), columnCount)
    }
  }

  /// Writes consecutive rows without gaps to the front of `target`.
  func write(_ range: Range<Int>, to target: UnsafeMutableBufferPointer<Float>) {
    for (index, row) in range.enumerated() {
      let first = start + row * stride
      let own = UnsafeMutableBufferPointer(
        rebasing: target[index * columnCount..<(index + 1) * columnCount])
      if let frame {
        values.write(first..<first + columnCount, in: frame, to: own)
      } else {
        values.write(first..<first + columnCount, to: own)
      }
    }
  }

  /// Whether all values lie one after the other, in single precision.
  var isPlain: Bool { values.isSinglePrecision && stride == columnCount && frame == nil }

  /// Some of the rows, without a copy.
  package func slice(_ range: Range<Int>) -> DenseRows {
    DenseRows(
      rowCount: range.count, columnCount: columnCount, values: values,
      start: start + range.lowerBound * stride, stride: stride
    ).relative(to: frame)
  }

  package static func checkShape(rowCount: Int, columnCount: Int, valueCount: Int) throws {
    let (cells, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    guard rowCount >= 0, columnCount >= 0, columnCount <= Int(UInt32.max), !overflow else {
      throw InputError.badShape("\(rowCount) x \(columnCount) cannot be addressed")
    }
    guard cells == valueCount else {
      throw InputError.lengthMismatch(what: "values", expected: cells, found: valueCount)
    }
  }

  /// Checks that every value is a number.
  ///
  /// - Parameters:
  ///   - workers: threads; the fault that is reported is the first one for any number.
  package func validate(workers: Int = 1) throws {
    // Rows without values take no memory, so there may be any number of them.
    guard columnCount > 0 else { return }
    try Parallel.checkEach(rowCount, chunk: 1024, workers: workers) { try validate(row: $0) }
  }

  private func validate(row: Int) throws {
    try withValues(of: row) { values in
      for (column, value) in values.enumerated() where !value.isFinite {
        throw InputError.notFinite(row: row, column: column)
      }
    }
  }
}
