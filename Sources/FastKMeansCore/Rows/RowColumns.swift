/// The columns of sparse rows that someone else owns, read as 32 bits; see ``RowValues``.
package struct RowColumns: @unchecked Sendable {
  private enum Storage {
    case narrow(UnsafeBufferPointer<UInt32>)
    case wide(UnsafeBufferPointer<Int64>)
  }

  private let storage: Storage

  package init(_ columns: UnsafeBufferPointer<UInt32>) { storage = .narrow(columns) }

  /// Columns of 64 bits; ``SparseRows/validate(workers:)`` makes sure that 32 hold each.
  package init(_ columns: UnsafeBufferPointer<Int64>) { storage = .wide(columns) }

  package var count: Int {
    switch storage {
    case .narrow(let columns): columns.count
    case .wide(let columns): columns.count
    }
  }

  /// Whether the columns are handed out where they lie.
  package var isNarrow: Bool {
    if case .narrow = storage { true } else { false }
  }

  /// One column; loops take a row's with ``withColumns(in:_:)``.
  package subscript(position: Int) -> UInt32 {
    switch storage {
    case .narrow(let columns): columns[position]
    case .wide(let columns): UInt32(truncatingIfNeeded: columns[position])
    }
  }

  /// Calls `body` with the columns of a range, which are valid during the call only.
  @inline(__always)
  package func withColumns<Result>(
    in range: Range<Int>, _ body: (UnsafeBufferPointer<UInt32>) throws -> Result
  ) rethrows -> Result {
    if case .narrow(let columns) = storage { return try body(UnsafeBufferPointer(rebasing: columns[range])) }
    return try withConverted(range, body)
  }

  @inline(never)
  private func withConverted<Result>(
    _ range: Range<Int>, _ body: (UnsafeBufferPointer<UInt32>) throws -> Result
  ) rethrows -> Result {
    try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: range.count) { narrow in
      write(range, to: narrow)
      return try body(UnsafeBufferPointer(narrow))
    }
  }

  /// Writes the columns of a range to the front of `target`.
  package func write(_ range: Range<Int>, to target: UnsafeMutableBufferPointer<UInt32>) {
    switch storage {
    case .narrow(let columns): target.write(converting: columns[range]) { $0 }
    case .wide(let columns): target.write(converting: columns[range]) { UInt32(truncatingIfNeeded: $0) }
    }
  }

  /// The first column of a range that is not in `0 ..< limit`, among those that would be cut to 32 bits.
  func firstCut(in range: Range<Int>, limit: Int) -> Int? {
    guard case .wide(let columns) = storage else { return nil }
    return columns[range].first { $0 < 0 || $0 >= Int64(limit) }.map { Int(clamping: $0) }
  }

  /// Asks for columns that will be taken soon.
  @inline(__always)
  func fetch(_ range: Range<Int>) {
    switch storage {
    case .narrow(let columns): columns.fetch(range)
    case .wide(let columns): columns.fetch(range)
    }
  }
}
