import CFastKMeansKernels

/// How many of a document's best classes make up an answer.
package struct ClassQuestion: Sendable, Equatable {
  /// The most classes that are given.
  package let most: Int
  /// This many classes, or all if there are fewer, are given wherever they score.
  package let least: Int
  /// Beyond ``least``, a class is given if its score is at least the best one's minus this.
  package let reach: Float

  package init(most: Int, least: Int, reach: Float) {
    self.most = most
    self.least = least
    self.reach = reach
  }

  /// The best classes, wherever they score.
  package init(_ count: Int) { self.init(most: count, least: count, reach: 0) }

  /// What a class must exceed to be part of an answer.
  ///
  /// - Parameters: scores of the best class, of place ``least`` and of place ``most``; minus infinity for none.
  @inline(__always)
  func threshold(first: Float, least: Float, last: Float) -> Float {
    max(last, min(least, (first - reach).nextDown))
  }
}

/// The best classes of each row, each by its best prototype.
///
/// The answer itself is the list being kept: as many hits for each row as the question has room for, best first. A new
/// hit is moved to its place step by step, which suits a few classes.
struct BestClassesConsumer: SearchConsumer, @unchecked Sendable {
  let hits: UnsafeMutableBufferPointer<PrototypeHit>
  let question: ClassQuestion
  /// The class of each prototype.
  let classes: [Int32]
  private let positions: WorkerScratch<[UInt32]>

  /// How many scores are compared with the threshold at a time, at most; fewer at first, while it is low.
  private static var step: Int { 64 }
  private static var firstStep: Int { 8 }

  init(
    hits: UnsafeMutableBufferPointer<PrototypeHit>, question: ClassQuestion, classes: [Int32], workers: Int
  ) {
    self.hits = hits
    self.question = question
    self.classes = classes
    positions = WorkerScratch(workers: workers) { [UInt32](repeating: 0, count: Self.step) }
  }

  var needsScores: Bool { true }
  var leaderCounts: ClosedRange<Int> { question.least...question.most }
  private var limit: Int { question.most }

  @inline(__always)
  func threshold(worker: Int, row: Int) -> Float { threshold(list(row)) }

  private func list(_ row: Int) -> UnsafeMutableBufferPointer<PrototypeHit> {
    UnsafeMutableBufferPointer(rebasing: hits[row * limit..<(row + 1) * limit])
  }

  @inline(__always)
  private func threshold(_ list: UnsafeMutableBufferPointer<PrototypeHit>) -> Float {
    question.threshold(
      first: list[0].score, least: list[question.least - 1].score, last: list[limit - 1].score)
  }

  /// Takes out what came to lie out of reach.
  func end(worker: Int, rows: Range<Int>) {
    guard question.least < limit else { return }
    for row in rows {
      let list = list(row)
      for place in question.least..<limit where !(list[place].score >= list[0].score - question.reach) {
        list[place] = .none
      }
    }
  }

  func begin(worker: Int, rows: Range<Int>) {
    for place in rows.lowerBound * limit..<rows.upperBound * limit { hits[place] = .none }
  }

  @inline(__always)
  func take(
    worker: Int, row: Int, first: Int, scores: UnsafePointer<Float>, count: Int, kernels: fk_scoring_kernels
  ) {
    let known = first == 0 && count == classes.count ? lowestOfInterest(scores, kernels) : -.infinity
    positions.with(worker) { positions in
      var (start, step) = (0, known > -.infinity ? Self.step : Self.firstStep)
      while start < count {
        defer { (start, step) = (start + step, min(2 * step, Self.step)) }
        let above = positions.withUnsafeMutableBufferPointer {
          kernels.positions_above(
            scores + start, min(step, count - start), max(known, threshold(worker: worker, row: row)),
            $0.baseAddress)
        }
        for index in 0..<Int(above) {
          let position = start + Int(positions[index])
          offer(
            worker: worker, row: row,
            PrototypeHit(prototype: Int32(truncatingIfNeeded: first + position), score: scores[position]))
        }
      }
    }
  }

