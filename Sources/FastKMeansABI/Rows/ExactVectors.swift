import CFastKMeans
import FastKMeansCore

/// Rows of a caller as vectors in double precision: sums must not lose digits on their way.
enum ExactVectors {
  static func read(_ rows: UnsafePointer<fkm_rows>?, _ name: String) throws -> [PrototypeVector] {
    let content = try require(structure: rows, name, size: \.struct_size)
    let shape = try RowShape(content, name)
    guard shape.valueType == .float64 else {
      return try BorrowedRows(rows, name, workers: 1).withView(vectors)
    }
    return shape.isSparse ? try sparse(content, shape, name) : try dense(content, shape, name)
  }

  private static func sparse(
    _ rows: fkm_rows, _ shape: RowShape, _ name: String
  ) throws -> [PrototypeVector] {
    let structure = try SparseStructure(
      rows, shape, name, offsets: SparseStructure.offsets(rows, shape, name))
    let values = try array(rows.values, count: shape.valueCount, of: Double.self, "\(name).values")
    // The order of columns is checked with values that are known to be fine.
    let ones = try ConvertedMemory<Float>(count: shape.valueCount, for: "the check of \(name)")
    ones.buffer.update(repeating: 1)
    try structure.checking { try structure.rows(values: RowValues(ones.contents)).validate() }
    return try (0..<shape.rowCount).map { row in
      let columns = structure.columns(of: row)
      let own = structure.range(of: row).map { values[$0] }
      if let position = own.firstIndex(where: { !$0.isFinite }) {
        throw InputError.notFinite(row: row, column: Int(columns[position]))
      }
      return PrototypeVector(columns: columns, values: own)
    }
  }

  private static func dense(
    _ rows: fkm_rows, _ shape: RowShape, _ name: String
  ) throws -> [PrototypeVector] {
    guard rows.row_stride == 0 || rows.row_stride == Int64(shape.columnCount * 8) else {
      throw ArgumentError.size("\(name).row_stride", rows.row_stride, allowed: "0: rows without gaps")
    }
    let values = try array(rows.values, count: shape.valueCount, of: Double.self, "\(name).values")
    return try (0..<shape.rowCount).map { row in
      let own = Array(values[row * shape.columnCount..<(row + 1) * shape.columnCount])
      if let column = own.firstIndex(where: { !$0.isFinite }) {
        throw InputError.notFinite(row: row, column: column)
      }
      return PrototypeVector(dense: own)
    }
  }

  private static func vectors(_ view: FeatureRows) -> [PrototypeVector] {
    switch view {
    case .sparse(let rows):
      (0..<rows.rowCount).map { row in
        rows.withRow(row) { PrototypeVector(columns: Array($0), values: $1.map(Double.init)) }
      }
    case .dense(let rows):
      (0..<rows.rowCount).map { row in
        rows.withValues(of: row) { PrototypeVector(dense: $0.map(Double.init)) }
      }
    }
  }
}
