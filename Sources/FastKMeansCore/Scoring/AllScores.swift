import CFastKMeansKernels

/// Where every score of a document is read from.
enum ScoreTable: Sendable {
  /// Sparse prototypes feature by feature, each feature with the prototypes that have it.
  case lists(InvertedLists)
  /// Sparse prototypes feature by feature, each feature with a value for every prototype: for few prototypes.
  case rows(FeatureMajorRows)
  case dense(DenseStorage)
}

extension ScoringIndex {
  /// Computes all scores of `rows`, in chunks of rows, and hands them to the consumer.
  func scoreAll<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, workers: Int, largestChunk: Int = 256, for consumer: Consumer
  ) throws {
    let (biases, count) = (biases, prototypeCount)
    switch try scoreTable() {
    case .lists(let lists):
      try scoreAll(rows, workers, largestChunk, lists.directory, factor: 1, consumer) {
        lists.score($0, biases: biases.pointer, into: $1, count: count, kernels: $2)
      } fetch: {
        _ in
      }
    case .rows(let table):
      try scoreAll(rows, workers, largestChunk, table.directory, factor: table.stride, consumer) {
        table.score($0, biases: biases.pointer, into: $1, count: count, kernels: $2)
      } fetch: {
        table.fetchRows($0)
      }
    case .dense(let dense):
      try dense.multiplyAll(rows, workers: workers, largestChunk: largestChunk, for: consumer)
    }
  }

  /// Row by row, each row's scores complete in a worker's scratch memory.
  private func scoreAll<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, _ workers: Int, _ largestChunk: Int,
    _ directory: FeatureDirectory, factor: Int, _ consumer: Consumer,
    _ score: @Sendable (Terms, UnsafeMutablePointer<Float>, fk_scoring_kernels) -> Void,
    fetch: @Sendable (Terms) -> Void
  ) throws {
    let kernels = fk_scoring_for(fk_simd_level()).pointee
    let buffers = WorkerScratch(workers: workers) { [TermBuffer(), TermBuffer()] }
    let chunk = max(1, min(largestChunk, 4_000_000 / max(1, prototypeCount)))
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: prototypeCount + 1) { scores in
        guard let scores = scores.baseAddress else { return }
        buffers.with(worker) { buffers in
          func terms(_ row: Int) -> Terms {
            buffers[row & 1].take(rows, row: row, directory: directory, factor: factor)
          }
          var next = terms(range.lowerBound)
          for row in range {
            let current = next
            if row + 1 < range.upperBound {
              next = terms(row + 1)
              fetch(next)
            }
            score(current, scores, kernels)
            consumer.take(
              worker: worker, row: row, first: 0, scores: scores, count: prototypeCount, kernels: kernels)
          }
        }
      }
      try consumer.end(worker: worker, rows: range)
    }
  }
}
