extension ScoringIndex {
  /// Answers each row from the prototypes that bounds leave.
  func searchStaged<Consumer: StagedConsumer>(
    _ rows: ScaledRows, workers: Int, _ storage: StagedRows, to consumer: Consumer
  ) throws {
    let search = StagedSearch(storage: storage, biases: biases, prototypeCount: prototypeCount)
    let scratch = WorkerScratch(workers: workers) {
      StagedScratch(prototypeCount: prototypeCount, spreadCount: storage.exact.spreadCount)
    }
    try Parallel.forEachChunk(
      count: rows.count, chunk: Self.stagedChunk(rows.count, workers), workers: workers
    ) { worker, range in
      consumer.begin(worker: worker, rows: range)
      try scratch.with(worker) { try search.answer(rows, range, worker, $0, consumer) }
      try consumer.end(worker: worker, rows: range)
    }
  }

  /// Long chunks, because a chunk's rows are taken in an order of their own.
  static func stagedChunk(_ rowCount: Int, _ workers: Int) -> Int {
    max(128, min(16384, rowCount / (workers > 1 ? workers * 4 : 1)))
  }
}
