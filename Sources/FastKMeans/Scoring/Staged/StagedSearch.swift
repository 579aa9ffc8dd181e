import CFastKMeansKernels

/// The staged search of one index; one object, for each document's query refers to it.
final class StagedSearch: Sendable {
  let storage: StagedRows
  let biases: AlignedMemory<Float>
  let prototypeCount: Int
  let kernels = fk_staged_for(fk_simd_level()).pointee
  let codeKernels = fk_codes_for(fk_simd_level()).pointee
  let scoringKernels = fk_scoring_for(fk_simd_level()).pointee

  /// Rows of codes added before bounds are looked at again, and survivors that are not worth another such stage.
  static let stageLength = 8
  static let fewSurvivors = 24

  init(storage: StagedRows, biases: AlignedMemory<Float>, prototypeCount: Int) {
    self.storage = storage
    self.biases = biases
    self.prototypeCount = prototypeCount
  }

  func answer<Consumer: StagedConsumer>(
    _ rows: ScaledRows, _ range: Range<Int>, _ worker: Int, _ scratch: StagedScratch, _ consumer: Consumer
  ) throws {
    let directory = storage.directory
    let firstBlock = storage.blocks[0]
    let buffers = scratch.buffers
    var scales = storage.blocks.map(\.scale)
    scratch.order.sort(rows, range)
    let order = scratch.order.rows
    var terms = buffers[0].take(rows, row: order[0], directory: directory, factor: 1)
    var last: StagedQuery?
    for (position, row) in order.enumerated() {
      var query = StagedQuery(
        search: self, terms: terms, row: row, worker: worker, scratch: scratch,
        positions: scratch.positions[position & 1])
      if position + 1 < order.count {
        terms = buffers[(position + 1) % 3].take(
          rows, row: order[position + 1], directory: directory, factor: 1)
        fk_staged_fetch(firstBlock.features.pointer, firstBlock.entries.pointer, terms.starts, terms.count)
      }
      if position + 3 < order.count { rows.fetch(order[position + 3]) }
      try answer(&query, &scales, consumer)
      last?.scoreSurvivors(consumer)
      last = query
    }
    last?.scoreSurvivors(consumer)
  }

  /// One document, all but the exact scores of survivors. Without any known feature, every score is the prototype's
  /// bias.
  @inline(__always)
  private func answer<Consumer: StagedConsumer>(
    _ query: inout StagedQuery, _ scales: inout [fk_staged_scale], _ consumer: Consumer
  ) throws {
    guard query.terms.count > 0 else {
      return consumer.take(
        worker: query.worker, row: query.row, first: 0, scores: biases.pointer, count: prototypeCount,
        kernels: scoringKernels)
    }
    for prototype in consumer.settled(row: query.row) { query.offer(prototype, consumer) }
    for (index, block) in storage.blocks.enumerated() {
      query.scratch.document.plan(&scales[index], query.terms, kernels)
      guard query.scratch.document.pointer.pointee.scale > 0, query.search(block, &scales[index], consumer)
      else {
        consumer.restart(worker: query.worker, row: query.row)
        try scoreAll(query.terms, query.row, query.worker, query.scratch, consumer)
        break
      }
    }
    query.finish()
  }

  /// Too many survivors, or magnitudes that codes cannot hold: every score by its definition.
  @inline(never)
  private func scoreAll<Consumer: StagedConsumer>(
    _ terms: Terms, _ row: Int, _ worker: Int, _ scratch: StagedScratch, _ consumer: Consumer
  ) throws {
    try storage.allLists.made().score(
      terms, biases: biases.pointer, into: scratch.scores, count: prototypeCount, kernels: scoringKernels)
    consumer.take(
      worker: worker, row: row, first: 0, scores: scratch.scores, count: prototypeCount,
      kernels: scoringKernels)
  }
}
