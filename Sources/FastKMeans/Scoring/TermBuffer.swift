/// The terms of one document that any prototype knows: scratch memory of one worker.
final class TermBuffer {
  /// The number of each term's feature in a ``FeatureDirectory``, times the factor asked for.
  private(set) var starts: UnsafeMutablePointer<Int>
  /// Each term's value times the document's scale.
  private(set) var x: UnsafeMutablePointer<Float>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 1024) {
    self.capacity = capacity
    starts = .allocate(capacity: capacity)
    x = .allocate(capacity: capacity)
  }

  deinit {
    starts.deallocate()
    x.deallocate()
  }

  /// Takes the terms of a document, by ascending column; features that no prototype has are left out, because
  /// adding `x * 0` changes nothing.
  ///
  /// - Parameters:
  ///   - rows: the documents and their scales.
  ///   - row: which of them.
  ///   - directory: the known features.
  ///   - factor: what the features' numbers are multiplied by, such as the length of a row.
  @inline(__always)
  func take(
    _ rows: ScaledRows, row: Int, directory: FeatureDirectory, factor: Int
  ) {
    let scale = rows.scale(of: row)
    switch rows.rows {
    case .sparse(let sparse): take(sparse, row, scale, directory, factor)
    case .dense(let dense): take(dense, row, scale, directory, factor)
    }
  }

  private func take(
    _ rows: SparseRows, _ row: Int, _ scale: Float, _ directory: FeatureDirectory, _ factor: Int
  ) {
    let range = rows.range(of: row)
    reserve(range.count)
    guard let columns = rows.columns.baseAddress, let values = rows.values.baseAddress else {
      count = 0
      return
    }
    var found = 0
    for position in range {
      let number = directory.number(of: Int(columns[position]))
      starts[found] = number &* factor
      x[found] = values[position] * scale
      found &+= number >= 0 ? 1 : 0
    }
    count = found
  }

  private func take(
    _ rows: DenseRows, _ row: Int, _ scale: Float, _ directory: FeatureDirectory, _ factor: Int
  ) {
    reserve(directory.count)
    let values = rows.values(of: row)
    var found = 0
    for number in 0..<directory.count {
      let value = values[Int(directory.used.pointer[number])]
      starts[found] = number &* factor
      x[found] = value * scale
      found &+= value != 0 ? 1 : 0
    }
    count = found
  }

  /// One more than asked for: the loops write before they know whether a term counts.
  private func reserve(_ wanted: Int) {
    guard wanted >= capacity else { return }
    starts.deallocate()
    x.deallocate()
    capacity = wanted * 2 + 1
    starts = .allocate(capacity: capacity)
    x = .allocate(capacity: capacity)
  }
}
