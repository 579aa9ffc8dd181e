/// How a batch of documents meets the weights: rivals by the weights at the batch's start, then moves in document order.
/// Losses are worked out by ``Refinement``, the same whichever engine it runs on.
protocol RefinementEngine {
  /// Documents of a batch at most: as many as cost no accuracy.
  var largestBatch: Int { get }

  /// Is called before an epoch's first batch.
  func beginEpoch()

  /// Finds the rivals of each document and its moves, in parallel.
  func findRivals(
    of batch: ArraySlice<Int32>, _ questions: RefinementQuestions, into steps: RefinementSteps) throws

  /// Makes the batch's moves.
  ///
  /// - Parameter rates: what each document's values are multiplied with, by position in the batch.
  func move(_ steps: RefinementSteps, along batch: ArraySlice<Int32>, rates: [Float]) throws

  /// Brings the weights back to the table.
  func finish() throws
}

extension RefinementEngine {
  func beginEpoch() {}
  func finish() {}
}

extension Refinement {
  /// The engine that suits the table and the device.
  ///
  /// - Throws: ``DeviceError`` for a device that was named and cannot be had.
  func engine(_ table: RefinementTable, _ rows: TrainingSet) throws -> any RefinementEngine {
    let workers = table.cells.workers(workers)
    switch table.cells {
    case .lists(let weights):
      return try ListRefinementEngine(weights: weights, rows: rows, workers: workers)
    case .rows(let weights, _):
      return try RefinementOnDevice.start(on: device, table, weights, rows, workers: workers)
        ?? RowRefinementEngine(table: table, weights: weights, rows: rows, workers: workers)
    }
  }
}