  /// What a score must exceed to be part of the answer to all scores of a row; minus infinity where two classes do not
  /// tell.
  ///
  /// Classes are neighbours, so the best of the others is the best before or after the best one's.
  @inline(__always)
  private func lowestOfInterest(_ scores: UnsafePointer<Float>, _ kernels: fk_scoring_kernels) -> Float {
    guard question.least == 2 else { return -.infinity }
    let best = kernels.first_max(scores, classes.count)
    guard best >= 0 else { return -.infinity }
    let own = neighbours(of: best, in: 0..<classes.count)
    let before = kernels.first_max(scores, own.lowerBound)
    let after = kernels.first_max(scores + own.upperBound, classes.count - own.upperBound)
    let second = max(
      before < 0 ? -.infinity : scores[before], after < 0 ? -.infinity : scores[own.upperBound + after])
    return min(second, scores[best] - question.reach).nextDown
  }

  /// The prototypes of the same class in a range.
  @inline(__always)
  private func neighbours(of prototype: Int, in range: Range<Int>) -> Range<Int> {
    var (start, end) = (prototype, prototype + 1)
    while start > range.lowerBound, classes[start - 1] == classes[prototype] { start -= 1 }
    while end < range.upperBound, classes[end] == classes[prototype] { end += 1 }
    return start..<end
  }

  /// Puts a hit in its place. Its prototype is above all others in the list, so equal ones stay before it.
  @inline(__always)
  func offer(worker: Int, row: Int, _ hit: PrototypeHit) {
    let list = list(row)
    guard hit.score > threshold(list) else { return }
    let own = classes[Int(hit.prototype)]
    var place = list.firstIndex { $0.prototype < 0 || classes[Int($0.prototype)] == own } ?? limit - 1
    if list[place].prototype >= 0, classes[Int(list[place].prototype)] == own {
      guard hit.score > list[place].score else { return }
    } else {
      place = limit - 1
    }
    while place > 0, list[place - 1].score < hit.score {
      list[place] = list[place - 1]
      place -= 1
    }
    list[place] = hit
  }

  func leaders(
    _ sums: UnsafeMutablePointer<Int16>, count: Int, first: Int, scale: Float, kernels: fk_code_kernels,
    into positions: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let largest = Int(kernels.largest(sums, count))
    guard largest > Int(Int16.min) else { return 0 }
    let reach = question.least < limit ? Int(min(65_535, question.reach * scale)) + 1 : 0
    // Most often few lie within reach of the best: then two classes tell what matters.
    if question.least == 2 {
      let lowest = Int16(max(-32767, largest - reach))
      let near = Int(kernels.at_least(sums, count, lowest, positions, Self.crowd))
      if near < Self.crowd {
        return firstTwo(sums, count: count, first: first, near: near, kernels, positions)
      }
    }
    return withUnsafeTemporaryAllocation(of: Leader.self, capacity: limit) { list in
      func rank(_ sums: UnsafePointer<Int16>, _ found: Int, from start: Int) {
        for index in 0..<found {
          let position = Int(positions[index])
          self.rank(
            Leader(sum: sums[position], position: Int32(truncatingIfNeeded: start + position)), first, list,
            reach)
        }
      }
      // Most often the leaders lie not far below the largest sum: a guess at how far saves ranking the others.
      var width = max(reach, largest.magnitude > 64 ? Int(largest.magnitude) / 4 : 16)
      for _ in 0..<3 {
        list.initialize(repeating: Leader(sum: .min, position: -1))
        let found = Int(
          kernels.at_least(
            sums, count, Int16(max(-32767, largest - width)), positions, CodedRows.blockSize))
        guard found < CodedRows.blockSize else { break }
        rank(sums, found, from: 0)
        guard list[question.least - 1].position < 0 else { return write(list, reach, positions) }
        width *= 2
      }
      list.initialize(repeating: Leader(sum: .min, position: -1))
      for block in stride(from: 0, to: count, by: CodedRows.blockSize) {
        let lowest = lowest(list, reach)
        guard lowest < Int(Int16.max) else { break }
        let found = kernels.at_least(
          sums + block, CodedRows.blockSize, Int16(max(-32767, lowest + 1)), positions, CodedRows.blockSize)
        rank(sums + block, Int(found), from: block)
      }
      return write(list, reach, positions)
    }
  }

