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

/// What one worker needs for a search by codes. Two term buffers, so that the next document's rows can be fetched
/// while this one's are added.
final class CodeScratch {
  let buffers = (TermBuffer(), TermBuffer())
  let sums: UnsafeMutablePointer<Int16>
  let scores: UnsafeMutablePointer<Float>
  let multipliers: UnsafeMutablePointer<Int16>
  let positions: UnsafeMutablePointer<UInt32>

  /// More candidates than this, and all scores are computed instead.
  static let candidateLimit = 128
  static let termLimit = 4096

  init(stride: Int) {
    sums = .allocate(capacity: stride)
    scores = .allocate(capacity: stride)
    multipliers = .allocate(capacity: Self.termLimit)
    positions = .allocate(capacity: Self.candidateLimit + CodedRows.blockSize)
  }

  deinit {
    sums.deallocate()
    scores.deallocate()
    multipliers.deallocate()
    positions.deallocate()
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
    let (even, odd) = scratch.buffers
    let directory = storage.coded.directory
    let stride = storage.coded.stride
    let fetched = min(stride, 256)
    var scale = storage.coded.scale
    var terms = even.take(rows, row: range.lowerBound, directory: directory, factor: 1)
    for row in range {
      let current = terms
      if row + 1 < range.upperBound {
        terms =
          (row - range.lowerBound) % 2 == 0
          ? odd.take(rows, row: row + 1, directory: directory, factor: 1)
          : even.take(rows, row: row + 1, directory: directory, factor: 1)
        fk_fetch_rows(storage.coded.codes.pointer, stride, terms.starts, terms.count, fetched)
      }
      answer(current, row, worker, scratch, &scale, consumer)
    }
  }

  @inline(__always)
  private func answer<Consumer: CandidateConsumer>(
    _ terms: Terms, _ row: Int, _ worker: Int, _ scratch: CodeScratch, _ scale: inout fk_code_scale,
    _ consumer: Consumer
  ) {
    let coded = storage.coded
    let plan = codeKernels.plan(&scale, terms.starts, terms.x, terms.count, scratch.multipliers)
    guard plan.scale > 0 else { return scoreAll(terms, row, worker, scratch, consumer) }
    let largest = codeKernels.accumulate(
      coded.codes.pointer, coded.stride, terms.starts, scratch.multipliers, terms.count, scale.bias,
      plan.bias_multiplier, scratch.sums, prototypeCount)
    let sums = ApproximateSums(
      sums: scratch.sums, count: coded.stride, largest: largest, scale: plan.scale, offset: plan.offset,
      slack: Int(plan.slack.rounded(.up)), kernels: codeKernels)
    let limit = CodeScratch.candidateLimit
    let found = consumer.candidates(worker: worker, row: row, sums, into: scratch.positions, limit: limit)
    guard found < limit else { return scoreAll(terms, row, worker, scratch, consumer) }
    if found == 1, !consumer.needsScores {
      let only = PrototypeHit(prototype: Int32(bitPattern: scratch.positions[0]), score: 0)
      return consumer.offer(worker: worker, row: row, only)
    }
    for index in 0..<found {
      let prototype = Int(scratch.positions[index])
      let score = storage.exact.scoreOne(terms, prototype: prototype, bias: biases.pointer[prototype])
      consumer.offer(
        worker: worker, row: row, PrototypeHit(prototype: Int32(truncatingIfNeeded: prototype), score: score))
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
