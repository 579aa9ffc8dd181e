import CFastKMeansKernels

/// The search by class of one index: bounds on classes first, exact scores inside of the few that bounds leave.
///
/// One object, for each document's query refers to it.
final class ClassSearch: Sendable {
  let storage: StagedClasses
  let biases: AlignedMemory<Float>
  private let prototypeCount: Int
  let kernels = fk_staged_for(fk_simd_level()).pointee
  let codeKernels = fk_codes_for(fk_simd_level()).pointee
  private let scoringKernels = fk_scoring_for(fk_simd_level()).pointee

  init(storage: StagedClasses, biases: AlignedMemory<Float>, prototypeCount: Int) {
    self.storage = storage
    self.biases = biases
    self.prototypeCount = prototypeCount
  }

  /// Hands the best prototype of each row to the consumer.
  func answer<Consumer: StagedConsumer>(
    _ rows: ScaledRows, _ range: Range<Int>, _ worker: Int, _ scratch: ClassScratch, _ consumer: Consumer
  ) throws {
    let (directory, block) = (storage.directory, storage.block)
    var scale = block.scale
    scratch.order.sort(rows, range)
    let order = scratch.order.rows
    var terms = scratch.buffers[0].take(rows, row: order[0], directory: directory, factor: 1)
    for (position, row) in order.enumerated() {
      let mine = terms
      if position + 1 < order.count {
        terms = scratch.buffers[(position + 1) % 3].take(
          rows, row: order[position + 1], directory: directory, factor: 1)
        fk_staged_fetch(block.features.pointer, block.entries.pointer, terms.starts, terms.count)
      }
      if position + 3 < order.count { rows.fetch(order[position + 3]) }
      scratch.queries[position & 1].start(mine, row: row, self, &scale)
      if position > 0 { try finish(scratch.queries[(position - 1) & 1], &scale, worker, scratch, consumer) }
    }
    try finish(scratch.queries[(order.count - 1) & 1], &scale, worker, scratch, consumer)
  }

  @inline(__always)
  private func finish<Consumer: StagedConsumer>(
    _ query: ClassQuery, _ scale: inout fk_staged_scale, _ worker: Int, _ scratch: ClassScratch,
    _ consumer: Consumer
  ) throws {
    guard let terms = query.terms, terms.count > 0 else {
      // Without any known feature, every score is the prototype's bias.
      return consumer.take(
        worker: worker, row: query.row, first: 0, scores: biases.pointer, count: prototypeCount,
        kernels: scoringKernels)
    }
    guard query.finish(terms, self, scratch.spread, &scale) else {
      return try scoreAll(terms, query.row, worker, scratch, consumer)
    }
    guard query.best.prototype >= 0 else { return }
    consumer.offer(worker: worker, row: query.row, query.best)
  }

  /// Too many survivors, or magnitudes that codes cannot hold: every score by its definition.
  @inline(never)
  private func scoreAll<Consumer: StagedConsumer>(
    _ terms: Terms, _ row: Int, _ worker: Int, _ scratch: ClassScratch, _ consumer: Consumer
  ) throws {
    try storage.allLists.made().score(
      terms, biases: biases.pointer, into: scratch.scores, count: prototypeCount,
      kernels: scoringKernels)
    consumer.take(
      worker: worker, row: row, first: 0, scores: scratch.scores, count: prototypeCount,
      kernels: scoringKernels)
  }
}
