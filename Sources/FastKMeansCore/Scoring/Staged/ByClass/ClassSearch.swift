import CFastKMeansKernels

/// The search by class of one index: bounds on classes first, exact scores inside of the few that bounds leave.
///
/// One object, for each document's query refers to it.
final class ClassSearch: Sendable {
  let storage: StagedClasses
  let biases: AlignedMemory<Float>
  private let everyScore: EveryScore
  let kernels = fk_staged_for(fk_simd_level()).pointee
  let codeKernels = fk_codes_for(fk_simd_level()).pointee

  init(storage: StagedClasses, biases: AlignedMemory<Float>, prototypeCount: Int) {
    self.storage = storage
    self.biases = biases
    everyScore = EveryScore(lists: storage.allLists, biases: biases, prototypeCount: prototypeCount)
  }

  /// Hands the best prototype of each row to the consumer.
  func answer<Consumer: StagedConsumer>(
    _ rows: ScaledRows, _ range: Range<Int>, _ worker: Int, _ scratch: ClassScratch, _ consumer: Consumer
  ) throws {
    var scale = storage.block.scale
    try scratch.walk.forEach(rows, range, storage.directory, storage.block) { place, row, terms in
      scratch.queries[place & 1].start(terms, row: row, self, &scale)
      if place > 0 { try finish(scratch.queries[(place - 1) & 1], &scale, worker, scratch, consumer) }
    }
    try finish(scratch.queries[(range.count - 1) & 1], &scale, worker, scratch, consumer)
  }

  @inline(__always)
  private func finish<Consumer: StagedConsumer>(
    _ query: ClassQuery, _ scale: inout fk_staged_scale, _ worker: Int, _ scratch: ClassScratch,
    _ consumer: Consumer
  ) throws {
    guard let terms = query.terms else { return }
    guard query.finish(terms, self, scratch.spread, &scale) else {
      return try everyScore.hand(terms, row: query.row, worker: worker, through: scratch.scores, to: consumer)
    }
    guard query.best.prototype >= 0 else { return }
    consumer.offer(worker: worker, row: query.row, query.best)
  }
}
