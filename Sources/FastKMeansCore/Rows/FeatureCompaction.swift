/// Sparse rows on the features that occur in them, for work that keeps a table over all features.
///
/// A hashing vectoriser declares a million features, a careless caller billions; a table is to cost what the data
/// has. Columns keep their order, so sums keep theirs.
package struct FeatureCompaction: Sendable {
  /// The declared column of each compact one, ascending.
  private let features: [UInt32]
  private let offsets: [Int]
  private let columns: [UInt32]

  /// nil where the rows use most of what they declare, or are dense: then there is nothing to win.
  ///
  /// - Complexity: O(non-zeros), and O(u log u) for u features that occur.
  package init?(_ rows: FeatureRows) {
    guard case .sparse(let rows) = rows, rows.columnCount > Self.smallCount else { return nil }
    var map = ColumnMap()
    var seen: [UInt32] = []
    map.startClass(featureCount: rows.columnCount, nonZeroCount: rows.nonZeroCount)
    var compact = (0..<rows.nonZeroCount).map { map.local(rows.columns[$0], adding: &seen) }
    guard seen.count < rows.columnCount / 2 else { return nil }
    var keys = seen.indices.map { UInt64(seen[$0]) << 32 | UInt64($0) }
    keys.sort()
    var positions = [UInt32](repeating: 0, count: seen.count)
    for (position, key) in keys.enumerated() {
      positions[Int(UInt32(truncatingIfNeeded: key))] = UInt32(position)
    }
    for position in compact.indices { compact[position] = positions[Int(compact[position])] }
    features = keys.map { UInt32(truncatingIfNeeded: $0 >> 32) }
    columns = compact
    offsets = Array(rows.offsets)
  }

  /// A table over so few features costs next to nothing.
  private static let smallCount = 1 << 16

  /// Calls `body` with the same rows on the compact columns.
  package func withRows<Result>(
    _ original: TrainingSet, _ body: (TrainingSet) throws -> Result
  ) rethrows -> Result {
    guard case .sparse(let rows) = original.rows else { return try body(original) }
    return try offsets.withUnsafeBufferPointer { offsets in
      try columns.withUnsafeBufferPointer { columns in
        try body(
          original.replacing(
            .sparse(
              SparseRows(
                rowCount: rows.rowCount, columnCount: max(1, features.count), offsets: offsets,
                columns: RowColumns(columns), values: rows.values))))
      }
    }
  }

  /// The declared column of a compact one.
  func declared(_ column: Int) -> Int { Int(features[column]) }

  /// A vector over declared columns as one over the compact ones; what it has at others is lost.
  ///
  /// - Complexity: O(values x log features) at most.
  func compacted(_ vector: PrototypeVector) -> PrototypeVector {
    var compact = PrototypeVector(columns: [], values: [])
    var first = 0
    for (column, value) in zip(vector.columns, vector.values) {
      var (low, high) = (first, features.count)
      while low < high {
        let middle = (low + high) / 2
        if features[middle] < column { low = middle + 1 } else { high = middle }
      }
      first = low
      guard low < features.count, features[low] == column else { continue }
      compact.columns.append(UInt32(low))
      compact.values.append(value)
    }
    return compact
  }

  /// A vector over compact columns as one over the declared ones.
  package func expanded(_ vector: PrototypeVector) -> PrototypeVector {
    PrototypeVector(columns: vector.columns.map { features[Int($0)] }, values: vector.values)
  }
}
