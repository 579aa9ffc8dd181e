import CFastKMeansKernels

extension ScoringIndex {
  /// Answers each row from the prototypes that bounds leave.
  func searchStaged<Consumer: StagedConsumer>(
    _ rows: ScaledRows, workers: Int, _ storage: StagedRows, to consumer: Consumer
  ) throws {
    let search = StagedSearch(storage: storage, biases: biases, prototypeCount: prototypeCount)
    let scratch = WorkerScratch(workers: workers) {
      StagedScratch(prototypeCount: prototypeCount, spreadCount: storage.exact.spreadCount)
    }
    // Long chunks, because a chunk's rows are taken in an order of their own.
    let chunk = max(128, min(16384, rows.count / (workers > 1 ? workers * 4 : 1)))
    try Parallel.forEachChunk(count: rows.count, chunk: chunk, workers: workers) { worker, range in
      consumer.begin(worker: worker, rows: range)
      try scratch.with(worker) { try search.answer(rows, range, worker, $0, consumer) }
      try consumer.end(worker: worker, rows: range)
    }
  }
}

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
      query.scratch.plan(&scales[index], query.terms, kernels)
      guard query.scratch.document.pointee.scale > 0, query.search(block, &scales[index], consumer) else {
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
    try storage.allLists().score(
      terms, biases: biases.pointer, into: scratch.scores, count: prototypeCount, kernels: scoringKernels)
    consumer.take(
      worker: worker, row: row, first: 0, scores: scratch.scores, count: prototypeCount,
      kernels: scoringKernels)
  }
}

/// One document on its way through the blocks.
struct StagedQuery {
  let search: StagedSearch
  let terms: Terms
  let row: Int
  let worker: Int
  let scratch: StagedScratch
  private let positions: UnsafeMutablePointer<UInt32>
  /// How many of `positions` remain to be scored exactly, once their rows have arrived.
  private var survivorCount = 0
  private var isSpread = false

  init(
    search: StagedSearch, terms: Terms, row: Int, worker: Int, scratch: StagedScratch,
    positions: UnsafeMutablePointer<UInt32>
  ) {
    self.search = search
    self.terms = terms
    self.row = row
    self.worker = worker
    self.scratch = scratch
    self.positions = positions
  }

  /// Takes the document off the scratch memory again.
  mutating func finish() {
    guard isSpread else { return }
    scratch.clear(terms, search.storage.directory)
    isSpread = false
  }

  /// Scores what the search left.
  @inline(__always)
  mutating func scoreSurvivors<Consumer: StagedConsumer>(_ consumer: Consumer) {
    for index in 0..<survivorCount { offer(Int(positions[index]), consumer) }
    finish()
  }

  /// Scores one prototype exactly.
  @inline(__always)
  mutating func offer<Consumer: StagedConsumer>(_ prototype: Int, _ consumer: Consumer) {
    if !isSpread {
      scratch.spreadOut(terms, search.storage.directory)
      isSpread = true
    }
    let score = search.storage.exact.score(
      prototype, bias: search.biases.pointer[prototype], terms, search.storage.directory,
      spread: scratch.spread, marks: scratch.marks)
    consumer.offer(
      worker: worker, row: row, PrototypeHit(prototype: Int32(truncatingIfNeeded: prototype), score: score))
  }

  /// Adds rows of codes until bounds leave few prototypes of the block, and scores those.
  ///
  /// - Returns: false if they leave too many.
  mutating func search<Consumer: StagedConsumer>(
    _ block: StagedBlock, _ scale: inout fk_staged_scale, _ consumer: Consumer
  ) -> Bool {
    // Rows that come from far away are asked for before it is known whether they are needed.
    let waits = block.hasNearRows
    if !waits { scratch.order(&scale, terms, search.kernels) }
    var document = scratch.document.pointee
    if !waits { fetchRows(block, 0, document) }
    let settled = Self.part(consumer.settled(row: row), of: block)
    search.kernels.scatter(
      scratch.document, block.entries.pointer, block.biasCodes?.pointer, scratch.sums, block.prototypes.count
    )
    var lowest = consumer.floor(row: row) * document.scale
    var leader: UInt32 = .max
    var done = 0
    while true {
      for index in settled { scratch.sums[index] = .min }
      raise(&lowest, &leader, block, done, document, consumer)
      let isLast = done == document.heavy_count
      let limit = isLast ? StagedScratch.candidateLimit : StagedSearch.fewSurvivors
      let found = survivors(block, done, document, lowest, limit)
      if found <= limit {
        keep(found, block, done, document, settled, &lowest, consumer)
        return true
      }
      guard !isLast else { return false }
      if waits, done == 0 {
        scratch.order(&scale, terms, search.kernels)
        document = scratch.document.pointee
      }
      let count = min(StagedSearch.stageLength, document.heavy_count - done)
      search.kernels.add_rows(
        block.codes.pointer, block.stride, document.rows + done, document.multipliers + done, count,
        scratch.sums, block.prototypes.count)
      done += count
      fetchRows(block, done, document)
    }
  }

