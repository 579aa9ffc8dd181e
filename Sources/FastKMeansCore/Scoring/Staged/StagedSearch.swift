import CFastKMeansKernels

/// The staged search of one index; one object, for each document's query refers to it.
final class StagedSearch: Sendable {
  let storage: StagedRows
  let biases: AlignedMemory<Float>
  private let everyScore: EveryScore
  let kernels = fk_staged_for(fk_simd_level()).pointee
  let codeKernels = fk_codes_for(fk_simd_level()).pointee

  /// Rows of codes added before bounds are looked at again, and survivors that are not worth another such stage.
  static let stageLength = 8
  static let fewSurvivors = 24

  init(storage: StagedRows, biases: AlignedMemory<Float>, prototypeCount: Int) {
    self.storage = storage
    self.biases = biases
    everyScore = EveryScore(lists: storage.allLists, biases: biases, prototypeCount: prototypeCount)
  }

  func answer<Consumer: StagedConsumer>(
    _ rows: ScaledRows, _ range: Range<Int>, _ worker: Int, _ scratch: StagedScratch, _ consumer: Consumer
  ) throws {
    var scales = storage.blocks.map(\.scale)
    var last: StagedQuery?
    try scratch.walk.forEach(rows, range, storage.directory, storage.blocks[0]) { place, row, terms in
      var query = StagedQuery(
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
  private func answer<Consumer: StagedConsumer>(
    _ query: inout StagedQuery, _ scales: inout [fk_staged_scale], _ consumer: Consumer
  ) throws {
    guard query.terms.count > 0 else { return try handAll(query, consumer) }
    for prototype in consumer.settled(row: query.row) { query.offer(prototype, consumer) }
    for (index, block) in storage.blocks.enumerated() {
      query.scratch.document.plan(&scales[index], query.terms, kernels)
      guard query.scratch.document.pointer.pointee.scale > 0, query.search(block, &scales[index], consumer)
      else {
        consumer.restart(worker: query.worker, row: query.row)
        try handAll(query, consumer)
        break
      }
    }
    query.finish()
  }

  /// No known feature, too many survivors, or magnitudes that codes cannot hold.
  @inline(__always)
  private func handAll<Consumer: StagedConsumer>(_ query: StagedQuery, _ consumer: Consumer) throws {
    try everyScore.hand(
      query.terms, row: query.row, worker: query.worker, through: query.scratch.scores, to: consumer)
  }
}
