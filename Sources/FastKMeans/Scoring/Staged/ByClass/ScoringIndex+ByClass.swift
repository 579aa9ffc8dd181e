extension ScoringIndex {
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
    try Parallel.forEachChunk(
      count: rows.count, chunk: Self.stagedChunk(rows.count, workers), workers: workers
    ) { worker, range in
      consumer.begin(worker: worker, rows: range)
      try scratch.with(worker) { try search.answer(rows, range, worker, $0, consumer) }
      try consumer.end(worker: worker, rows: range)
    }
  }
}
