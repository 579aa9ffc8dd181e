/// Dense rows, such as embeddings: a document a row, stored one row after the other.
public struct DenseMatrix: Sendable, Equatable {
  /// The number of documents.
  public let rowCount: Int
  /// The number of features.
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
      try body(DenseRows(rowCount: rowCount, columnCount: columnCount, values: RowValues($0)))
    }
  }

  /// The rows at these indices, in this order.
  ///
  /// - Precondition: each index is in `0 ..< rowCount`.
  package func selectingRows(_ indices: some Collection<Int>) -> DenseMatrix {
    var taken: [Float] = []
    taken.reserveCapacity(indices.count * columnCount)
    for index in indices { taken.append(contentsOf: values[index * columnCount..<(index + 1) * columnCount]) }
    return DenseMatrix(unchecked: indices.count, columnCount: columnCount, values: taken)
  }
}
