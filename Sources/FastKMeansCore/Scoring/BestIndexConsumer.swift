import CFastKMeansKernels

/// The best prototype of each row, without its score.
struct BestIndexConsumer: CandidateConsumer, @unchecked Sendable {
  let prototypes: UnsafeMutableBufferPointer<Int32>
  /// The scores of the rows that a worker is busy with, by their position in its chunk.
  let scores: WorkerScratch<RowScores>

  init(prototypes: UnsafeMutableBufferPointer<Int32>, workers: Int) {
    self.prototypes = prototypes
    scores = WorkerScratch(workers: workers) { RowScores() }
  }

  var needsScores: Bool { false }

  @inline(__always)
  func threshold(worker: Int, row: Int, first: Int, count: Int) -> Float {
    scores.with(worker) { $0.scores[row - $0.firstRow] }
  }

  func begin(worker: Int, rows: Range<Int>) {
    for row in rows { prototypes[row] = -1 }
    scores.with(worker) { $0.prepare(rows) }
  }

  @inline(__always)
  func take(
    worker: Int, row: Int, first: Int, scores: UnsafePointer<Float>, count: Int, kernels: fk_scoring_kernels
  ) {
    let best = kernels.first_max(scores, count)
    guard best >= 0 else { return }
    offer(
      worker: worker, row: row,
      PrototypeHit(prototype: Int32(truncatingIfNeeded: first + best), score: scores[best]))
  }

  @inline(__always)
  func candidates(
    worker: Int, row: Int, _ sums: ApproximateSums, into positions: UnsafeMutablePointer<UInt32>, limit: Int
  ) -> Int {
    sums.reaching(sums.largest, into: positions, limit: limit)
  }

  @inline(__always)
  func offer(worker: Int, row: Int, _ hit: PrototypeHit) {
    scores.with(worker) {
      guard hit.score > $0.scores[row - $0.firstRow] else { return }
      $0.scores[row - $0.firstRow] = hit.score
      prototypes[row] = hit.prototype
    }
  }
}

/// The best scores so far of one worker's chunk of rows.
struct RowScores {
  var scores: [Float] = []
  fileprivate(set) var firstRow = 0

  fileprivate mutating func prepare(_ rows: Range<Int>) {
    firstRow = rows.lowerBound
    scores.removeAll(keepingCapacity: true)
    scores.append(contentsOf: repeatElement(-.infinity, count: rows.count))
  }
}
