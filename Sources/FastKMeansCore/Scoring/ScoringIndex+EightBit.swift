import CFastKMeansKernels

/// 8-bit rows and exact rescoring: what the approximate sums cannot decide is scored by the definition.
struct EightBitRows: Sendable {
  let coded: CodedRows
  let exact: FeatureMajorRows

  init(
    _ prototypes: PrototypeSet, biases: UnsafePointer<Float>, truncation: Float, workers: Int
  ) throws {
    let lists = try InvertedLists(prototypes, truncation: truncation)
    coded = try CodedRows(lists, prototypeCount: prototypes.count, biases: biases, workers: workers)
    exact = try FeatureMajorRows(lists, prototypeCount: prototypes.count, precision: prototypes.precision)
  }

  var byteCount: Int { coded.byteCount + exact.byteCount + coded.directory.byteCount }
}

/// What one worker needs for a search by codes. Three term buffers: while one document's rows are added, the next
/// one's are fetched, and the exact values of the one before arrive.
final class CodeScratch {
  let buffers = [TermBuffer(), TermBuffer(), TermBuffer()]
  let sums: UnsafeMutablePointer<Int16>
  let scores: UnsafeMutablePointer<Float>
  let multipliers: UnsafeMutablePointer<Int16>
  /// The candidates of this document and of the one before.
  let positions: [UnsafeMutablePointer<UInt32>]

  /// With this many candidates, computing all scores is cheaper: one candidate costs a cache miss a term, all
  /// scores one vector operation for each 16 prototypes. Measured at 174 prototypes and 42 terms: 0.25 against 0.8
  /// microseconds.
  static func candidateLimit(prototypeCount: Int) -> Int { max(4, min(128, prototypeCount / 40)) }
  static let termLimit = 4096

  init(stride: Int) {
    sums = .allocate(capacity: stride)
    scores = .allocate(capacity: stride)
    multipliers = .allocate(capacity: Self.termLimit)
    positions = (0..<2).map { _ in .allocate(capacity: 128 + CodedRows.blockSize) }
  }

  deinit {
    sums.deallocate()
    scores.deallocate()
    multipliers.deallocate()
    for part in positions { part.deallocate() }
  }
}

extension ScoringIndex {
  /// Answers each row from its candidates.
  func searchEightBit<Consumer: CandidateConsumer>(
    _ rows: ScaledRows, workers: Int, _ storage: EightBitRows, to consumer: Consumer
  ) throws {
    let search = EightBitSearch(
      storage: storage, biases: biases, prototypeCount: prototypeCount,
      codeKernels: fk_codes_for(fk_simd_level()).pointee, kernels: fk_scoring_for(fk_simd_level()).pointee)
    let scratch = WorkerScratch(workers: workers) { CodeScratch(stride: storage.coded.stride) }
    try Parallel.forEachChunk(count: rows.count, chunk: 256, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      scratch.with(worker) { search.answer(rows, range, worker, $0, consumer) }
      try consumer.end(worker: worker, rows: range)
    }
  }
}

/// The search of one index; a value, so that the loop below reads registers and not the index.
struct EightBitSearch: Sendable {
  let storage: EightBitRows
  let biases: AlignedMemory<Float>
  let prototypeCount: Int
  let codeKernels: fk_code_kernels
  let kernels: fk_scoring_kernels

  func answer<Consumer: CandidateConsumer>(
    _ rows: ScaledRows, _ range: Range<Int>, _ worker: Int, _ scratch: CodeScratch, _ consumer: Consumer
  ) {
    let directory = storage.coded.directory
    let stride = storage.coded.stride
    let buffers = scratch.buffers
    var scale = storage.coded.scale
    var next = 0
    var terms = buffers[0].take(rows, row: range.lowerBound, directory: directory, factor: 1)
    var pending: Candidates?
    for row in range {
      let current = terms
      if row + 1 < range.upperBound {
        next = next == 2 ? 0 : next + 1
        terms = buffers[next].take(rows, row: row + 1, directory: directory, factor: 1)
        fk_fetch_rows(storage.coded.codes.pointer, stride, terms.starts, terms.count, min(stride, 256))
      }
      let found = search(current, row, worker, scratch, &scale, consumer)
      if let pending { rescore(pending, worker, consumer) }
      pending = found
    }
    if let pending { rescore(pending, worker, consumer) }
  }

  /// The candidates of one document; nil if it has been answered already.
  @inline(__always)
  private func search<Consumer: CandidateConsumer>(
    _ terms: Terms, _ row: Int, _ worker: Int, _ scratch: CodeScratch, _ scale: inout fk_code_scale,
    _ consumer: Consumer
  ) -> Candidates? {
    let plan = codeKernels.plan(&scale, terms.starts, terms.x, terms.count, scratch.multipliers)
    guard plan.scale > 0 else {
      scoreAll(terms, row, worker, scratch, consumer)
      return nil
    }
    let largest = codeKernels.accumulate(
      storage.coded.codes.pointer, storage.coded.stride, terms.starts, scratch.multipliers, terms.count,
      scale.bias, plan.bias_multiplier, scratch.sums, prototypeCount)
    let sums = ApproximateSums(
      sums: scratch.sums, count: storage.coded.stride, largest: largest, scale: plan.scale,
      offset: plan.offset, slack: Int(plan.slack.rounded(.up)), kernels: codeKernels)
    let limit = CodeScratch.candidateLimit(prototypeCount: prototypeCount)
    let positions = scratch.positions[row & 1]
    let found = consumer.candidates(worker: worker, row: row, sums, into: positions, limit: limit)
    guard found < limit else {
      scoreAll(terms, row, worker, scratch, consumer)
      return nil
    }
    if found == 1, !consumer.needsScores {
      let only = PrototypeHit(prototype: Int32(bitPattern: positions[0]), score: 0)
      consumer.offer(worker: worker, row: row, only)
      return nil
    }
    // The first few: more would push each other out again.
    for index in 0..<min(found, 4) { storage.exact.fetch(terms, prototype: Int(positions[index])) }
    return Candidates(row: row, terms: terms, positions: positions, count: found)
  }

  @inline(__always)
  private func rescore<Consumer: CandidateConsumer>(
    _ candidates: Candidates, _ worker: Int, _ consumer: Consumer
  ) {
    for index in 0..<candidates.count {
      let prototype = Int(candidates.positions[index])
      let score = storage.exact.scoreOne(
        candidates.terms, prototype: prototype, bias: biases.pointer[prototype])
      consumer.offer(
        worker: worker, row: candidates.row,
        PrototypeHit(prototype: Int32(truncatingIfNeeded: prototype), score: score))
    }
  }

  /// Too many candidates, or magnitudes that codes cannot hold: every score by its definition.
  @inline(never)
  private func scoreAll<Consumer: CandidateConsumer>(
    _ terms: Terms, _ row: Int, _ worker: Int, _ scratch: CodeScratch, _ consumer: Consumer
  ) {
    for term in 0..<terms.count { terms.starts[term] *= storage.exact.stride }
    storage.exact.score(
      terms, biases: biases.pointer, into: scratch.scores, count: prototypeCount, kernels: kernels)
    consumer.take(
      worker: worker, row: row, first: 0, scores: scratch.scores, count: prototypeCount, kernels: kernels)
  }
}

/// What remains to be scored exactly for one document.
private struct Candidates {
  let row: Int
  let terms: Terms
  let positions: UnsafeMutablePointer<UInt32>
  let count: Int
}
