import CFastKMeansKernels

/// The k best prototypes of each row, or the best prototypes of its k best classes.
///
/// The answer itself is the list being kept: `limit` entries for each row, best first. Suits a small k, because a
/// new entry is moved to its place step by step.
struct TopConsumer: ScoreConsumer, @unchecked Sendable {
  let hits: UnsafeMutablePointer<PrototypeHit>
  let limit: Int
  /// The class of each prototype if only the best of a class counts; nil if each prototype counts.
  let classes: [Int32]?
  let positions: WorkerScratch<UnsafeMutablePointer<UInt32>>

  /// How many scores are compared with the last entry at a time.
  static var step: Int { 64 }

  @inline(__always)
  func threshold(worker: Int, row: Int, first: Int, count: Int) -> Float {
    hits[row * limit + limit - 1].score
  }

  func begin(worker: Int, rows: Range<Int>) {
    (hits + rows.lowerBound * limit).update(repeating: .none, count: rows.count * limit)
  }

  @inline(__always)
  func take(
    worker: Int, row: Int, first: Int, scores: UnsafePointer<Float>, count: Int, kernels: fk_scoring_kernels
  ) {
    let list = hits + row * limit
    let found = positions.with(worker) { $0 }
    var start = 0
    while start < count {
      let length = min(Self.step, count - start)
      let above = kernels.positions_above(scores + start, length, list[limit - 1].score, found)
      for index in 0..<Int(above) {
        let position = start + Int(found[index])
        insert(
          PrototypeHit(prototype: Int32(truncatingIfNeeded: first + position), score: scores[position]), list)
      }
      start += length
    }
  }

  /// Puts a hit in its place. Its prototype is above all others in the list, so equal ones stay before it.
  @inline(__always)
  func insert(_ hit: PrototypeHit, _ list: UnsafeMutablePointer<PrototypeHit>) {
    guard hit.score > list[limit - 1].score else { return }
    var place = limit - 1
    if let classes, let same = entry(ofClass: classes[Int(hit.prototype)], list, classes) {
      guard hit.score > list[same].score else { return }
      place = same
    }
    while place > 0, list[place - 1].score < hit.score {
      list[place] = list[place - 1]
      place -= 1
    }
    list[place] = hit
  }

  @inline(__always)
  private func entry(
    ofClass index: Int32, _ list: UnsafeMutablePointer<PrototypeHit>, _ classes: [Int32]
  ) -> Int? {
    for place in 0..<limit {
      guard list[place].prototype >= 0 else { return nil }
      if classes[Int(list[place].prototype)] == index { return place }
    }
    return nil
  }
}
