/// A binary heap of hits, best on top; made once for a worker and refilled for each row.
struct HitHeap {
  private var hits: [PrototypeHit] = []

  init(capacity: Int) { hits.reserveCapacity(capacity) }

  mutating func removeAll() { hits.removeAll(keepingCapacity: true) }

  mutating func append(_ hit: PrototypeHit) { hits.append(hit) }

  /// Puts what was appended in heap order; O(count).
  mutating func arrange() {
    for start in stride(from: hits.count / 2 - 1, through: 0, by: -1) { sink(start, end: hits.count) }
  }

  /// Takes the best hit off an arranged heap; O(log count).
  mutating func popBest() -> PrototypeHit? {
    guard let best = hits.first, let last = hits.popLast() else { return nil }
    if !hits.isEmpty {
      hits[0] = last
      sink(0, end: hits.count)
    }
    return best
  }

  /// Higher scores first, then lower prototypes.
  @inline(__always)
  private func precedes(_ first: PrototypeHit, _ second: PrototypeHit) -> Bool {
    first.score > second.score || (first.score == second.score && first.prototype < second.prototype)
  }

  private mutating func sink(_ start: Int, end: Int) {
    var place = start
    let hit = hits[start]
    while true {
      var child = place * 2 + 1
      guard child < end else { break }
      if child + 1 < end, precedes(hits[child + 1], hits[child]) { child += 1 }
      guard precedes(hits[child], hit) else { break }
      hits[place] = hits[child]
      place = child
    }
    hits[place] = hit
  }
}

/// Writes the best `limit` hits of each row of a score block, for a large `limit`.
struct SortedOutput: @unchecked Sendable {
  let hits: UnsafeMutablePointer<PrototypeHit>
  let limit: Int
  /// As in ``TopConsumer``.
  let classes: [Int32]?

  func write(_ rows: Range<Int>, _ scores: UnsafeMutableBufferPointer<Float>, heap: inout HitHeap) {
    let count = scores.count / max(1, rows.count)
    for (index, row) in rows.enumerated() {
      heap.removeAll()
      fill(&heap, scores, index * count..<(index + 1) * count)
      heap.arrange()
      for place in 0..<limit { hits[row * limit + place] = heap.popBest() ?? .none }
    }
  }

  /// All scores of a row, or the best of each class; a class's prototypes are neighbours.
  private func fill(_ heap: inout HitHeap, _ scores: UnsafeMutableBufferPointer<Float>, _ range: Range<Int>) {
    var best = PrototypeHit.none
    for (prototype, position) in range.enumerated() {
      let hit = PrototypeHit(prototype: Int32(truncatingIfNeeded: prototype), score: scores[position])
      guard hit.score > -.infinity else { continue }
      guard let classes, best.prototype >= 0 else {
        if classes == nil { heap.append(hit) } else { best = hit }
        continue
      }
      if classes[Int(best.prototype)] != classes[prototype] {
        heap.append(best)
        best = hit
      } else if hit.score > best.score {
        best = hit
      }
    }
    if best.prototype >= 0 { heap.append(best) }
  }
}
