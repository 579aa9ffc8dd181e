import CFastKMeansKernels

/// One document's approximate scores for all prototypes: `score = sum / scale + offset`, at most `slack` sums off.
struct ApproximateSums {
  let sums: UnsafeMutablePointer<Int16>
  /// The number of sums, a whole number of blocks; those past the last prototype are `Int16.min`.
  let count: Int
  let largest: Int16
  let scale: Float
  let offset: Float
  /// Rounded up to whole sums.
  let slack: Int
  let kernels: fk_code_kernels

  /// The prototypes that may reach a score that some prototype with this sum has for certain.
  ///
  /// - Returns: how many positions were written; `limit` may mean that there are more.
  @inline(__always)
  func reaching(_ sum: Int16, into positions: UnsafeMutablePointer<UInt32>, limit: Int) -> Int {
    Int(kernels.at_least(sums, count, Self.clamped(Int(sum) - 2 * slack), positions, limit))
  }

  /// The prototypes whose score may be above a threshold.
  @inline(__always)
  func above(_ threshold: Float, into positions: UnsafeMutablePointer<UInt32>, limit: Int) -> Int {
    let wanted = (Double(threshold) - Double(offset)) * Double(scale) - Double(slack) - 1
    guard wanted < 32768 else { return 0 }
    let lowest = Self.clamped(wanted > -32768 ? Int(wanted.rounded(.down)) : -32768)
    return Int(kernels.at_least(sums, count, lowest, positions, limit))
  }

  /// `Int16.min` stands for no prototype, so a threshold stays above it.
  @inline(__always)
  private static func clamped(_ sum: Int) -> Int16 { Int16(max(-32767, min(32767, sum))) }
}

/// A consumer that can tell from approximate scores which prototypes its answer depends on.
protocol CandidateConsumer: ScoreConsumer {
  /// Whether the answer names scores, or prototypes only.
  var needsScores: Bool { get }
  /// Writes the prototypes that may be part of the answer, each group of equal rank ascending.
  /// - Returns: how many; `limit` if there may be more than that.
  func candidates(
    worker: Int, row: Int, _ sums: ApproximateSums, into positions: UnsafeMutablePointer<UInt32>, limit: Int
  ) -> Int
  /// Takes one exact score; prototypes come in the order that ``candidates(worker:row:_:into:limit:)`` gave.
  func offer(worker: Int, row: Int, _ hit: PrototypeHit)
}

extension CandidateConsumer {
  var needsScores: Bool { true }
}

extension BestConsumer: CandidateConsumer {
  @inline(__always)
  func candidates(
    worker: Int, row: Int, _ sums: ApproximateSums, into positions: UnsafeMutablePointer<UInt32>, limit: Int
  ) -> Int {
    sums.reaching(sums.largest, into: positions, limit: limit)
  }

  @inline(__always)
  func offer(worker: Int, row: Int, _ hit: PrototypeHit) {
    if hit.score > hits[row].score { hits[row] = hit }
  }
}

extension TopConsumer: CandidateConsumer {
  @inline(__always)
  func candidates(
    worker: Int, row: Int, _ sums: ApproximateSums, into positions: UnsafeMutablePointer<UInt32>, limit: Int
  ) -> Int {
    guard let sum = lowestSum(sums, positions) else {
      // Fewer than asked for: every prototype is part of the answer.
      return Int(sums.kernels.at_least(sums.sums, sums.count, -32767, positions, limit))
    }
    return sums.reaching(sum, into: positions, limit: limit)
  }

  @inline(__always)
  func offer(worker: Int, row: Int, _ hit: PrototypeHit) { insert(hit, hits + row * self.limit) }

  /// The sum that the last entry of the answer has for certain; nil if there are fewer entries.
  private func lowestSum(_ sums: ApproximateSums, _ positions: UnsafeMutablePointer<UInt32>) -> Int16? {
    withUnsafeTemporaryAllocation(of: RankedSum.self, capacity: limit) { list in
      rankSums(sums.sums, count: sums.count, first: 0, sums.kernels, positions, into: list)
      return list[limit - 1].position >= 0 ? list[limit - 1].sum : nil
    }
  }

