import CFastKMeans
import FastKMeansCore

extension DenseRows {
  /// Dense rows of a caller, where they lie.
  init(_ rows: fkm_rows, _ shape: RowShape, _ name: String) throws {
    let (type, size) = (shape.valueType, shape.valueType.byteCount)
    let rowBytes = shape.columnCount * size
    guard let stride = Int(exactly: rows.row_stride == 0 ? Int64(rowBytes) : rows.row_stride),
      stride % size == 0,
      stride.magnitude <= 1 << 48
    else {
      throw ArgumentError.size("\(name).row_stride", rows.row_stride, allowed: "a multiple of \(size) bytes")
    }
    guard shape.valueCount > 0 else {
      let none = RowValues(UnsafeBufferPointer<Float>(start: nil, count: 0))
      self.init(rowCount: shape.rowCount, columnCount: shape.columnCount, values: none)
      return
    }
    let (span, overflow) = (stride / size).multipliedReportingOverflow(by: shape.rowCount - 1)
    guard !overflow, span.magnitude <= 1 << 48 else {
      throw ArgumentError.size("\(name).row_stride", rows.row_stride, allowed: "rows that can be addressed")
    }
    // The memory begins with the row that lies first, which is the last one where the stride is negative.
    let start = max(0, -span)
    let values = try FastKMeansABI.values(
      rows.values.map { $0 - start * size }, count: abs(span) + shape.columnCount, type, "\(name).values")
    self.init(
      rowCount: shape.rowCount, columnCount: shape.columnCount, values: values, start: start,
      stride: stride / size)
  }
}
