import CFastKMeansKernels

/// One document on its way through a search by class: memory of one worker, used again for each second document.
///
/// A document is started, and finished only when the next one has been started: the exact scores of its most promising
/// class give the bound that all others are held against, and that class's prototypes come from far away.
final class ClassQuery {
  let document = StagedDocument()
  let sums: UnsafeMutablePointer<Int16>
  let positions: UnsafeMutablePointer<UInt32>
  let values: UnsafeMutablePointer<Float>
  /// The classes whose prototypes have been scored.
  private let scored: UnsafeMutablePointer<Int>
  private var scoredCount = 0
  private(set) var terms: Terms?
  private(set) var row = 0
  /// The class with the best sum of the document's rare features; -1: no known feature, or codes cannot hold the document.
  private(set) var leader = -1
  /// The best prototype so far.
  private(set) var best = PrototypeHit.none

  init(classCount: Int) {
    let room = StagedScratch.candidateLimit + CodedRows.blockSize
    sums = .allocate(capacity: roundedUp(classCount, to: CodedRows.blockSize))
    positions = .allocate(capacity: room)
    values = .allocate(capacity: room)
    scored = .allocate(capacity: classCount)
  }

  deinit {
    sums.deallocate()
    positions.deallocate()
    values.deallocate()
    scored.deallocate()
  }

  /// The class with the largest sum; -1 where none is left.
  @inline(__always)
  private func ahead(_ block: StagedBlock, _ kernels: fk_code_kernels) -> Int {
    let largest = kernels.largest(sums, block.stride)
    guard largest > .min, kernels.at_least(sums, block.stride, largest, positions, 1) > 0 else { return -1 }
    return Int(positions[0])
  }

  /// Takes a class out of the search: the sums of others never come down to that.
  @inline(__always)
  private func leaveOut(_ position: Int) {
    scored[scoredCount] = position
    scoredCount += 1
    sums[position] = .min
  }

  /// The same again, after rows have been added to all sums.
  @inline(__always)
  private func leaveOutScored() {
    for index in 0..<scoredCount { sums[scored[index]] = .min }
  }
}

extension ClassQuery {
  /// Adds the lists of rare features, and asks for the prototypes of the class that is ahead then.
  @inline(__always)
  func start(_ terms: Terms, row: Int, _ search: ClassSearch, _ scale: inout fk_staged_scale) {
    (self.terms, self.row, leader, best, scoredCount) = (terms, row, -1, .none, 0)
    guard terms.count > 0 else { return }
    let block = search.storage.block
    document.plan(&scale, terms, search.kernels)
    guard document.pointer.pointee.scale > 0 else { return }
    if !block.hasNearRows {
      document.order(&scale, terms, search.kernels)
      block.fetchRows(0, document.pointer.pointee)
    }
    search.kernels.scatter(
      document.pointer, block.entries.pointer, block.biasCodes?.pointer, sums, block.prototypes.count)
    leader = ahead(block, search.codeKernels)
    if leader >= 0 { search.storage.fetchPrototypes(of: leader) }
  }

  /// Adds rows of codes until bounds leave few classes, and scores their prototypes.
  ///
  /// - Returns: whether ``best`` is the answer; not if there is no known feature, bounds leave too many classes, or codes
  ///   cannot hold the document.
  @inline(__always)
  func finish(_ terms: Terms, _ search: ClassSearch, _ spread: SpreadDocument, _ scale: inout fk_staged_scale)
    -> Bool
  {
    guard leader >= 0 else { return false }
    spread.set(terms, search.storage.directory)
    defer { spread.clear(terms, search.storage.directory) }
    score(leader, terms, search, spread)
    return searchOthers(terms, search, spread, &scale)
  }

  @inline(__always)
  private func searchOthers(
    _ terms: Terms, _ search: ClassSearch, _ spread: SpreadDocument, _ scale: inout fk_staged_scale
  ) -> Bool {
    let block = search.storage.block
    var document = self.document.pointer.pointee
    var done = 0
    while true {
      let isLast = done == document.heavy_count
      let limit = isLast ? StagedScratch.candidateLimit : StagedSearch.fewSurvivors
      let found = block.survivors(
        sums, done, document, best.score * document.scale, limit, into: positions, kernels: search.kernels)
      if found <= limit {
        scoreSurvivors(found, done, document, terms, search, spread)
        return true
      }
      guard !isLast else { return false }
      if block.hasNearRows, done == 0 {
        self.document.order(&scale, terms, search.kernels)
        document = self.document.pointer.pointee
      }
      done = block.addRows(done, document, to: sums, kernels: search.kernels)
      block.fetchRows(done, document)
      leaveOutScored()
      let next = ahead(block, search.codeKernels)
      if next >= 0, bound(next, done, document, block) != nil { score(next, terms, search, spread) }
    }
  }

  /// Scores, best bound first, the classes among the survivors that may still win.
  @inline(__always)
  private func scoreSurvivors(
    _ found: Int, _ done: Int, _ document: fk_staged_document, _ terms: Terms, _ search: ClassSearch,
    _ spread: SpreadDocument
  ) {
    var kept = 0
    for index in 0..<found {
      let position = Int(positions[index])
      guard sums[position] > .min, let bound = bound(position, done, document, search.storage.block) else {
        continue
      }
      search.storage.fetchPrototypes(of: position)
      positions[kept] = positions[index]
      values[kept] = bound
      kept += 1
    }
    while kept > 0 {
      let next = (0..<kept).reduce(0) { values[$1] > values[$0] ? $1 : $0 }
      guard values[next] >= best.score * document.scale else { return }
      score(Int(positions[next]), terms, search, spread)
      kept -= 1
      positions[next] = positions[kept]
      values[next] = values[kept]
    }
  }

  /// The most that a class may score, in units of sums; nil if that is below the best score.
  @inline(__always)
  private func bound(
    _ position: Int, _ done: Int, _ document: fk_staged_document, _ block: StagedBlock
  ) -> Float? {
    let lowest = best.score * document.scale
    let most = block.refined(position, self.document, done, sums, lowest: lowest) + document.slack
    return most >= lowest ? most : nil
  }

  /// Scores each prototype of a class; equal scores go to the lowest prototype, whichever class came first.
  @inline(__always)
  private func score(_ position: Int, _ terms: Terms, _ search: ClassSearch, _ spread: SpreadDocument) {
    let (storage, biases) = (search.storage, search.biases.pointer)
    for prototype in storage.classes[position] {
      let score = storage.exact.score(prototype, bias: biases[prototype], terms, storage.directory, spread)
      let isLower = score == best.score && prototype < Int(best.prototype)
      guard score > best.score || isLower else { continue }
      best = PrototypeHit(prototype: Int32(truncatingIfNeeded: prototype), score: score)
    }
    leaveOut(position)
  }
}
