/// Documents and what each one's values are multiplied by.
///
/// `@unchecked Sendable`: the memory is only read while the call that owns it runs.
struct ScaledRows: @unchecked Sendable {
  let rows: FeatureRows
  private let scales: UnsafePointer<Float>?

  init(_ rows: FeatureRows, _ scales: UnsafeBufferPointer<Float>?) {
    self.rows = rows
    self.scales = scales?.baseAddress
  }

  var count: Int { rows.rowCount }

  /// Asks for a sparse row that will be taken soon, where rows are not taken in their order.
  @inline(__always)
  func fetch(_ row: Int) {
    guard case .sparse(let sparse) = rows else { return }
    let range = sparse.range(of: row)
    sparse.columns.fetch(range)
    sparse.values.fetch(range)
  }

  /// The scales from a row on; nil if all are 1.
  func scales(from row: Int) -> UnsafePointer<Float>? { scales.map { $0 + row } }

  @inline(__always)
  func scale(of row: Int) -> Float { scales.map { $0[row] } ?? 1 }
}
