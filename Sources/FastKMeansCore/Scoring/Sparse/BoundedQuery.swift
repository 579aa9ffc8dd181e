import CFastKMeansKernels

/// One document on its way through the blocks.
struct BoundedQuery {
  let search: BoundedSearch
  let terms: Terms
  let row: Int
  let worker: Int
  let scratch: BoundedScratch
  private let positions: UnsafeMutablePointer<UInt32>
  /// How many of `positions` remain to be scored exactly, once their rows have arrived.
  private var survivorCount = 0
  private var isSpread = false

  init(
    search: BoundedSearch, terms: Terms, row: Int, worker: Int, scratch: BoundedScratch,
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
    scratch.spread.clear(terms, search.storage.directory)
    isSpread = false
  }

  /// Scores what the search left.
  @inline(__always)
  mutating func scoreSurvivors<Consumer: SearchConsumer>(_ consumer: Consumer) {
    for index in 0..<survivorCount { offer(Int(positions[index]), consumer) }
    finish()
  }

  /// Scores one prototype exactly.
  @inline(__always)
  mutating func offer<Consumer: SearchConsumer>(_ prototype: Int, _ consumer: Consumer) {
    if !isSpread {
      scratch.spread.set(terms, search.storage.directory)
      isSpread = true
    }
    let score = search.storage.exact.score(
      prototype, bias: search.biases.pointer[prototype], terms, search.storage.directory, scratch.spread)
    consumer.offer(
      worker: worker, row: row, PrototypeHit(prototype: Int32(truncatingIfNeeded: prototype), score: score))
  }

  /// Adds rows of codes until bounds leave few prototypes of the block, and scores those.
  ///
  /// - Returns: false if they leave too many.
  mutating func search<Consumer: SearchConsumer>(
    _ block: BoundedBlock, _ scale: inout fk_staged_scale, _ consumer: Consumer
  ) -> Bool {
    // Rows that come from far away are asked for before it is known whether they are needed.
    let waits = block.hasNearRows
    if !waits { scratch.document.order(&scale, terms, search.kernels) }
    var document = scratch.document.pointer.pointee
    if !waits { block.fetchRows(0, document) }
    search.kernels.scatter(
      scratch.document.pointer, block.entries.pointer, block.biasCodes?.pointer, scratch.sums,
      block.prototypes.count
    )
    var lowest = consumer.threshold(worker: worker, row: row) * document.scale
    var leader: UInt32 = .max
    var done = 0
    // What other blocks have found may leave few of this one at once.
    var isKnown = lowest > -.infinity
    while true {
      let isLast = done == document.heavy_count
      if isLast || !isKnown { raise(&lowest, &leader, block, done, document, consumer) }
      isKnown = false
      let limit = isLast ? BoundedScratch.candidateLimit : BoundedSearch.fewSurvivors
      let found = block.survivors(
        scratch.sums, done, document, lowest, limit, into: positions, kernels: search.kernels)
      if found <= limit {
        keep(found, block, done, document, &lowest, consumer)
        return true
      }
      guard !isLast else { return false }
      if waits, done == 0 {
        scratch.document.order(&scale, terms, search.kernels)
        document = scratch.document.pointer.pointee
      }
      done = block.addRows(
        done, BoundedSearch.stageLength(for: consumer), document, to: scratch.sums, kernels: search.kernels)
      block.fetchRows(done, document)
    }
  }

  /// Raises the lowest score that matters to what the best sums have for certain.
  @inline(__always)
  private func raise<Consumer: SearchConsumer>(
    _ lowest: inout Float, _ leader: inout UInt32, _ block: BoundedBlock, _ done: Int,
    _ document: fk_staged_document, _ consumer: Consumer
  ) {
    let found = consumer.leaders(
      scratch.sums, count: block.stride, first: block.prototypes.lowerBound, scale: document.scale,
      kernels: search.codeKernels, into: positions)
    guard found > 0, consumer.leaderCounts.upperBound > 1 || positions[0] != leader else { return }
    leader = positions[0]
    let sure = consumer.sureScore(ofLeaders: found, scale: document.scale) {
      block.refined(Int(positions[$0]), scratch.document, done, scratch.sums, lowest: -.infinity)
    }
    lowest = max(lowest, sure - document.slack)
  }

  /// Refines the survivors one by one and scores those that may still be part of the answer.
  @inline(__always)
  private mutating func keep<Consumer: SearchConsumer>(
    _ found: Int, _ block: BoundedBlock, _ done: Int, _ document: fk_staged_document, _ lowest: inout Float,
    _ consumer: Consumer
  ) {
    let (positions, values) = (self.positions, scratch.values)
    if found > 1, done < document.heavy_count {
      for index in 0..<found { block.fetchCodes(Int(positions[index]), scratch.document, done) }
    }
    var kept = 0
    for index in 0..<found {
      let position = Int(positions[index])
      guard position < block.prototypes.count else { continue }
      let value = block.refined(position, scratch.document, done, scratch.sums, lowest: lowest)
      guard value + document.slack >= lowest else { continue }
      if consumer.leaderCounts.upperBound == 1 { lowest = max(lowest, value - document.slack) }
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
    for index in 0..<min(last, 6) { search.storage.exact.fetch(Int(positions[index])) }
    survivorCount = last
  }
}
