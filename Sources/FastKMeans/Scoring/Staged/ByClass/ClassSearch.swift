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
    var last: ClassQuery?
    for (position, row) in order.enumerated() {
      var query = ClassQuery(
        search: self, terms: terms, row: row, slot: scratch.slots[position & 1], spread: scratch.spread)
      if position + 1 < order.count {
        terms = scratch.buffers[(position + 1) % 3].take(
          rows, row: order[position + 1], directory: directory, factor: 1)
        fk_staged_fetch(block.features.pointer, block.entries.pointer, terms.starts, terms.count)
      }
      if position + 3 < order.count { rows.fetch(order[position + 3]) }
      query.start(&scale)
      if var last { try finish(&last, &scale, worker, scratch, consumer) }
      last = query
    }
    if var last { try finish(&last, &scale, worker, scratch, consumer) }
  }

  @inline(__always)
  private func finish<Consumer: StagedConsumer>(
    _ query: inout ClassQuery, _ scale: inout fk_staged_scale, _ worker: Int, _ scratch: ClassScratch,
    _ consumer: Consumer
  ) throws {
    guard query.terms.count > 0 else {
      // Without any known feature, every score is the prototype's bias.
      return consumer.take(
        worker: worker, row: query.row, first: 0, scores: biases.pointer, count: prototypeCount,
        kernels: scoringKernels)
    }
    if let hit = query.best(&scale) {
      if hit.prototype >= 0 { consumer.offer(worker: worker, row: query.row, hit) }
      return
    }
    try scoreAll(query, worker, scratch, consumer)
  }

  /// Too many survivors, or magnitudes that codes cannot hold: every score by its definition.
  @inline(never)
  private func scoreAll<Consumer: StagedConsumer>(
    _ query: ClassQuery, _ worker: Int, _ scratch: ClassScratch, _ consumer: Consumer
  ) throws {
    try storage.allLists.made().score(
      query.terms, biases: biases.pointer, into: scratch.scores, count: prototypeCount,
      kernels: scoringKernels)
    consumer.take(
      worker: worker, row: query.row, first: 0, scores: scratch.scores, count: prototypeCount,
      kernels: scoringKernels)
  }
}