  /// This many classes near the best one are ranked.
  private static var crowd: Int { 48 }

  /// Writes the position of the best sum and that of the best one of another class.
  ///
  /// - Parameter near: how many positions are written already: those of all sums near the best one, by position.
  private func firstTwo(
    _ sums: UnsafeMutablePointer<Int16>, count: Int, first: Int, near: Int, _ kernels: fk_code_kernels,
    _ positions: UnsafeMutablePointer<UInt32>
  ) -> Int {
    var best = positions[0]
    for place in 1..<max(1, near) where sums[Int(positions[place])] > sums[Int(best)] {
      best = positions[place]
    }
    let own = classes[first + Int(best)]
    var second: UInt32?
    for place in 0..<near where classes[first + Int(positions[place])] != own {
      if let known = second, sums[Int(known)] >= sums[Int(positions[place])] { continue }
      second = positions[place]
    }
    positions[0] = best
    if let second {
      positions[1] = second
      return 2
    }
    return 1 + leader(sums, count: count, first: first, butOf: Int(best), kernels, positions + 1)
  }

  /// Writes the position of the best sum among the other classes.
  ///
  /// - Parameter best: a position of the class that is passed over.
  /// - Returns: how many positions were written: 1, or 0 where no other class has a sum.
  private func leader(
    _ sums: UnsafeMutablePointer<Int16>, count: Int, first: Int, butOf best: Int, _ kernels: fk_code_kernels,
    _ positions: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let own = neighbours(of: first + best, in: first..<min(first + count, classes.count))
    return withUnsafeTemporaryAllocation(of: Int16.self, capacity: own.count) { saved in
      for place in 0..<own.count {
        let position = own.lowerBound - first + place
        saved[place] = sums[position]
        sums[position] = .min
      }
      let largest = kernels.largest(sums, count)
      let found = largest > .min ? Int(kernels.at_least(sums, count, largest, positions, 1)) : 0
      for place in 0..<own.count { sums[own.lowerBound - first + place] = saved[place] }
      return found
    }
  }

  /// Writes the positions of the leaders that would be part of the answer.
  private func write(
    _ list: UnsafeMutableBufferPointer<Leader>, _ reach: Int, _ positions: UnsafeMutablePointer<UInt32>
  ) -> Int {
    var found = 0
    while found < limit, list[found].position >= 0,
      found < question.least || Int(list[found].sum) > Int(list[0].sum) - reach
    {
      positions[found] = UInt32(bitPattern: list[found].position)
      found += 1
    }
    return found
  }

  @inline(__always)
  private func lowest(_ list: UnsafeMutableBufferPointer<Leader>, _ reach: Int) -> Int {
    max(Int(list[limit - 1].sum), min(Int(list[question.least - 1].sum), Int(list[0].sum) - reach))
  }

  @inline(__always)
  func sureScore(ofLeaders count: Int, scale: Float, _ value: (Int) -> Float) -> Float {
    guard count >= question.least else { return -.infinity }
    var (first, least, last) = (-Float.infinity, Float.infinity, Float.infinity)
    for place in 0..<count {
      let value = value(place)
      first = max(first, value)
      last = min(last, value)
      if place < question.least { least = last }
    }
    let reach = question.least < limit ? question.reach * scale * 1.0001 : 0
    return max(count == limit ? last : -.infinity, min(least, (first - reach).nextDown))
  }

  /// A sum and where it stands.
  private struct Leader {
    var sum: Int16
    var position: Int32
  }

  /// Puts a sum in its place among the best of other classes.
  private func rank(
    _ leader: Leader, _ first: Int, _ list: UnsafeMutableBufferPointer<Leader>, _ reach: Int
  ) {
    guard Int(leader.sum) > lowest(list, reach) else { return }
    var place = limit - 1
    let own = classes[first + Int(leader.position)]
    if let same = list.firstIndex(where: { $0.position >= 0 && classes[first + Int($0.position)] == own }) {
      guard leader.sum > list[same].sum else { return }
      place = same
    }
    while place > 0, list[place - 1].sum < leader.sum {
      list[place] = list[place - 1]
      place -= 1
    }
    list[place] = leader
  }
}
