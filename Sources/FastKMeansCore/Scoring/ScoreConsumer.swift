import CFastKMeansKernels

/// What is done with scores as they come: one struct for each kind of question.
///
/// A row's scores come in pieces, by ascending prototype, all of them from one worker. So a strict comparison
/// gives equal scores to the lowest prototype.
protocol ScoreConsumer: Sendable {
  /// Called before any score of these rows.
  func begin(worker: Int, rows: Range<Int>)
  /// The scores of the prototypes `first ..< first + count` for one row.
  func take(
    worker: Int, row: Int, first: Int, scores: UnsafePointer<Float>, count: Int, kernels: fk_scoring_kernels)
  /// Whether even scores that are NaN or minus infinity must be handed on.
  var needsAll: Bool { get }
  /// Scores that are not above this change nothing for the row.
  func threshold(worker: Int, row: Int, first: Int, count: Int) -> Float
  /// Called after the last score of these rows.
  func end(worker: Int, rows: Range<Int>) throws
}

extension ScoreConsumer {
  var needsAll: Bool { false }

  func end(worker: Int, rows: Range<Int>) throws {}
}

/// The best prototype of each row.
struct BestConsumer: ScoreConsumer, @unchecked Sendable {
  let hits: UnsafeMutableBufferPointer<PrototypeHit>

  @inline(__always)
  func threshold(worker: Int, row: Int, first: Int, count: Int) -> Float { hits[row].score }

  func begin(worker: Int, rows: Range<Int>) {
    for row in rows { hits[row] = .none }
  }

  @inline(__always)
  func take(
    worker: Int, row: Int, first: Int, scores: UnsafePointer<Float>, count: Int, kernels: fk_scoring_kernels
  ) {
    let best = kernels.first_max(scores, count)
    guard best >= 0, scores[best] > hits[row].score else { return }
    hits[row] = PrototypeHit(prototype: Int32(truncatingIfNeeded: first + best), score: scores[best])
  }
}

/// The best prototype of each row's own class, and the best of any other class.
struct OwnAndOtherConsumer: ScoreConsumer, @unchecked Sendable {
  let own: UnsafeMutableBufferPointer<PrototypeHit>
  let other: UnsafeMutableBufferPointer<PrototypeHit>
  let classes: UnsafeBufferPointer<Int32>
  let classStarts: [Int]
  /// The best other prototype is wanted only if it scores above the best own one less this; nil: always.
  let margin: Float?

  @inline(__always)
  func threshold(worker: Int, row: Int, first: Int, count: Int) -> Float {
    let mine = ownRange(row)
    let meets = mine.lowerBound < first + count && first < mine.upperBound
    return meets ? min(own[row].score, other[row].score) : other[row].score
  }

  func end(worker: Int, rows: Range<Int>) {
    guard let margin else { return }
    for row in rows where !(other[row].score > own[row].score - margin) { other[row] = .none }
  }

  func begin(worker: Int, rows: Range<Int>) {
    for row in rows {
      own[row] = .none
      other[row] = .none
    }
  }

  @inline(__always)
  func take(
    worker: Int, row: Int, first: Int, scores: UnsafePointer<Float>, count: Int, kernels: fk_scoring_kernels
  ) {
    let index = Int(classes[row])
    let end = first + count
    let isKnown = index >= 0 && index + 1 < classStarts.count
    let low = isKnown ? min(max(classStarts[index], first), end) : end
    let high = isKnown ? min(max(classStarts[index + 1], low), end) : end
    best(scores, first, first..<low, &other[row], kernels)
    best(scores, first, low..<high, &own[row], kernels)
    best(scores, first, high..<end, &other[row], kernels)
  }

  @inline(__always)
  private func best(
    _ scores: UnsafePointer<Float>, _ first: Int, _ range: Range<Int>, _ hit: inout PrototypeHit,
    _ kernels: fk_scoring_kernels
  ) {
    guard !range.isEmpty else { return }
    let start = scores + (range.lowerBound - first)
    let best = kernels.first_max(start, range.count)
    guard best >= 0, start[best] > hit.score else { return }
    hit = PrototypeHit(prototype: Int32(truncatingIfNeeded: range.lowerBound + best), score: start[best])
  }
}

/// Every score, block by block.
struct BlockConsumer: ScoreConsumer, @unchecked Sendable {
  let prototypeCount: Int
  let blocks: WorkerScratch<ScoreBlock>
  let body: @Sendable (Int, Range<Int>, UnsafeMutableBufferPointer<Float>) throws -> Void

  /// Every score counts, whatever it is.
  var needsAll: Bool { true }

  func threshold(worker: Int, row: Int, first: Int, count: Int) -> Float { -.infinity }

  func begin(worker: Int, rows: Range<Int>) {
    blocks.with(worker) { $0.prepare(firstRow: rows.lowerBound, count: rows.count * prototypeCount) }
  }

  @inline(__always)
  func take(
    worker: Int, row: Int, first: Int, scores: UnsafePointer<Float>, count: Int, kernels: fk_scoring_kernels
  ) {
    blocks.with(worker) {
      ($0.scores + (row - $0.firstRow) * prototypeCount + first).update(from: scores, count: count)
    }
  }

  func end(worker: Int, rows: Range<Int>) throws {
    try blocks.with(worker) {
      let count = rows.count * prototypeCount
      try body(worker, rows, UnsafeMutableBufferPointer(start: $0.scores, count: count))
    }
  }
}

/// The score block of one worker; grows to the largest block and is then reused.
final class ScoreBlock {
  private(set) var scores: UnsafeMutablePointer<Float> = .allocate(capacity: 1)
  private(set) var firstRow = 0
  private var capacity = 1

  deinit { scores.deallocate() }

  func prepare(firstRow: Int, count: Int) {
    self.firstRow = firstRow
    guard count > capacity else { return }
    scores.deallocate()
    scores = .allocate(capacity: count)
    capacity = count
  }
}
