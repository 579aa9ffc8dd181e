extension ScoringIndex {
  /// Answers each row from the prototypes that bounds leave.
  func searchStaged<Consumer: StagedConsumer>(
    _ rows: ScaledRows, workers: Int, _ storage: StagedRows, to consumer: Consumer
  ) throws {
    let search = StagedSearch(storage: storage, biases: biases, prototypeCount: prototypeCount)
    let scratch = WorkerScratch(workers: workers) {
      StagedScratch(prototypeCount: prototypeCount, spreadCount: storage.exact.spreadCount)
    }
    try forEachLongChunk(rows, workers, consumer) { worker, range in
      try scratch.with(worker) { try search.answer(rows, range, worker, $0, consumer) }
    }
  }

  /// Answers each row from the classes that bounds leave; rows with negative values, for which the bounds do not hold,
  /// and other questions than that for the best prototype by prototype.
  func searchByClass<Consumer: StagedConsumer>(
    _ rows: ScaledRows, workers: Int, _ storage: StagedClasses, to consumer: Consumer
  ) throws {
    guard consumer.asksForBest, try rows.areNonNegative(workers: workers) else {
      return try searchStaged(rows, workers: workers, storage.rowsByPrototype(), to: consumer)
    }
    let search = ClassSearch(storage: storage, biases: biases, prototypeCount: prototypeCount)
    let scratch = WorkerScratch(workers: workers) {
      ClassScratch(
        classCount: storage.classes.count, prototypeCount: prototypeCount,
        spreadCount: storage.exact.spreadCount)
    }
    try forEachLongChunk(rows, workers, consumer) { worker, range in
      try scratch.with(worker) { try search.answer(rows, range, worker, $0, consumer) }
    }
  }

  /// Long chunks, because a chunk's rows are taken in an order of their own.
  private func forEachLongChunk<Consumer: StagedConsumer>(
    _ rows: ScaledRows, _ workers: Int, _ consumer: Consumer,
    _ answer: @Sendable (_ worker: Int, _ range: Range<Int>) throws -> Void
  ) throws {
    let chunk = max(128, min(16384, rows.count / (workers > 1 ? workers * 4 : 1)))
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      try answer(worker, range)
      try consumer.end(worker: worker, rows: range)
    }
  }
}
