import CFastKMeansKernels

/// A consumer that a staged search can serve: it says which scores no longer matter.
protocol StagedConsumer: CandidateConsumer {
  /// Whether the best prototype of all is the whole answer.
  var asksForBest: Bool { get }
  /// How many prototypes make up the answer; 0 if only the floor decides.
  var leaderCount: Int { get }
  /// Scores below this are not part of the answer, as far as is known now.
  func floor(row: Int) -> Float
  /// Forgets what a row was offered, because all its scores are about to come.
  func restart(worker: Int, row: Int)
  /// Prototypes that are scored in any case, before the search, and left out of it.
  func settled(row: Int) -> Range<Int>
  /// The prototypes with the best sums that would make up the answer; fewer than `leaderCount` if there are.
  func leaders(
    _ sums: UnsafePointer<Int16>, count: Int, first: Int, kernels: fk_code_kernels,
    into positions: UnsafeMutablePointer<UInt32>
  ) -> Int
}

extension StagedConsumer {
  var asksForBest: Bool { false }

  var leaderCount: Int { 1 }

  func restart(worker: Int, row: Int) { begin(worker: worker, rows: row..<row + 1) }

  func settled(row: Int) -> Range<Int> { 0..<0 }

  @inline(__always)
  func leaders(
    _ sums: UnsafePointer<Int16>, count: Int, first: Int, kernels: fk_code_kernels,
    into positions: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let largest = kernels.largest(sums, count)
    return largest > .min ? Int(kernels.at_least(sums, count, largest, positions, 1)) : 0
  }
}

extension BestConsumer: StagedConsumer {
  var asksForBest: Bool { true }

  @inline(__always)
  func floor(row: Int) -> Float { hits[row].score }
}

extension BestIndexConsumer: StagedConsumer {
  var asksForBest: Bool { true }

  @inline(__always)
  func floor(row: Int) -> Float { -.infinity }

  func restart(worker: Int, row: Int) {
    prototypes[row] = -1
    scores.with(worker) { $0.scores[row - $0.firstRow] = -.infinity }
  }
}

extension OwnAndOtherConsumer: StagedConsumer {
  @inline(__always)
  func floor(row: Int) -> Float {
    guard let margin else { return other[row].score }
    return max(other[row].score, own[row].score - margin)
  }

  @inline(__always)
  func settled(row: Int) -> Range<Int> { ownRange(row) }
}

extension AboveConsumer: StagedConsumer {
  var leaderCount: Int { 0 }

  @inline(__always)
  func floor(row: Int) -> Float { threshold }

  func restart(worker: Int, row: Int) { scratch.with(worker) { $0.clear(row: row) } }
}

extension TopConsumer: StagedConsumer {
  var leaderCount: Int { limit }

  @inline(__always)
  func floor(row: Int) -> Float { hits[row * limit + limit - 1].score }

  func leaders(
    _ sums: UnsafePointer<Int16>, count: Int, first: Int, kernels: fk_code_kernels,
    into positions: UnsafeMutablePointer<UInt32>
  ) -> Int {
    withUnsafeTemporaryAllocation(of: RankedSum.self, capacity: limit) { list in
      rankSums(sums, count: count, first: first, kernels, positions, into: list)
      var found = 0
      while found < limit, list[found].position >= 0 {
        positions[found] = UInt32(bitPattern: list[found].position)
        found += 1
      }
      return found
    }
  }
}
