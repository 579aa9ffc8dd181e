import CFastKMeans
import FastKMeansCore

/// Where the values of sparse rows stand: offsets and columns as the core takes them.
struct SparseStructure {
  private let shape: RowShape
  private let offsets: BorrowedArray<Int>
  private let columns: RowColumns
  /// Columns of the caller that were negative look like very large ones.
  private let hasSignedColumns: Bool

  /// The offsets, checked as far as that goes without the columns: nothing is converted that they do not account for.
  static func offsets(_ rows: fkm_rows, _ shape: RowShape, _ name: String) throws -> BorrowedArray<Int> {
    let type = try NumberType(rows.offset_type, "\(name).offset_type", among: NumberType.integers)
    guard rows.offsets != nil || shape.rowCount > 0 else {
      return try BorrowedArray(ConvertedMemory<Int>.zero())
    }
    let offsets = try FastKMeansABI.offsets(
      rows.offsets, count: shape.rowCount + 1, type, "\(name).offsets")
    try SparseRows(
      rowCount: shape.rowCount, columnCount: shape.columnCount, offsets: offsets.buffer,
      columns: RowColumns(UnsafeBufferPointer<UInt32>(start: nil, count: 0)),
      values: RowValues(UnsafeBufferPointer<Float>(start: nil, count: 0))
    ).validateOffsets(valueCount: shape.valueCount)
    return offsets
  }

  init(_ rows: fkm_rows, _ shape: RowShape, _ name: String, offsets: BorrowedArray<Int>) throws {
    self.shape = shape
    self.offsets = offsets
    let type = try NumberType(rows.column_type, "\(name).column_type", among: NumberType.integers)
    hasSignedColumns = type == .int32
    columns =
      type == .int32
      ? RowColumns(try array(rows.columns, count: shape.valueCount, of: UInt32.self, "\(name).columns"))
      : RowColumns(try array(rows.columns, count: shape.valueCount, of: Int64.self, "\(name).columns"))
  }

  /// The rows with these values; the offsets live as long as this value.
  func rows(values: RowValues) -> SparseRows {
    SparseRows(
      rowCount: shape.rowCount, columnCount: shape.columnCount, offsets: offsets.buffer, columns: columns,
      values: values)
  }

  /// Runs a check of the rows, and names negative columns as such.
  func checking(_ check: () throws -> Void) throws {
    do {
      try check()
    } catch InputError.featureOutOfRange(let row, let column, let limit)
      where hasSignedColumns && column > Int(Int32.max)
    {
      throw InputError.featureOutOfRange(
        row: row, column: Int(Int32(truncatingIfNeeded: column)), limit: limit)
    }
    // Beyond 2^31 columns a negative one could pass for a large one.
    guard hasSignedColumns, shape.columnCount > 1 << 31 else { return }
    for row in 0..<shape.rowCount where columns(of: row).contains(where: { $0 > UInt32(Int32.max) }) {
      throw InputError.featureOutOfRange(row: row, column: -1, limit: shape.columnCount)
    }
  }

  /// The columns of a row.
  func columns(of row: Int) -> [UInt32] { columns.withColumns(in: range(of: row)) { Array($0) } }

  /// Where the values of a row stand.
  func range(of row: Int) -> Range<Int> { offsets.buffer[row]..<offsets.buffer[row + 1] }
}

extension ConvertedMemory where Element == Int {
  /// The offsets of no rows.
  fileprivate static func zero() throws -> ConvertedMemory<Int> {
    let memory = try ConvertedMemory<Int>(count: 1, for: "offsets")
    memory.buffer[0] = 0
    return memory
  }
}
