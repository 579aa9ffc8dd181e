/// Dense rows, such as embeddings: a document a row, stored one row after the other.
public struct DenseMatrix: Sendable, Equatable {
  public let rowCount: Int
  public let columnCount: Int
  /// `rowCount * columnCount` values; row `i` starts at `i * columnCount`.
  public let values: [Float]

  /// - Throws: ``InputError/badShape(_:)`` or ``InputError/lengthMismatch(what:expected:found:)`` if the values
  ///   do not fill the shape, ``InputError/notFinite(row:column:)`` for a NaN or an infinity.
  /// - Complexity: O(values).
  public init(rowCount: Int, columnCount: Int, values: [Float]) throws {
    self.init(unchecked: rowCount, columnCount: columnCount, values: values)
    try DenseRows.checkShape(rowCount: rowCount, columnCount: columnCount, valueCount: values.count)
    try withRows { try $0.validate() }
  }

  package init(unchecked rowCount: Int, columnCount: Int, values: [Float]) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
  }

  /// Calls `body` with a pointer into this matrix; it is valid during the call only.
  package func withRows<Result>(_ body: (DenseRows) throws -> Result) rethrows -> Result {
    try values.withUnsafeBufferPointer {
      try body(DenseRows(rowCount: rowCount, columnCount: columnCount, values: $0))
    }
  }

  /// The rows at these indices, in this order.
  ///
  /// - Precondition: each index is in `0 ..< rowCount`.
  public func selectingRows(_ indices: some Collection<Int>) -> DenseMatrix {
    var taken: [Float] = []
    taken.reserveCapacity(indices.count * columnCount)
    for index in indices { taken.append(contentsOf: values[index * columnCount..<(index + 1) * columnCount]) }
    return DenseMatrix(unchecked: indices.count, columnCount: columnCount, values: taken)
  }
}

/// Dense rows that someone else owns; see ``SparseRows``.
package struct DenseRows: @unchecked Sendable {
  package let rowCount: Int
  package let columnCount: Int
  package let values: UnsafeBufferPointer<Float>

  package init(rowCount: Int, columnCount: Int, values: UnsafeBufferPointer<Float>) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
  }

  @inline(__always)
  package func values(of row: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: values[row * columnCount..<(row + 1) * columnCount])
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
    guard workers > 1 else {
      for row in 0..<rowCount { try validate(row: row) }
      return
    }
    do {
      try Parallel.forEachChunk(count: rowCount, chunk: 1024, workers: workers) { _, range in
        for row in range { try validate(row: row) }
      }
    } catch {
      for row in 0..<rowCount { try validate(row: row) }
      throw error
    }
  }

  private func validate(row: Int) throws {
    for (column, value) in values(of: row).enumerated() where !value.isFinite {
      throw InputError.notFinite(row: row, column: column)
    }
  }
}
