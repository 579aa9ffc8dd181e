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

  /// Whether no value is below 0 or NaN, with its scale.
  ///
  /// - Complexity: O(values).
  func areNonNegative(workers: Int) throws -> Bool {
    let found = WorkerScratch(workers: workers) { true }
    Parallel.forEachChunk(count: count, chunk: 4096, workers: workers) { worker, range in
      let holds = range.allSatisfy { hasNonNegativeValues($0) }
      found.with(worker) { $0 = $0 && holds }
    }
    return (0..<workers).allSatisfy { worker in found.with(worker) { $0 } }
  }

  private func hasNonNegativeValues(_ row: Int) -> Bool {
    func hold(_ values: UnsafeBufferPointer<Float>) -> Bool {
      var least: Float = 0
      var isNumber = true
      for value in values {
        least = min(least, value)
        isNumber = isNumber && value == value
      }
      return least >= 0 && isNumber
    }
    guard scale(of: row) >= 0 else { return false }
    switch rows {
    case .sparse(let sparse): return sparse.withRow(row) { hold($1) }
    case .dense(let dense): return dense.withValues(of: row, hold)
    }
  }
}
