import CFastKMeans
import FastKMeans

/// The values of dense rows, one row after the other in single precision; where they lie if they lie so.
enum DenseValues {
  static func read(_ rows: fkm_rows, _ shape: RowShape, _ name: String) throws -> BorrowedArray<Float> {
    let (type, size) = (shape.valueType, shape.valueType.byteCount)
    let rowBytes = shape.columnCount * size
    guard let stride = Int(exactly: rows.row_stride == 0 ? Int64(rowBytes) : rows.row_stride),
      stride % size == 0,
      stride.magnitude <= 1 << 48
    else {
      throw ArgumentError.size("\(name).row_stride", rows.row_stride, allowed: "a multiple of \(size) bytes")
    }
    guard shape.valueCount > 0 else { return BorrowedArray(UnsafeBufferPointer(start: nil, count: 0)) }
    if stride == rowBytes || shape.rowCount == 1 {
      return try values(rows.values, count: shape.valueCount, type, "\(name).values")
    }
    guard let start = rows.values else { throw ArgumentError.null("\(name).values") }
    let memory = try ConvertedMemory<Float>(
      count: shape.valueCount, for: "a copy of the dense rows without gaps")
    for row in 0..<shape.rowCount {
      let source = try values(start + row * stride, count: shape.columnCount, type, "\(name).values")
      let target = UnsafeMutableBufferPointer(
        rebasing: memory.buffer[row * shape.columnCount..<(row + 1) * shape.columnCount])
      _ = target.update(fromContentsOf: source.buffer)
      withExtendedLifetime(source) {}
    }
    return BorrowedArray(memory)
  }
}
