import CFastKMeansKernels

/// The loops that compute every score and hand it to a consumer.
extension ScoringIndex {
  /// Answers from candidates where the method has them, else from all scores.
  func answer<Consumer: StagedConsumer>(
    _ rows: ScaledRows, workers: Int, to consumer: Consumer
  ) throws {
    guard prototypeCount > 0 else { return try scoreAll(rows, workers: workers, to: consumer) }
    switch storage {
    case .eightBit(let coded):
      // An answer of many prototypes is all candidates.
      let limit = CodeScratch.candidateLimit(prototypeCount: prototypeCount)
      if consumer.leaderCount < limit {
        try searchEightBit(rows, workers: workers, coded, to: consumer)
      } else {
        try scoreAll(rows, workers: workers, to: consumer)
      }
    case .staged(let staged): try searchStaged(rows, workers: workers, staged, to: consumer)
    case .stagedByClass(let classes):
      try searchByClass(rows, workers: workers, classes, to: consumer)
    case .dense(let dense): try searchDense(rows, workers: workers, dense, to: consumer)
    default: try scoreAll(rows, workers: workers, to: consumer)
    }
  }

  /// Computes all scores of `rows`, in chunks of rows, and hands them to the consumer.
  func scoreAll<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, workers: Int, largestChunk: Int = 256, to consumer: Consumer
  ) throws {
    switch storage {
    case .dense(let dense):
      try multiplyAll(rows, workers, largestChunk, dense, consumer)
    case .staged(let staged):
      try scoreLists(rows, workers, largestChunk, staged.allLists.made(), consumer)
    case .stagedByClass(let classes):
      try scoreLists(rows, workers, largestChunk, classes.allLists.made(), consumer)
    case .lists(let lists):
      try scoreLists(rows, workers, largestChunk, lists, consumer)
    case .eightBit(let coded):
      try scoreDenseRows(rows, workers, largestChunk, coded.exact, consumer)
    case .denseRows(let dense):
      try scoreDenseRows(rows, workers, largestChunk, dense, consumer)
    }
  }

  private func scoreLists<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, _ workers: Int, _ largestChunk: Int, _ lists: InvertedLists, _ consumer: Consumer
  ) throws {
    try scoreSparse(rows, workers, largestChunk, lists.directory, factor: 1, consumer) {
      terms, scores, kernels in
      lists.score(
        terms, biases: self.biases.pointer, into: scores, count: self.prototypeCount, kernels: kernels)
    }
  }

  private func scoreDenseRows<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, _ workers: Int, _ largestChunk: Int, _ dense: FeatureMajorRows, _ consumer: Consumer
  ) throws {
    try scoreSparse(rows, workers, largestChunk, dense.directory, factor: dense.stride, consumer) {
      terms, scores, kernels in
      dense.score(
        terms, biases: self.biases.pointer, into: scores, count: self.prototypeCount, kernels: kernels)
    }
  }

  /// Row by row, each row's scores complete in a worker's scratch memory.
  private func scoreSparse<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, _ workers: Int, _ largestChunk: Int,
    _ directory: FeatureDirectory, factor: Int, _ consumer: Consumer,
    _ score: @Sendable (Terms, UnsafeMutablePointer<Float>, fk_scoring_kernels) -> Void
  ) throws {
    let kernels = fk_scoring_for(fk_simd_level()).pointee
    let scratch = WorkerScratch(workers: workers) { SparseScratch(prototypeCount: prototypeCount) }
    let chunk = max(1, min(largestChunk, 4_000_000 / max(1, prototypeCount)))
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      scratch.with(worker) { scratch in
        for row in range {
          let terms = scratch.terms.take(rows, row: row, directory: directory, factor: factor)
          score(terms, scratch.scores, kernels)
          consumer.take(
            worker: worker, row: row, first: 0, scores: scratch.scores, count: prototypeCount,
            kernels: kernels)
        }
      }
      try consumer.end(worker: worker, rows: range)
    }
  }
}
