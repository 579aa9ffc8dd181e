import FastKMeansCore

/// Sparse rows for measuring: the same for the same arguments.
///
/// - Parameters:
///   - rowCount: number of documents.
///   - columnCount: number of features.
///   - nonZeros: non-zeros of every row; at most `columnCount`.
///   - seed: of the generator.
/// - Returns: rows with ascending columns and values in 0 ..< 1.
/// - Throws: `InputError` where `nonZeros` is above `columnCount`.
public func randomRows(rowCount: Int, columnCount: Int, nonZeros: Int, seed: UInt64) throws -> CSRMatrix {
  var random = SeededRandom(seed: seed)
  var columns: [UInt32] = []
  columns.reserveCapacity(rowCount * nonZeros)
  let stride = columnCount / max(1, nonZeros)
  for _ in 0..<rowCount {
    // One column from each of `nonZeros` equal stretches: ascending and unique without sorting.
    for position in 0..<nonZeros {
      columns.append(UInt32(position * stride + random.nextIndex(below: max(1, stride))))
    }
  }
  let values = columns.map { _ in random.nextUnit() }
  let offsets = (0...rowCount).map { $0 * nonZeros }
  return try CSRMatrix(columnCount: columnCount, rowOffsets: offsets, columns: columns, values: values)
}