  /// The best sums, one for each class if classes are what counts; `first` is the prototype of the first sum.
  ///
  /// `positions` needs room for a whole block.
  func rankSums(
    _ sums: UnsafePointer<Int16>, count: Int, first: Int, _ kernels: fk_code_kernels,
    _ positions: UnsafeMutablePointer<UInt32>, into list: UnsafeMutableBufferPointer<RankedSum>
  ) {
    list.initialize(repeating: RankedSum(sum: .min, position: -1))
    for block in stride(from: 0, to: count, by: CodedRows.blockSize) {
      let last = list[limit - 1].sum
      guard last < .max else { return }
      let found = kernels.at_least(
        sums + block, CodedRows.blockSize, last + 1, positions, CodedRows.blockSize)
      for index in 0..<Int(found) {
        let position = block + Int(positions[index])
        rank(RankedSum(sum: sums[position], position: Int32(truncatingIfNeeded: position)), first, list)
      }
    }
  }

  private func rank(_ entry: RankedSum, _ first: Int, _ list: UnsafeMutableBufferPointer<RankedSum>) {
    guard entry.sum > list[limit - 1].sum else { return }
    var place = limit - 1
    if let classes {
      let index = classes[first + Int(entry.position)]
      let same = list.firstIndex { $0.position >= 0 && classes[first + Int($0.position)] == index }
      if let same {
        guard entry.sum > list[same].sum else { return }
        place = same
      }
    }
    while place > 0, list[place - 1].sum < entry.sum {
      list[place] = list[place - 1]
      place -= 1
    }
    list[place] = entry
  }
}

/// A sum and where it stands.
struct RankedSum {
  var sum: Int16
  var position: Int32
}

extension OwnAndOtherConsumer: CandidateConsumer {
  @inline(__always)
  func candidates(
    worker: Int, row: Int, _ sums: ApproximateSums, into positions: UnsafeMutablePointer<UInt32>, limit: Int
  ) -> Int {
    let range = ownRange(row)
    guard !range.isEmpty else { return sums.reaching(sums.largest, into: positions, limit: limit) }
    var top = Int16.min
    for prototype in range { top = max(top, sums.sums[prototype]) }
    let lowest = Int(top) - 2 * sums.slack
    var found = 0
    for prototype in range {
      if found < limit, Int(sums.sums[prototype]) >= lowest {
        positions[found] = UInt32(truncatingIfNeeded: prototype)
        found += 1
      }
      // Out of the way of the search among the others.
      sums.sums[prototype] = .min
    }
    let other = top < sums.largest ? sums.largest : sums.kernels.largest(sums.sums, sums.count)
    guard other > .min, found < limit else { return found }
    return found + sums.reaching(other, into: positions + found, limit: limit - found)
  }

  @inline(__always)
  func offer(worker: Int, row: Int, _ hit: PrototypeHit) {
    if ownRange(row).contains(Int(hit.prototype)) {
      if hit.score > own[row].score { own[row] = hit }
    } else if hit.score > other[row].score {
      other[row] = hit
    }
  }

  @inline(__always)
  func ownRange(_ row: Int) -> Range<Int> {
    let index = Int(classes[row])
    guard index >= 0, index + 1 < classStarts.count else { return 0..<0 }
    return classStarts[index]..<classStarts[index + 1]
  }
}

extension AboveConsumer: CandidateConsumer {
  @inline(__always)
  func candidates(
    worker: Int, row: Int, _ sums: ApproximateSums, into positions: UnsafeMutablePointer<UInt32>, limit: Int
  ) -> Int {
    sums.above(threshold, into: positions, limit: limit)
  }

  @inline(__always)
  func offer(worker: Int, row: Int, _ hit: PrototypeHit) {
    if hit.score > threshold { scratch.with(worker) { $0.append(row: row, hit) } }
  }
}
