import CFastKMeans
import FastKMeansCore

/// Rows of a caller, checked. Their memory is the caller's; offsets may be a converted copy, which lives while this
/// value does.
struct BorrowedRows {
  let view: FeatureRows
  private let offsets: BorrowedArray<Int>?

  /// - Parameters:
  ///   - rows: the argument.
  ///   - name: its name in the header.
  ///   - workers: threads for the check.
  /// - Throws: ``ArgumentError``, `InputError`.
  /// - Complexity: O(values).
  init(_ rows: UnsafePointer<fkm_rows>?, _ name: String, workers: Int) throws {
    let rows = try require(structure: rows, name, size: \.struct_size)
    let shape = try RowShape(rows, name)
    if shape.isSparse {
      let offsets = try SparseStructure.offsets(rows, shape, name)
      let structure = try SparseStructure(rows, shape, name, offsets: offsets)
      let values = try FastKMeansABI.values(
        rows.values, count: shape.valueCount, shape.valueType, "\(name).values")
      let sparse = structure.rows(values: values)
      try structure.checking { try sparse.validate(workers: workers) }
      view = .sparse(sparse)
      self.offsets = offsets
    } else {
      let dense = try DenseRows(rows, shape, name)
      try dense.validate(workers: workers)
      view = .dense(dense)
      offsets = nil
    }
  }

  /// Calls `body` with the rows; the memory is held until it returns.
  func withView<Result>(_ body: (FeatureRows) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(offsets) {} }
    return try body(view)
  }

  /// A copy that outlives the call.
  var features: Features { withView { $0.copied() } }
}

/// The sizes and types of rows, checked.
struct RowShape {
  let isSparse: Bool
  let rowCount: Int
  let columnCount: Int
  /// Sparse: as declared; dense: rows times columns.
  let valueCount: Int
  let valueType: NumberType

  init(_ rows: fkm_rows, _ name: String) throws {
    guard [FKM_SPARSE, FKM_DENSE].contains(Int(rows.layout)) else {
      throw ArgumentError.constant("\(name).layout", rows.layout, allowed: "FKM_SPARSE, FKM_DENSE")
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
        throw ArgumentError.size(
          "\(name).row_count", rows.row_count,
          allowed: "as many as \(columnCount) columns can be addressed for")
      }
      valueCount = cells
    }
  }

  private static func size(_ value: Int64, _ name: String, limit: Int) throws -> Int {
    guard let size = Int(exactly: value), (0...limit).contains(size) else {
      throw ArgumentError.size(name, value, allowed: "0 to \(limit)")
    }
    return size
  }
}
