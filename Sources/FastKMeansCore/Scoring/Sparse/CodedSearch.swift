import CFastKMeansKernels

/// A search through rows of 8-bit codes: all of a document's rows are added to 16-bit sums, and what these cannot decide
/// is scored by the definition.
///
/// The plain form of search over quantised impacts, without any order of the features: for so few prototypes that adding
/// up every row costs less than finding out which rows matter.
struct CodedSearch: Sendable {
  private let coded: CodedRows
  private let exact: FeatureMajorRows
  private let biases: AlignedMemory<Float>
  private let prototypeCount: Int
  private let codeKernels = fk_codes_for(fk_simd_level()).pointee
  private let kernels = fk_scoring_for(fk_simd_level()).pointee

  init(
    coded: CodedRows, exact: FeatureMajorRows, biases: AlignedMemory<Float>, prototypeCount: Int
  ) {
    self.coded = coded
    self.exact = exact
    self.biases = biases
    self.prototypeCount = prototypeCount
  }

  /// Answers each row from its candidates.
  func answer<Consumer: SearchConsumer>(_ rows: ScaledRows, workers: Int, for consumer: Consumer) throws {
    let scratch = WorkerScratch(workers: workers) { CodedScratch(stride: coded.stride) }
    try Parallel.forEachChunk(count: rows.count, chunk: 256, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      scratch.with(worker) { answer(rows, range, worker, $0, consumer) }
      try consumer.end(worker: worker, rows: range)
    }
  }

  private func answer<Consumer: SearchConsumer>(
    _ rows: ScaledRows, _ range: Range<Int>, _ worker: Int, _ scratch: CodedScratch, _ consumer: Consumer
  ) {
    let directory = coded.directory
    let stride = coded.stride
    let buffers = scratch.buffers
    var scale = coded.scale
    var next = 0
    var terms = buffers[0].take(rows, row: range.lowerBound, directory: directory, factor: 1)
    var pending: Candidates?
    for row in range {
      let current = terms
      if row + 1 < range.upperBound {
        next = next == 2 ? 0 : next + 1
        terms = buffers[next].take(rows, row: row + 1, directory: directory, factor: 1)
        fk_fetch_rows(coded.codes.pointer, stride, terms.starts, terms.count, min(stride, 256))
      }
      let found = search(current, row, worker, scratch, &scale, consumer)
      if let pending { rescore(pending, worker, consumer) }
      pending = found
    }
    if let pending { rescore(pending, worker, consumer) }
  }

  /// What remains to be scored exactly for one document.
  private struct Candidates {
    let row: Int
    let terms: Terms
    let positions: UnsafeMutablePointer<UInt32>
    let count: Int
  }

  /// The candidates of one document; nil if it has been answered already.
  @inline(__always)
  private func search<Consumer: SearchConsumer>(
    _ terms: Terms, _ row: Int, _ worker: Int, _ scratch: CodedScratch, _ scale: inout fk_code_scale,
    _ consumer: Consumer
  ) -> Candidates? {
    let plan = codeKernels.plan(&scale, terms.starts, terms.x, terms.count, scratch.multipliers)
    guard plan.scale > 0 else {
      scoreAll(terms, row, worker, scratch, consumer)
      return nil
    }
    let largest = codeKernels.accumulate(
      coded.codes.pointer, coded.stride, terms.starts, scratch.multipliers, terms.count,
      scale.bias, plan.bias_multiplier, scratch.sums, prototypeCount)
    let limit = CodedScratch.candidateLimit(prototypeCount: prototypeCount)
    let positions = scratch.positions[row & 1]
    let sure = sureSum(largest, plan.scale, scratch, positions, consumer)
    let lowest = Int(max(-40_000, sure.rounded(.down))) - 2 * Int(plan.slack.rounded(.up))
    let found = Int(
      codeKernels.at_least(
        scratch.sums, coded.stride, Int16(max(-32767, min(32767, lowest))), positions, limit))
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
    for index in 0..<min(found, 4) { exact.fetch(terms, prototype: Int(positions[index])) }
    return Candidates(row: row, terms: terms, positions: positions, count: found)
  }

  /// What the sums of the whole answer are at least; minus infinity if every prototype is part of it.
  @inline(__always)
  private func sureSum<Consumer: SearchConsumer>(
    _ largest: Int16, _ scale: Float, _ scratch: CodedScratch, _ positions: UnsafeMutablePointer<UInt32>,
    _ consumer: Consumer
  ) -> Float {
    guard consumer.leaderCounts.upperBound > 1 else { return Float(largest) }
    let found = consumer.leaders(
      scratch.sums, count: coded.stride, first: 0, scale: scale, kernels: codeKernels, into: positions)
    return consumer.sureScore(ofLeaders: found, scale: scale) { Float(scratch.sums[Int(positions[$0])]) }
  }

  @inline(__always)
  private func rescore<Consumer: SearchConsumer>(
    _ candidates: Candidates, _ worker: Int, _ consumer: Consumer
  ) {
    for index in 0..<candidates.count {
      let prototype = Int(candidates.positions[index])
      let score = exact.scoreOne(
        candidates.terms, prototype: prototype, bias: biases.pointer[prototype])
      consumer.offer(
        worker: worker, row: candidates.row,
        PrototypeHit(prototype: Int32(truncatingIfNeeded: prototype), score: score))
    }
  }

  /// Too many candidates, or magnitudes that codes cannot hold: every score by its definition.
  @inline(never)
  private func scoreAll<Consumer: SearchConsumer>(
    _ terms: Terms, _ row: Int, _ worker: Int, _ scratch: CodedScratch, _ consumer: Consumer
  ) {
    for term in 0..<terms.count { terms.starts[term] *= exact.stride }
    exact.score(
      terms, biases: biases.pointer, into: scratch.scores, count: prototypeCount, kernels: kernels)
    consumer.take(
      worker: worker, row: row, first: 0, scores: scratch.scores, count: prototypeCount, kernels: kernels)
  }
}

/// What one worker needs for a search by codes. Three term buffers: while one document's rows are added, the next
/// one's are fetched, and the exact values of the one before arrive.
final class CodedScratch {
  let buffers = [TermBuffer(), TermBuffer(), TermBuffer()]
  let sums: UnsafeMutablePointer<Int16>
  let scores: UnsafeMutablePointer<Float>
  let multipliers: UnsafeMutablePointer<Int16>
  /// The candidates of this document and of the one before.
  let positions: [UnsafeMutablePointer<UInt32>]

  /// With this many candidates, computing all scores is cheaper: one candidate costs a cache miss a term, all
  /// scores one vector operation for each 16 prototypes.
  static func candidateLimit(prototypeCount: Int) -> Int { max(4, min(128, prototypeCount / 40)) }
  private static let termLimit = 4096

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
