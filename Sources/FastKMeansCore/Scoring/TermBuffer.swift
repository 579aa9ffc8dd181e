/// The terms of one document that any prototype knows, by ascending feature; valid until the buffer is used again.
struct Terms {
  /// The number of each term's feature in a ``FeatureDirectory``, times the factor asked for.
  let starts: UnsafeMutablePointer<Int>
  /// Each term's value times the document's scale.
  let x: UnsafeMutablePointer<Float>
  let count: Int
}

/// Room for the terms of one document: scratch memory of one worker.
final class TermBuffer {
  private var starts: UnsafeMutablePointer<Int>
  private var x: UnsafeMutablePointer<Float>
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
  /// - Returns: the terms, in this buffer's memory.
  @inline(__always)
  func take(
    _ rows: ScaledRows, row: Int, directory: FeatureDirectory, factor: Int
  ) -> Terms {
    let scale = rows.scale(of: row)
    switch rows.rows {
    case .sparse(let sparse):
      return sparse.withRow(row) { take(columns: $0, values: $1, scale, directory, factor) }
    case .dense(let dense): return dense.withValues(of: row) { take($0, scale, directory, factor) }
    }
  }

  private func take(
    columns: UnsafeBufferPointer<UInt32>, values: UnsafeBufferPointer<Float>, _ scale: Float,
    _ directory: FeatureDirectory, _ factor: Int
  ) -> Terms {
    reserve(columns.count)
    let (starts, x) = (starts, x)
    guard let values = values.baseAddress else { return Terms(starts: starts, x: x, count: 0) }
    var found = 0
    if let table = directory.table {
      for position in columns.indices {
        let number = Int(table[Int(columns[position])])
        starts[found] = number &* factor
        x[found] = values[position] * scale
        found &+= number >= 0 ? 1 : 0
      }
      return Terms(starts: starts, x: x, count: found)
    }
    for position in columns.indices {
      let number = directory.number(of: Int(columns[position]))
      starts[found] = number &* factor
      x[found] = values[position] * scale
      found &+= number >= 0 ? 1 : 0
    }
    return Terms(starts: starts, x: x, count: found)
  }

  private func take(
    _ values: UnsafeBufferPointer<Float>, _ scale: Float, _ directory: FeatureDirectory, _ factor: Int
  ) -> Terms {
    reserve(directory.count)
    let (starts, x) = (starts, x)
    var found = 0
    for number in 0..<directory.count {
      let value = values[Int(directory.used.pointer[number])]
      starts[found] = number &* factor
      x[found] = value * scale
      found &+= value != 0 ? 1 : 0
    }
    return Terms(starts: starts, x: x, count: found)
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
