import CFastKMeans
import FastKMeansCore

/// Rows of a caller, checked. Large arrays lie in the caller's memory, small ones in copies, which live while this value does:
/// see ``CallerArrays``.
struct CallerRows {
  let view: FeatureRows
  private let arrays: CallerArrays

  /// - Parameters:
  ///   - rows: the argument.
  ///   - name: its name in the header.
  ///   - workers: threads for the check.
  /// - Throws: ``CallError``, `InputError`.
  /// - Complexity: O(values).
  init(_ rows: RowsPointer?, _ name: String, workers: Int) throws {
    let rows = try require(structure: rows, name, size: \.struct_size)
    let shape = try RowShape(rows, name)
    var arrays = CallerArrays()
    if shape.isSparse {
      view = .sparse(try Self.sparse(rows, shape, name, workers: workers, &arrays))
    } else {
      let dense = try DenseRows(rows, shape, name, &arrays)
      try dense.validate(workers: workers)
      view = .dense(dense)
    }
    self.arrays = arrays
  }

  /// Sparse rows.
  ///
  /// - Parameter values: stand for the caller's, where these are checked elsewhere.
  private static func sparse(
    _ rows: fkm_rows, _ shape: RowShape, _ name: String, workers: Int, _ arrays: inout CallerArrays,
    values: RowValues? = nil
  ) throws -> SparseRows {
    // Nothing is converted that the offsets do not account for.
    let offsets = try offsets(rows, shape, name, &arrays)
    let type = try NumberType(rows.column_type, "\(name).column_type", among: NumberType.integers)
    let columns =
      type == .int32
      ? RowColumns(try arrays.take(rows.columns, count: shape.valueCount, of: UInt32.self, "\(name).columns"))
      : RowColumns(try arrays.take(rows.columns, count: shape.valueCount, of: Int64.self, "\(name).columns"))
    let found =
      try values
      ?? RowValues(rows.values, count: shape.valueCount, shape.valueType, "\(name).values", &arrays)
    let sparse = SparseRows(
      rowCount: shape.rowCount, columnCount: shape.columnCount, offsets: offsets, columns: columns,
      values: found)
    do {
      try sparse.validate(workers: workers)
    } catch InputError.featureOutOfRange(let row, let column, let limit)
      where type == .int32 && column > Int(Int32.max)
    {
      // Columns of the caller that were negative look like very large ones.
      throw InputError.featureOutOfRange(
        row: row, column: Int(Int32(truncatingIfNeeded: column)), limit: limit)
    }
    // Beyond 2^31 columns a negative one could pass for a large one.
    if type == .int32, shape.columnCount > 1 << 31 {
      for row in 0..<shape.rowCount {
        let range = offsets[row]..<offsets[row + 1]
        guard !columns.withColumns(in: range, { $0.contains { $0 > UInt32(Int32.max) } }) else {
          throw InputError.featureOutOfRange(row: row, column: -1, limit: shape.columnCount)
        }
      }
    }
    return sparse
  }

  private static func offsets(
    _ rows: fkm_rows, _ shape: RowShape, _ name: String, _ arrays: inout CallerArrays
  ) throws -> UnsafeBufferPointer<Int> {
    let type = try NumberType(rows.offset_type, "\(name).offset_type", among: NumberType.integers)
    guard rows.offsets != nil || shape.rowCount > 0 else {
      return arrays.keep(try FixedArray(count: 1, for: "offsets") { $0[0] = 0 })
    }
    let offsets = try arrays.takeOffsets(
      rows.offsets, count: shape.rowCount + 1, type, "\(name).offsets")
    try SparseRows(
      rowCount: shape.rowCount, columnCount: shape.columnCount, offsets: offsets,
      columns: RowColumns(UnsafeBufferPointer<UInt32>(start: nil, count: 0)),
      values: RowValues(UnsafeBufferPointer<Float>(start: nil, count: 0))
    ).validateOffsets(valueCount: shape.valueCount)
    return offsets
  }

  /// Calls `body` with the rows; the memory is held until it returns.
  func withView<Result>(_ body: (FeatureRows) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(arrays) {} }
    return try body(view)
  }

  /// A copy that outlives the call.
  var features: Features { withView { $0.copied() } }
}

extension CallerRows {
  /// Rows of a caller as vectors in double precision: sums must not lose digits on their way.
  ///
  /// - Throws: ``CallError``, `InputError`.
  static func vectors(_ pointer: RowsPointer?, _ name: String) throws -> [PrototypeVector] {
    let rows = try require(structure: pointer, name, size: \.struct_size)
    let shape = try RowShape(rows, name)
    guard shape.valueType == .float64 else {
      return try CallerRows(pointer, name, workers: 1).withView { view in
        (0..<view.rowCount).map { view.vector($0) }
      }
    }
    guard shape.isSparse || rows.row_stride == 0 || rows.row_stride == Int64(shape.columnCount * 8) else {
      throw CallError.size("\(name).row_stride", rows.row_stride, allowed: "0: rows without gaps")
    }
    let values = try array(rows.values, count: shape.valueCount, of: Double.self, "\(name).values")
    guard shape.isSparse else {
      return try (0..<shape.rowCount).map { row in
        let start = row * shape.columnCount
        return PrototypeVector(dense: try finite(values[start..<start + shape.columnCount], row) { $0 })
      }
    }
    // The order of columns is checked with values that are known to be fine.
    let ones = try FixedArray<Float>(count: shape.valueCount, for: "the check of \(name)") {
      $0.update(repeating: 1)
    }
    var arrays = CallerArrays()
    let view = try sparse(rows, shape, name, workers: 1, &arrays, values: RowValues(ones.buffer))
    defer { withExtendedLifetime((ones, arrays)) {} }
    return try (0..<view.rowCount).map { row in
      let columns = view.withRow(row) { columns, _ in Array(columns) }
      let own = try finite(values[view.offsets[row]..<view.offsets[row + 1]], row) { Int(columns[$0]) }
      return PrototypeVector(columns: columns, values: own)
    }
  }

