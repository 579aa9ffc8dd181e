import CFastKMeansKernels

/// One prototype and its score for one document.
package struct PrototypeHit: Sendable, Equatable {
  /// The prototype's index; -1 where there is none to name.
  package var prototype: Int32
  /// The score; minus infinity where there is no prototype.
  package var score: Float

  package init(prototype: Int32, score: Float) {
    self.prototype = prototype
    self.score = score
  }

  /// No prototype at all.
  package static let none = PrototypeHit(prototype: -1, score: -.infinity)
}

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
  func threshold(worker: Int, row: Int) -> Float
  /// Called after the last score of these rows.
  func end(worker: Int, rows: Range<Int>) throws
}

extension ScoreConsumer {
  var needsAll: Bool { false }

  func end(worker: Int, rows: Range<Int>) throws {}
}

/// A consumer whose answer is a few prototypes, so that a search can leave others out by bounds on their scores.
protocol SearchConsumer: ScoreConsumer {
  /// Whether the answer names scores, or prototypes only.
  var needsScores: Bool { get }
  /// How many prototypes make up the answer.
  var leaderCounts: ClosedRange<Int> { get }
  /// Writes the prototypes with the best sums that would make up the answer, best first.
  ///
  /// - Parameters:
  ///   - sums: 16-bit sums of neighbouring prototypes, the same afterwards; `Int16.min` stands for none.
  ///   - count: how many sums, a whole number of blocks.
  ///   - first: the prototype of the first sum.
  ///   - scale: what scores were multiplied with.
  ///   - positions: room for the largest of `leaderCounts`, and for a whole block.
  /// - Returns: how many were written; fewer than the least of `leaderCounts` if there are fewer.
  func leaders(
    _ sums: UnsafeMutablePointer<Int16>, count: Int, first: Int, scale: Float, kernels: fk_code_kernels,
    into positions: UnsafeMutablePointer<UInt32>
  ) -> Int
  /// A score that the whole answer has for certain, or minus infinity.
  ///
  /// - Parameters:
  ///   - count: of leaders.
  ///   - scale: what scores were multiplied with.
  ///   - value: what each leader's score is at least, times the scale.
  func sureScore(ofLeaders count: Int, scale: Float, _ value: (Int) -> Float) -> Float
  /// Takes one exact score; a row's prototypes come in ascending order. Without ``needsScores``, the only one that
  /// can be the answer may come with any score.
  func offer(worker: Int, row: Int, _ hit: PrototypeHit)
}

/// The best prototype of each row, without its score.
struct BestPrototypeConsumer: SearchConsumer, @unchecked Sendable {
  let prototypes: UnsafeMutableBufferPointer<Int32>
  /// The scores of the rows that a worker is busy with, by their position in its chunk.
  private let scores: WorkerScratch<(firstRow: Int, scores: [Float])>

  init(prototypes: UnsafeMutableBufferPointer<Int32>, workers: Int) {
    self.prototypes = prototypes
    scores = WorkerScratch(workers: workers) { (0, []) }
  }

  var needsScores: Bool { false }
  var leaderCounts: ClosedRange<Int> { 1...1 }

  @inline(__always)
  func threshold(worker: Int, row: Int) -> Float {
    scores.with(worker) { $0.scores[row - $0.firstRow] }
  }

  func begin(worker: Int, rows: Range<Int>) {
    for row in rows { prototypes[row] = -1 }
    scores.with(worker) {
      $0.firstRow = rows.lowerBound
      $0.scores.removeAll(keepingCapacity: true)
      $0.scores.append(contentsOf: repeatElement(-.infinity, count: rows.count))
    }
  }

  @inline(__always)
  func take(
    worker: Int, row: Int, first: Int, scores: UnsafePointer<Float>, count: Int, kernels: fk_scoring_kernels
  ) {
    let best = kernels.first_max(scores, count)
    guard best >= 0 else { return }
    offer(
      worker: worker, row: row,
      PrototypeHit(prototype: Int32(truncatingIfNeeded: first + best), score: scores[best]))
  }

  @inline(__always)
  func leaders(
    _ sums: UnsafeMutablePointer<Int16>, count: Int, first: Int, scale: Float, kernels: fk_code_kernels,
    into positions: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let largest = kernels.largest(sums, count)
    return largest > .min ? Int(kernels.at_least(sums, count, largest, positions, 1)) : 0
  }

  @inline(__always)
  func sureScore(ofLeaders count: Int, scale: Float, _ value: (Int) -> Float) -> Float {
    count > 0 ? value(0) : -.infinity
  }

  @inline(__always)
  func offer(worker: Int, row: Int, _ hit: PrototypeHit) {
    scores.with(worker) {
      guard hit.score > $0.scores[row - $0.firstRow] else { return }
      $0.scores[row - $0.firstRow] = hit.score
      prototypes[row] = hit.prototype
    }
  }
}

/// Every score, block by block.
struct ScoreBlockConsumer: ScoreConsumer, @unchecked Sendable {
  private let prototypeCount: Int
  private let blocks: WorkerScratch<Block>
  private let body: @Sendable (Int, Range<Int>, UnsafeMutableBufferPointer<Float>) throws -> Void

  init(
    prototypeCount: Int, workers: Int,
    body: @escaping @Sendable (Int, Range<Int>, UnsafeMutableBufferPointer<Float>) throws -> Void
  ) {
    self.prototypeCount = prototypeCount
    self.body = body
    blocks = WorkerScratch(workers: workers) { Block() }
  }

  /// Every score counts, whatever it is.
  var needsAll: Bool { true }

  func threshold(worker: Int, row: Int) -> Float { -.infinity }

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

  /// The scores of one worker's rows; grows to the largest block and is then reused.
  private final class Block {
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
}
