import CFastKMeans
import FastKMeansCore

/// Rows that a vectoriser made, at an address that stays: callers read them where they lie.
final class MatrixHandle: Handle {
  private let rowCount: Int
  private let columnCount: Int
  private let offsets: FixedArray<Int64>
  private let columns: FixedArray<UInt32>
  private let values: FixedArray<Float>

  init(_ matrix: CSRMatrix) throws {
    rowCount = matrix.rowCount
    columnCount = matrix.columnCount
    offsets = try FixedArray(count: matrix.rowOffsets.count, for: "the offsets of the rows") {
      for (position, offset) in matrix.rowOffsets.enumerated() { $0[position] = Int64(offset) }
    }
    columns = try FixedArray(count: matrix.columns.count, for: "the columns of the rows") {
      _ = $0.update(fromContentsOf: matrix.columns)
    }
    values = try FixedArray(count: matrix.values.count, for: "the values of the rows") {
      _ = $0.update(fromContentsOf: matrix.values)
    }
  }

  override class var typeName: String { "fkm_matrix" }

  func write(to rows: inout fkm_rows) {
    rows.layout = Int32(FKM_SPARSE)
    rows.row_count = Int64(rowCount)
    rows.column_count = Int64(columnCount)
    rows.value_count = Int64(values.buffer.count)
    rows.row_stride = 0
    rows.value_type = Int32(FKM_FLOAT32)
    rows.column_type = Int32(FKM_INT32)
    rows.offset_type = Int32(FKM_INT64)
    rows.values = UnsafeRawPointer(values.buffer.baseAddress)
    rows.columns = UnsafeRawPointer(columns.buffer.baseAddress)
    rows.offsets = UnsafeRawPointer(offsets.buffer.baseAddress)
  }
}

@_cdecl("fkm_matrix_rows")
package func matrixRows(
  _ matrix: OpaquePointer?, _ rows: UnsafeMutablePointer<fkm_rows>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try MatrixHandle.borrowed(matrix, "matrix")
    handle.write(to: &(try checkOutput(rows, "rows", size: \.struct_size)).pointee)
  }
}

@_cdecl("fkm_matrix_free")
package func matrixFree(_ matrix: OpaquePointer?) { Handle.release(matrix) }
