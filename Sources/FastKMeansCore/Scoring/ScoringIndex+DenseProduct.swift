extension ScoringIndex {
  /// Every score of dense prototypes, in chunks of rows.
  func multiplyAll<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, _ workers: Int, _ largestChunk: Int, _ storage: DenseStorage, _ consumer: Consumer
  ) throws {
    let search = DenseSearch(panels: storage.panels, biases: biases, prototypeCount: prototypeCount)
    let scratch = WorkerScratch(workers: workers) { DenseScratch() }
    let chunk = max(1, min(largestChunk, DenseScratch.rowLimit(featureCount: featureCount)))
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      scratch.with(worker) {
        $0.pack(rows, range, featureCount: featureCount)
        search.answer(range, worker, $0, consumer)
      }
      try consumer.end(worker: worker, rows: range)
    }
  }

  /// Answers each row from the prototypes that a partial product leaves, as long as it leaves few.
  func searchDense<Consumer: StagedConsumer>(
    _ rows: ScaledRows, workers: Int, _ storage: DenseStorage, to consumer: Consumer
  ) throws {
    guard let product = try storage.product(forRows: rows.count) else {
      return try multiplyAll(rows, workers, 256, storage, consumer)
    }
    let partial = PartialSearch(product: product, biases: biases)
    let full = DenseSearch(panels: storage.panels, biases: biases, prototypeCount: prototypeCount)
    // No more memory than the rows fill: most calls of a server are about one.
    let limit = PartialScratch.rowLimit(featureCount: featureCount, prototypeCount: prototypeCount)
    let chunk = min(limit, roundedUp(max(1, rows.count), to: PackedPanels.height))
    let scratch = WorkerScratch(workers: workers) { partial.makeScratch(rowCount: chunk) }
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      scratch.with(worker) { scratch in
        scratch.dense.pack(rows, range, featureCount: featureCount)
        if storage.isWorthwhile(product, leaders: consumer.leaderCount) {
          partial.answer(range, worker, scratch, consumer)
        } else {
          full.answer(range, worker, scratch.dense, consumer)
        }
      }
      try consumer.end(worker: worker, rows: range)
    }
  }
}
