import CFastKMeansKernels

/// One document on its way through the classes.
///
/// It is started, and finished only when the next one has been started: the exact scores of its most promising class
/// give the bound that all others are held against, and that class's prototypes come from far away.
struct ClassQuery {
  let search: ClassSearch
  let terms: Terms
  let row: Int
  let slot: ClassScratch.Slot
  let spread: SpreadDocument
  /// The class with the best sum of the document's rare features.
  private var leader: Int?
  /// The best prototype so far.
  private var best = PrototypeHit.none

  init(
    search: ClassSearch, terms: Terms, row: Int, slot: ClassScratch.Slot, spread: SpreadDocument
  ) {
    self.search = search
    self.terms = terms
    self.row = row
    self.slot = slot
    self.spread = spread
  }

  private var block: StagedBlock { search.storage.block }

  /// Adds the lists of rare features, and asks for the prototypes of the class that is ahead then.
  @inline(__always)
  mutating func start(_ scale: inout fk_staged_scale) {
    guard terms.count > 0 else { return }
    slot.document.plan(&scale, terms, search.kernels)
    guard slot.document.pointer.pointee.scale > 0 else { return }
    if !block.hasNearRows {
      slot.document.order(&scale, terms, search.kernels)
      block.fetchRows(0, slot.document.pointer.pointee)
    }
    search.kernels.scatter(
      slot.document.pointer, block.entries.pointer, block.biasCodes?.pointer, slot.sums,
      block.prototypes.count)
    slot.scoredCount = 0
    leader = ahead()
    if let leader { fetchPrototypes(leader) }
  }

  /// Adds rows of codes until bounds leave few classes, and scores their prototypes.
  ///
  /// - Returns: the best prototype; nil if bounds leave too many classes, or codes cannot hold the document.
  @inline(__always)
  mutating func best(_ scale: inout fk_staged_scale) -> PrototypeHit? {
    var document = slot.document.pointer.pointee
    guard document.scale > 0, let leader else { return nil }
    spread.set(terms, search.storage.directory)
    defer { spread.clear(terms, search.storage.directory) }
    score(leader)
    var done = 0
    while true {
      let isLast = done == document.heavy_count
      let limit = isLast ? StagedScratch.candidateLimit : StagedSearch.fewSurvivors
      let found = block.survivors(
        slot.sums, done, document, best.score * document.scale, limit, into: slot.positions,
        kernels: search.kernels)
      if found <= limit {
        scoreSurvivors(found, done, document)
        return best
      }
      guard !isLast else { return nil }
      if block.hasNearRows, done == 0 {
        slot.document.order(&scale, terms, search.kernels)
        document = slot.document.pointer.pointee
      }
      done = block.addRows(done, document, to: slot.sums, kernels: search.kernels)
      block.fetchRows(done, document)
      slot.leaveOutScored()
      if let next = ahead(), mayWin(next, done, document) { score(next) }
    }
  }

  /// Scores, best bound first, the classes among the survivors that may still win.
  @inline(__always)
  private mutating func scoreSurvivors(_ found: Int, _ done: Int, _ document: fk_staged_document) {
    let (positions, values) = (slot.positions, slot.values)
    var kept = 0
    for index in 0..<found {
      let position = Int(positions[index])
      guard slot.sums[position] > .min else { continue }
      let lowest = best.score * document.scale
      let value = block.refined(position, slot.document, done, slot.sums, lowest: lowest)
      guard value + document.slack >= lowest else { continue }
      fetchPrototypes(position)
      positions[kept] = positions[index]
      values[kept] = value
      kept += 1
    }
    while kept > 0 {
      let next = (0..<kept).reduce(0) { values[$1] > values[$0] ? $1 : $0 }
      guard values[next] + document.slack >= best.score * document.scale else { return }
      score(Int(positions[next]))
      kept -= 1
      positions[next] = positions[kept]
      values[next] = values[kept]
    }
  }

  /// Whether a class's bound reaches the best score.
  @inline(__always)
  private func mayWin(_ position: Int, _ done: Int, _ document: fk_staged_document) -> Bool {
    let lowest = best.score * document.scale
    let value = block.refined(position, slot.document, done, slot.sums, lowest: lowest)
    return value + document.slack >= lowest
  }

  /// Scores each prototype of a class; equal scores go to the lowest prototype, whichever class came first.
  @inline(__always)
  private mutating func score(_ position: Int) {
    let (storage, biases) = (search.storage, search.biases.pointer)
    for prototype in storage.classes[position] {
      let score = storage.exact.score(prototype, bias: biases[prototype], terms, storage.directory, spread)
      let isLower = score == best.score && prototype < Int(best.prototype)
      guard score > best.score || isLower else { continue }
      best = PrototypeHit(prototype: Int32(truncatingIfNeeded: prototype), score: score)
    }
    slot.leaveOut(position)
  }

  @inline(__always)
  private func fetchPrototypes(_ position: Int) {
    for prototype in search.storage.classes[position] { search.storage.exact.fetch(prototype) }
  }

  /// The class with the largest sum.
  @inline(__always)
  private func ahead() -> Int? {
    let largest = search.codeKernels.largest(slot.sums, block.stride)
    guard largest > .min,
      search.codeKernels.at_least(slot.sums, block.stride, largest, slot.positions, 1) > 0
    else { return nil }
    return Int(slot.positions[0])
  }
}
