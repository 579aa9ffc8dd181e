/// The rows of one class on the class's own vocabulary.
///
/// Where only the own class matters, each class is a small separate problem, with columns renumbered to those
/// that occur in the class, its few prototypes fit into the cache, whatever the number of features. Dense rows
/// keep their columns.
///
/// Rows are scaled (to unit length for cosine) once, when they are copied here. Rows that cannot move a
/// prototype (weight 0; for cosine, length 0) are left out.
package struct ClassRows {
  /// The original row of each local row.
  package private(set) var rowIndices: [Int32] = []
  /// The global column of each local column, in order of first appearance; for dense rows 0, 1, 2, ...
  package private(set) var features: [UInt32] = []
  /// For sparse rows: where each row starts, its local columns. Empty for dense rows.
  package private(set) var offsets: [Int64] = []
  package private(set) var columns: [UInt32] = []
  package private(set) var values: [Float] = []
  /// Squared length of each row after scaling.
  package private(set) var squaredNorms: [Float] = []
  package private(set) var weights: [Float] = []
  package let isSparse: Bool

  package var count: Int { rowIndices.count }
  package var featureCount: Int { features.count }

  /// - Parameters:
  ///   - rowIndices: the rows of the class, ascending.
  ///   - columnMap: scratch of the worker.
  /// - Complexity: O(non-zeros of the rows).
  package init(
    _ rowIndices: UnsafeBufferPointer<Int32>, of set: TrainingSet, distance: Distance,
    columnMap: inout ColumnMap
  ) {
    self.rowIndices = rowIndices.filter { set.moves(Int($0), distance) }
    squaredNorms = self.rowIndices.map { set.norms.squaredNorms[Int($0)] }
    weights = self.rowIndices.map { set.weight(of: Int($0)) }
    switch set.rows {
    case .sparse(let rows):
      isSparse = true
      copy(rows, scales: set.norms.scales, columnMap: &columnMap)
    case .dense(let rows):
      isSparse = false
      copy(rows, scales: set.norms.scales)
    }
  }

  private mutating func copy(_ rows: SparseRows, scales: [Float], columnMap: inout ColumnMap) {
    let total = rowIndices.reduce(0) { $0 + rows.range(of: Int($1)).count }
    columns.reserveCapacity(total)
    values.reserveCapacity(total)
    offsets.reserveCapacity(count + 1)
    offsets.append(0)
    columnMap.startClass(featureCount: rows.columnCount, nonZeroCount: rows.nonZeroCount)
    for row in rowIndices {
      let scale = scales[Int(row)]
      rows.withRow(Int(row)) { ownColumns, ownValues in
        for position in ownColumns.indices {
          columns.append(columnMap.local(ownColumns[position], adding: &features))
          values.append(ownValues[position] * scale)
        }
      }
      offsets.append(Int64(columns.count))
    }
  }

  private mutating func copy(_ rows: DenseRows, scales: [Float]) {
    let (rowIndices, width) = (rowIndices, rows.columnCount)
    features = (0..<UInt32(width)).map { $0 }
    // All empty arrays share their memory, and to make one writes to it: to ThreadSanitizer that is a race.
    guard !rowIndices.isEmpty else { return }
    values = [Float](unsafeUninitializedCapacity: rowIndices.count * width) { target, count in
      for (position, row) in rowIndices.enumerated() {
        let scale = scales[Int(row)]
        rows.withValues(of: Int(row)) { own in
          for column in own.indices { target[position * width + column] = own[column] * scale }
        }
      }
      count = rowIndices.count * width
    }
  }
}