  private static func finite(
    _ values: Slice<UnsafeBufferPointer<Double>>, _ row: Int, column: (Int) -> Int
  ) throws -> [Double] {
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw InputError.notFinite(row: row, column: column(bad - values.startIndex))
    }
    return Array(values)
  }
}

extension FeatureRows {
  fileprivate func vector(_ row: Int) -> PrototypeVector {
    switch self {
    case .sparse(let rows):
      rows.withRow(row) { PrototypeVector(columns: Array($0), values: $1.map(Double.init)) }
    case .dense(let rows): rows.withValues(of: row) { PrototypeVector(dense: $0.map(Double.init)) }
    }
  }
}

/// The sizes and types of rows, checked.
private struct RowShape {
  let isSparse: Bool
  let rowCount: Int
  let columnCount: Int
  /// Sparse: as declared; dense: rows times columns.
  let valueCount: Int
  let valueType: NumberType

  init(_ rows: fkm_rows, _ name: String) throws {
    guard [FKM_SPARSE, FKM_DENSE].contains(Int(rows.layout)) else {
      throw CallError.constant("\(name).layout", rows.layout, allowed: "FKM_SPARSE, FKM_DENSE")
    }
    isSparse = Int(rows.layout) == FKM_SPARSE
    valueType = try NumberType(rows.value_type, "\(name).value_type", among: NumberType.floats)
    rowCount = try Self.size(rows.row_count, "\(name).row_count", limit: 1 << 48)
    columnCount = try Self.size(rows.column_count, "\(name).column_count", limit: Int(UInt32.max))
    if isSparse {
      valueCount = try Self.size(rows.value_count, "\(name).value_count", limit: 1 << 48)
    } else {
      let (cells, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
      guard !overflow, cells <= 1 << 48 else {
        throw CallError.size(
          "\(name).row_count", rows.row_count,
          allowed: "as many as \(columnCount) columns can be addressed for")
      }
      valueCount = cells
    }
  }

  private static func size(_ value: Int64, _ name: String, limit: Int) throws -> Int {
    guard let size = Int(exactly: value), (0...limit).contains(size) else {
      throw CallError.size(name, value, allowed: "0 to \(limit)")
    }
    return size
  }
}

extension RowValues {
  /// Values of any type. What does not fit single precision reads as infinite, and is refused as such afterwards.
  fileprivate init(
    _ pointer: UnsafeRawPointer?, count: Int, _ type: NumberType, _ name: String, _ arrays: inout CallerArrays
  ) throws {
    switch type {
    case .float64: self.init(try arrays.take(pointer, count: count, of: Double.self, name))
    case .float16: self.init(float16: try arrays.take(pointer, count: count, of: UInt16.self, name))
    default: self.init(try arrays.take(pointer, count: count, of: Float.self, name))
    }
  }
}

extension DenseRows {
  /// Dense rows of a caller.
  fileprivate init(
    _ rows: fkm_rows, _ shape: RowShape, _ name: String, _ arrays: inout CallerArrays
  ) throws {
    let (type, size) = (shape.valueType, shape.valueType.byteCount)
    let rowBytes = shape.columnCount * size
    guard let stride = Int(exactly: rows.row_stride == 0 ? Int64(rowBytes) : rows.row_stride),
      stride % size == 0,
      stride.magnitude <= 1 << 48
    else {
      throw CallError.size("\(name).row_stride", rows.row_stride, allowed: "a multiple of \(size) bytes")
    }
    guard shape.valueCount > 0 else {
      let none = RowValues(UnsafeBufferPointer<Float>(start: nil, count: 0))
      self.init(rowCount: shape.rowCount, columnCount: shape.columnCount, values: none)
      return
    }
    let (span, overflow) = (stride / size).multipliedReportingOverflow(by: shape.rowCount - 1)
    guard !overflow, span.magnitude <= 1 << 48 else {
      throw CallError.size("\(name).row_stride", rows.row_stride, allowed: "rows that can be addressed")
    }
    // The memory begins with the row that lies first, which is the last one where the stride is negative.
    let start = max(0, -span)
    let values = try RowValues(
      rows.values.map { $0 - start * size }, count: abs(span) + shape.columnCount, type, "\(name).values",
      &arrays)
    self.init(
      rowCount: shape.rowCount, columnCount: shape.columnCount, values: values, start: start,
      stride: stride / size)
  }
}
