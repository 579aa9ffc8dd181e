/// How a batch of documents meets the weights: scores with the weights at the batch's start, then moves in document
/// order. Losses are worked out by ``Refinement``, the same whichever engine it runs on.
protocol RefinementEngine {
  /// Documents of a batch.
  var batchSize: Int { get }

  /// Calls `body` with the scores of every lane for each document, not scaled, in parallel.
  func forEachScores(
    of batch: ArraySlice<Int32>,
    _ body: @escaping @Sendable (_ position: Int, _ scores: UnsafePointer<Float>) -> Void
  ) throws

  /// Makes the batch's moves.
  ///
  /// - Parameter rates: what each document's values are multiplied with, by position in the batch.
  func move(_ steps: RefinementSteps, along batch: ArraySlice<Int32>, rates: [Float]) throws

  /// Brings the weights back to the table.
  func finish() throws
}

extension RefinementEngine {
  func finish() {}
}

extension Refinement {
  /// The engine that suits the table and the device.
  ///
  /// - Parameter documentCount: of an epoch.
  /// - Throws: ``DeviceError`` for a device that was named and cannot be had.
  func engine(
    _ table: RefinementTable, _ rows: TrainingSet, documentCount: Int
  ) throws -> any RefinementEngine {
    switch table.cells {
    case .tiles(let cells, let count):
      return try TileRefinementEngine(
        table, cells: cells, tileCount: count, rows: rows, documentCount: documentCount, seed: seed,
        workers: workers)
    case .rows(let weights, _):
      return try RefinementOnDevice.start(on: device, table, weights, rows, workers: workers)
        ?? RowRefinementEngine(table: table, weights: weights, rows: rows, workers: workers)
    }
  }
}
