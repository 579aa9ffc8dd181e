/// Sparse rows in compressed form: a document a row, a feature a column.
///
/// Row `i` has the columns `columns[rowOffsets[i] ..< rowOffsets[i + 1]]`, ascending and unique, and the values
/// at the same places. Offsets are 64 bit, so that the number of non-zeros is limited by memory alone; columns
/// are 32 bit. A stored zero is allowed and means nothing.
public struct CSRMatrix: Sendable, Equatable {
  /// The number of features; every column is below it.
  public let columnCount: Int
  /// `rowCount + 1` positions, from 0 to the number of non-zeros.
  public let rowOffsets: [Int]
  /// The feature of each value: ascending within a row.
  public let columns: [UInt32]
  /// The values, row after row; all finite.
  public let values: [Float]

  /// The number of documents.
  public var rowCount: Int { rowOffsets.count - 1 }
  package var nonZeroCount: Int { values.count }

  /// Checks the parts and puts them together.
  ///
  /// - Throws: ``InputError``: offsets, columns, values are each checked here, once, and nowhere else.
  /// - Complexity: O(non-zeros).
  public init(columnCount: Int, rowOffsets: [Int], columns: [UInt32], values: [Float]) throws {
    self.init(unchecked: columnCount, rowOffsets: rowOffsets, columns: columns, values: values)
    guard columns.count == values.count else {
      throw InputError.lengthMismatch(what: "values", expected: columns.count, found: values.count)
    }
    guard rowOffsets.first == 0, rowOffsets.last == columns.count else {
      throw InputError.badRowOffsets(
        position: rowOffsets.first == 0 ? rowOffsets.count - 1 : 0,
        value: (rowOffsets.first == 0 ? rowOffsets.last : rowOffsets.first) ?? 0)
    }
    try withRows { try $0.validate() }
  }

  /// For parts that are known to be right.
  package init(unchecked columnCount: Int, rowOffsets: [Int], columns: [UInt32], values: [Float]) {
    self.columnCount = columnCount
    self.rowOffsets = rowOffsets
    self.columns = columns
    self.values = values
  }

  /// The rows at these indices, in this order.
  ///
  /// - Precondition: each index is in `0 ..< rowCount`.
  /// - Complexity: O(non-zeros of the rows taken).
  package func selectingRows(_ indices: some Collection<Int>) -> CSRMatrix {
    var offsets = [0]
    offsets.reserveCapacity(indices.count + 1)
    for index in indices {
      offsets.append(offsets[offsets.count - 1] + rowOffsets[index + 1] - rowOffsets[index])
    }
    var columns: [UInt32] = []
    var values: [Float] = []
    columns.reserveCapacity(offsets[offsets.count - 1])
    values.reserveCapacity(offsets[offsets.count - 1])
    for index in indices {
      let range = rowOffsets[index]..<rowOffsets[index + 1]
      columns.append(contentsOf: self.columns[range])
      values.append(contentsOf: self.values[range])
    }
    return CSRMatrix(unchecked: columnCount, rowOffsets: offsets, columns: columns, values: values)
  }
}
