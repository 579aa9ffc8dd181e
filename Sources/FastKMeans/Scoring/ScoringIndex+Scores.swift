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
    default: try scoreAll(rows, workers: workers, to: consumer)
    }
  }

  /// Computes all scores of `rows`, in chunks of rows, and hands them to the consumer.
  func scoreAll<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, workers: Int, largestChunk: Int = 256, to consumer: Consumer
  ) throws {
    switch storage {
    case .denseProduct(let panels):
      try multiplyAll(rows, workers, largestChunk, panels, consumer)
    case .staged(let staged):
      try scoreLists(rows, workers, largestChunk, staged.allLists(), consumer)
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

  /// Groups of documents times panels of prototypes. A panel meets all groups of a chunk while it is in the cache;
  /// long rows are cut, with the scores so far kept in the tiles.
  private func multiplyAll<Consumer: ScoreConsumer>(
    _ rows: ScaledRows, _ workers: Int, _ largestChunk: Int,
    _ panels: PackedPanels, _ consumer: Consumer
  ) throws {
    let tileKernels = fk_dense_for(fk_simd_level()).pointee
    let kernels = fk_scoring_for(fk_simd_level()).pointee
    let scratch = WorkerScratch(workers: workers) { DenseScratch() }
    let chunk = max(1, min(largestChunk, DenseScratch.rowLimit(featureCount: featureCount)))
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      scratch.with(worker) { scratch in
        scratch.pack(rows, range, featureCount: featureCount)
        for panel in 0..<panels.panelCount {
          multiply(scratch, range.count, panels, panel, tileKernels)
          hand(scratch, range, panel, worker, consumer, tileKernels, kernels)
        }
      }
      try consumer.end(worker: worker, rows: range)
    }
  }

  /// One panel against all groups of a chunk.
  @inline(__always)
  private func multiply(
    _ scratch: DenseScratch, _ rowCount: Int, _ panels: PackedPanels, _ panel: Int,
    _ kernels: fk_dense_kernels
  ) {
    let groups = (rowCount + PackedPanels.height - 1) / PackedPanels.height
    scratch.fillTiles(groups, biases: biases.pointer + panel * PackedPanels.width)
    var first = 0
    while first < featureCount {
      let count = min(DenseScratch.featureBlock, featureCount - first)
      for group in 0..<groups {
        panels.multiply(
          scratch.documents(group: group, first: first, featureCount: featureCount), panel: panel,
          first: first,
          count: count, into: scratch.tile(group), kernels: kernels)
      }
      first += count
    }
  }

  /// Hands on the rows of a panel that have a score which may matter; few do, once each row has met good ones.
  @inline(__always)
  private func hand<Consumer: ScoreConsumer>(
    _ scratch: DenseScratch, _ range: Range<Int>, _ panel: Int, _ worker: Int, _ consumer: Consumer,
    _ tileKernels: fk_dense_kernels, _ kernels: fk_scoring_kernels
  ) {
    let first = panel * PackedPanels.width
    let count = min(PackedPanels.width, prototypeCount - first)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: PackedPanels.height) {
      let tile = scratch.tile((start - range.lowerBound) / PackedPanels.height)
      let rowCount = min(PackedPanels.height, range.upperBound - start)
      for index in 0..<rowCount {
        scratch.thresholds[index] = consumer.threshold(
          worker: worker, row: start + index, first: first, count: count)
      }
      let all: UInt32 = (1 << UInt32(rowCount)) - 1
      var above = consumer.needsAll ? all : tileKernels.rows_above(tile, scratch.thresholds) & all
      while above != 0 {
        let index = above.trailingZeroBitCount
        above &= above - 1
        consumer.take(
          worker: worker, row: start + index, first: first, scores: tile + index * PackedPanels.width,
          count: count, kernels: kernels)
      }
    }
  }
}
