import CFastKMeansKernels

/// Exact search of the best prototypes of sparse documents, which adds up only as many features as bounds need.
///
/// The family is that of the threshold algorithm (Fagin, Lotem and Naor 2003, doi:10.1016/S0022-0000(03)00026-6) and of
/// MaxScore (Turtle and Flood 1995, doi:10.1016/0306-4573(95)00020-H) with quantised impacts: features are taken by what
/// they can still change, and a prototype whose sum so far plus a bound on the rest stays below a score that is certain
/// is left out. Where it differs:
///
/// - Features are not taken one by one. The lists of rare features are added first and whole; common features follow in
///   stages of several rows of 8-bit codes, after each of which all prototypes are looked at again.
/// - The rest is bounded twice: by the sum of the features' largest values, and, after Cauchy and Schwarz, by the
///   lengths of what is left of document and prototype. Values may be negative.
/// - Sums are 16 bits wide and wrong by at most a slack that is known for each document. The few prototypes that bounds
///   leave are scored exactly, so the answer has the bits of the definition.
///
/// One object for a question, because each document's query refers to it.
final class BoundedSearch: Sendable {
  let storage: BoundedStorage
  let biases: AlignedMemory<Float>
  let kernels = fk_staged_for(fk_simd_level()).pointee
  let codeKernels = fk_codes_for(fk_simd_level()).pointee
  private let scoreKernels = fk_scoring_for(fk_simd_level()).pointee
  private let index: ScoringIndex

  /// Rows of codes added before bounds are looked at again: more for an answer of several classes, which bounds decide late.
  static func stageLength<Consumer: SearchConsumer>(for consumer: Consumer) -> Int {
    consumer.needsScores ? 32 : 8
  }
  /// Survivors that are not worth another stage.
  static let fewSurvivors = 24

  /// - Parameter index: has every score, for documents that bounds leave too much of.
  init(storage: BoundedStorage, index: ScoringIndex) {
    self.storage = storage
    self.index = index
    biases = index.biases
  }

  /// Answers each row from the prototypes that bounds leave.
  func answer<Consumer: SearchConsumer>(_ rows: ScaledRows, workers: Int, for consumer: Consumer) throws {
    let scratch = WorkerScratch(workers: workers) {
      BoundedScratch(prototypeCount: index.prototypeCount, spreadCount: storage.exact.spreadCount)
    }
    // Long chunks, because the rows of a chunk are sorted.
    let chunk = max(128, min(16384, rows.count / (workers > 1 ? workers * 4 : 1)))
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      try scratch.with(worker) { try answer(rows, range, worker, $0, consumer) }
      try consumer.end(worker: worker, rows: range)
    }
  }

  private func answer<Consumer: SearchConsumer>(
    _ rows: ScaledRows, _ range: Range<Int>, _ worker: Int, _ scratch: BoundedScratch, _ consumer: Consumer
  ) throws {
    var scales = storage.blocks.map(\.scale)
    var last: BoundedQuery?
    try scratch.order.forEach(rows, range, storage.directory, storage.blocks[0]) { place, row, terms in
      var query = BoundedQuery(
        search: self, terms: terms, row: row, worker: worker, scratch: scratch,
        positions: scratch.positions[place & 1])
      try answer(&query, &scales, consumer)
      last?.scoreSurvivors(consumer)
      last = query
    }
    last?.scoreSurvivors(consumer)
  }

  /// One document, all but the exact scores of survivors.
  @inline(__always)
  private func answer<Consumer: SearchConsumer>(
    _ query: inout BoundedQuery, _ scales: inout [fk_staged_scale], _ consumer: Consumer
  ) throws {
    guard query.terms.count > 0 else { return try scoreAll(query, from: 0, consumer) }
    for (index, block) in storage.blocks.enumerated() {
      query.scratch.document.plan(&scales[index], query.terms, kernels)
      guard query.scratch.document.pointer.pointee.scale > 0, query.search(block, &scales[index], consumer)
      else {
        try scoreAll(query, from: block.prototypes.lowerBound, consumer)
        break
      }
    }
    query.finish()
  }

  /// No known feature, too many survivors, or magnitudes that codes cannot hold: every score from a prototype on.
  @inline(never)
  private func scoreAll<Consumer: SearchConsumer>(
    _ query: BoundedQuery, from first: Int, _ consumer: Consumer
  ) throws {
    var all = UnsafePointer(biases.pointer)
    if query.terms.count > 0 {
      try index.invertedLists().score(
        query.terms, biases: biases.pointer, into: query.scratch.scores, count: index.prototypeCount,
        kernels: scoreKernels)
      all = UnsafePointer(query.scratch.scores)
    }
    consumer.take(
      worker: query.worker, row: query.row, first: first, scores: all + first,
      count: index.prototypeCount - first, kernels: scoreKernels)
  }
}
