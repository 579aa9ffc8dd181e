import CFastKMeansKernels

/// Documents of a batch, one after the other in memory, as the tile kernels take them.
final class TileBatch {
  private var offsets: [Int64] = [0]
  private var columns: [UInt32] = []
  private var values: [Float] = []

  /// Takes other documents.
  func fill(_ documents: ArraySlice<Int32>, of rows: TrainingSet) {
    offsets.removeAll(keepingCapacity: true)
    columns.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    offsets.append(0)
    for document in documents {
      rows.withRow(Int(document)) {
        columns.append(contentsOf: $0)
        values.append(contentsOf: $1)
      }
      offsets.append(Int64(columns.count))
    }
  }

  /// Calls `body` with the documents where they lie.
  func withBatch<Result>(_ body: (fk_tile_batch) throws -> Result) rethrows -> Result {
    try offsets.withUnsafeBufferPointer { offsets in
      try columns.withUnsafeBufferPointer { columns in
        try values.withUnsafeBufferPointer { values in
          try body(
            fk_tile_batch(
              documents: offsets.count - 1, offset: offsets.baseAddress, column: columns.baseAddress,
              value: values.baseAddress))
        }
      }
    }
  }
}