  /// Asks for the beginnings of the rows of the next stage; `add_rows` fetches on from there.
  @inline(__always)
  private func fetchRows(_ block: StagedBlock, _ done: Int, _ document: fk_staged_document) {
    fk_fetch_rows(
      block.codes.pointer, block.stride, document.rows + done,
      min(StagedSearch.stageLength, document.heavy_count - done), min(block.stride, 512))
  }

  /// Raises the lowest score that matters to what the best sums have for certain.
  @inline(__always)
  private func raise<Consumer: StagedConsumer>(
    _ lowest: inout Float, _ leader: inout UInt32, _ block: StagedBlock, _ done: Int,
    _ document: fk_staged_document, _ consumer: Consumer
  ) {
    let count = consumer.leaderCount
    guard count > 0 else { return }
    let found = consumer.leaders(
      scratch.sums, count: block.stride, first: block.prototypes.lowerBound, kernels: search.codeKernels,
      into: positions)
    guard found == count, count > 1 || positions[0] != leader else { return }
    leader = positions[0]
    var sure = Float.infinity
    for index in 0..<found {
      sure = min(sure, refined(Int(positions[index]), block, done, document, -.infinity))
    }
    lowest = max(lowest, sure - document.slack)
  }

  @inline(__always)
  private func refined(
    _ index: Int, _ block: StagedBlock, _ done: Int, _ document: fk_staged_document, _ lowest: Float
  ) -> Float {
    fk_staged_refine(
      scratch.document, done, block.transposed.pointer + index * block.rowCount,
      Float(block.norms.pointer[index]) * block.normStep, scratch.sums[index], lowest)
  }

  /// Writes the prototypes whose bound reaches `lowest`; one more than `limit` if there are more.
  @inline(__always)
  private func survivors(
    _ block: StagedBlock, _ done: Int, _ document: fk_staged_document, _ lowest: Float, _ limit: Int
  ) -> Int {
    let rest = document.rest_sums[done]
    var wanted = lowest - document.slack - document.offsets[done] - 1
    if rest < 0 { wanted -= rest }
    let threshold = Int16(max(-32767, min(32767, wanted.rounded(.down))))
    let cap = Int16(max(0, min(32767, rest.rounded(.up) + 1)))
    let byNorm = (document.rest_norms[done] * block.normStep * 65536 * 1.0001).rounded(.up)
    let fits = byNorm <= 65535
    return Int(
      search.kernels.reach(
        scratch.sums, fits ? block.norms.pointer : block.noNorms.pointer, fits ? UInt16(byNorm) : .max,
        cap, threshold, block.stride, positions, limit))
  }

  /// Refines the survivors one by one and scores those that may still be part of the answer.
  @inline(__always)
  private mutating func keep<Consumer: StagedConsumer>(
    _ found: Int, _ block: StagedBlock, _ done: Int, _ document: fk_staged_document, _ settled: Range<Int>,
    _ lowest: inout Float, _ consumer: Consumer
  ) {
    let (positions, values) = (self.positions, scratch.values)
    if found > 1, done < document.heavy_count {
      for index in 0..<found {
        fk_staged_fetch_codes(
          scratch.document, done, block.transposed.pointer + Int(positions[index]) * block.rowCount)
      }
    }
    var kept = 0
    for index in 0..<found {
      let position = Int(positions[index])
      guard position < block.prototypes.count, !settled.contains(position) else { continue }
      let value = refined(position, block, done, document, lowest)
      guard value + document.slack >= lowest else { continue }
      if consumer.leaderCount == 1 { lowest = max(lowest, value - document.slack) }
      positions[kept] = positions[index]
      values[kept] = value
      kept += 1
    }
    var last = 0
    for index in 0..<kept where values[index] + document.slack >= lowest {
      positions[last] = positions[index]
      last += 1
    }
    if last == 1, !consumer.needsScores, search.storage.blocks.count == 1 {
      let only = PrototypeHit(prototype: Int32(bitPattern: positions[0]), score: 0)
      return consumer.offer(worker: worker, row: row, only)
    }
    guard search.storage.blocks.count == 1 else {
      // The next block profits from what this one has found.
      for index in 0..<last { offer(block.prototypes.lowerBound + Int(positions[index]), consumer) }
      return
    }
    for index in 0..<min(last, 2) { search.storage.exact.fetch(Int(positions[index])) }
    survivorCount = last
  }

  private static func part(_ range: Range<Int>, of block: StagedBlock) -> Range<Int> {
    let part = range.clamped(to: block.prototypes)
    guard !part.isEmpty else { return 0..<0 }
    return part.lowerBound - block.prototypes.lowerBound..<part.upperBound - block.prototypes.lowerBound
  }
}
