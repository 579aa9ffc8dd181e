/// The questions that an index answers. All are exact; see ``ScoringIndex`` for what a score is.
///
/// `rows` must have at most `featureCount` columns (dense rows exactly), `scales` (nil: all 1) one value for each
/// row, and the answers lie row after row. `workers` is the number of threads; it changes no bit.
extension ScoringIndex {
  /// The best prototype of each row; `hits` has room for `rowCount`.
  package func bestPrototypes(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>? = nil, workers: Int,
    into hits: UnsafeMutableBufferPointer<PrototypeHit>
  ) throws {
    try check(rows, scales, workers, hits.count, perRow: 1)
    try answer(ScaledRows(rows, scales), workers: workers, to: BestConsumer(hits: hits))
  }

  /// The best prototype of each row without its score: a third of the work where most documents have one candidate.
  package func bestPrototypeIndices(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>? = nil, workers: Int,
    into prototypes: UnsafeMutableBufferPointer<Int32>
  ) throws {
    try check(rows, scales, workers, prototypes.count, perRow: 1)
    try answer(
      ScaledRows(rows, scales), workers: workers,
      to: BestIndexConsumer(prototypes: prototypes, workers: workers))
  }

  /// The best prototypes of the `k` best classes of each row, best first, padded with -1; `hits` has room for
  /// `rowCount * k`.
  package func topClasses(
    _ k: Int, of rows: FeatureRows, scales: UnsafeBufferPointer<Float>? = nil, workers: Int,
    into hits: UnsafeMutableBufferPointer<PrototypeHit>
  ) throws {
    try top(k, of: rows, scales, workers, classes: classIndices, hits)
  }

  /// The `k` best prototypes of each row, best first, padded with -1; `hits` has room for `rowCount * k`.
  package func topPrototypes(
    _ k: Int, of rows: FeatureRows, scales: UnsafeBufferPointer<Float>? = nil, workers: Int,
    into hits: UnsafeMutableBufferPointer<PrototypeHit>
  ) throws {
    try top(k, of: rows, scales, workers, classes: nil, hits)
  }

  /// The best prototype of each row's own class (`classes`; -1: none) and the best of any other class; with a margin
  /// only if it scores above the best own one less the margin, which is cheaper to find out.
  package func bestOwnAndOther(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>? = nil, classes: UnsafeBufferPointer<Int32>,
    margin: Float? = nil, workers: Int, own: UnsafeMutableBufferPointer<PrototypeHit>,
    other: UnsafeMutableBufferPointer<PrototypeHit>
  ) throws {
    try check(rows, scales, workers, own.count, perRow: 1)
    try check(rows, scales, workers, other.count, perRow: 1)
    guard classes.count == rows.rowCount else {
      throw InputError.lengthMismatch(what: "classes", expected: rows.rowCount, found: classes.count)
    }
    let consumer = OwnAndOtherConsumer(
      own: own, other: other, classes: classes, classStarts: classStarts, margin: margin)
    try answer(ScaledRows(rows, scales), workers: workers, to: consumer)
  }

  /// Calls `body` once for each row with all prototypes whose score is above the threshold, by ascending prototype.
  /// Rows come in no fixed order; the pointer is valid during the call only.
  package func forEachAbove(
    threshold: Float, of rows: FeatureRows, scales: UnsafeBufferPointer<Float>? = nil, workers: Int,
    _ body:
      @escaping @Sendable (_ worker: Int, _ row: Int, _ hits: UnsafeBufferPointer<PrototypeHit>) throws ->
      Void
  ) throws {
    try check(rows, scales, workers, rows.rowCount, perRow: 1)
    let consumer = AboveConsumer(
      threshold: threshold, scratch: WorkerScratch(workers: workers) { AboveScratch() }, body: body)
    try answer(ScaledRows(rows, scales), workers: workers, to: consumer)
  }

  /// Every score, streamed: `body` gets blocks of rows with `prototypeCount` scores each, row-major. It may write
  /// to the block. Blocks come in no fixed order and are small; the whole table never exists.
  package func forEachScoreBlock(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>? = nil, workers: Int,
    _ body:
      @escaping @Sendable (
        _ worker: Int, _ rows: Range<Int>, _ scores: UnsafeMutableBufferPointer<Float>
      ) throws -> Void
  ) throws {
    try check(rows, scales, workers, rows.rowCount, perRow: 1)
    let consumer = BlockConsumer(
      prototypeCount: prototypeCount, blocks: WorkerScratch(workers: workers) { ScoreBlock() }, body: body)
    let largest = max(1, Self.blockValues / max(1, prototypeCount))
    try scoreAll(ScaledRows(rows, scales), workers: workers, largestChunk: largest, to: consumer)
  }

  /// About a megabyte of scores in a block.
  private static var blockValues: Int { 1 << 18 }

  /// Above this, sorting a row's scores is cheaper than keeping a short list.
  private static var longestShortList: Int { 48 }

  private func top(
    _ k: Int, of rows: FeatureRows, _ scales: UnsafeBufferPointer<Float>?, _ workers: Int, classes: [Int32]?,
    _ hits: UnsafeMutableBufferPointer<PrototypeHit>
  ) throws {
    guard k > 0 else {
      throw OptionsError(parameter: "k", value: "\(k)", allowed: "at least 1")
    }
    try check(rows, scales, workers, hits.count, perRow: k)
    guard let start = hits.baseAddress, rows.rowCount > 0 else { return }
    guard k <= Self.longestShortList else {
      let output = SortedOutput(hits: start, limit: k, classes: classes)
      let heaps = WorkerScratch(workers: workers) { HitHeap(capacity: prototypeCount) }
      return try forEachScoreBlock(of: rows, scales: scales, workers: workers) { worker, range, scores in
        heaps.with(worker) { output.write(range, scores, heap: &$0) }
      }
    }
    let positions = WorkerScratch(workers: workers) {
      UnsafeMutablePointer<UInt32>.allocate(capacity: TopConsumer.step)
    }
    defer { for worker in 0..<workers { positions.with(worker) { $0.deallocate() } } }
    let consumer = TopConsumer(hits: start, limit: k, classes: classes, positions: positions)
    try answer(ScaledRows(rows, scales), workers: workers, to: consumer)
  }

  private func check(
    _ rows: FeatureRows, _ scales: UnsafeBufferPointer<Float>?, _ workers: Int, _ room: Int, perRow: Int
  ) throws {
    let (wanted, overflow) = rows.rowCount.multipliedReportingOverflow(by: perRow)
    guard !overflow, room >= wanted else {
      throw InputError.lengthMismatch(what: "answers", expected: overflow ? Int.max : wanted, found: room)
    }
    if let scales, scales.count != rows.rowCount {
      throw InputError.lengthMismatch(what: "scales", expected: rows.rowCount, found: scales.count)
    }
    let isWrong =
      switch rows {
      case .sparse(let sparse): sparse.columnCount > featureCount
      case .dense(let dense): dense.columnCount != featureCount
      }
    guard !isWrong else {
      throw InputError.featureCountMismatch(expected: featureCount, found: rows.columnCount)
    }
    guard workers > 0 else {
      throw OptionsError(parameter: "workers", value: "\(workers)", allowed: "at least 1")
    }
  }
}
