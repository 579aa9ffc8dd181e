import CFastKMeansKernels

/// Epochs of large-margin steps on the prototypes.
///
/// A batch's scores are all taken with the weights at its start, in parallel over documents; then its moves are
/// added in document order, in parallel over prototypes. So the bits depend neither on the number of threads nor
/// on the sizes of anything but the batch (64 to 2,048 documents a batch give the same accuracy).
package struct Refinement {
  private let recipe: RefinementRecipe
  private let seed: UInt64
  private let workers: Int
  private let progress: ProgressReporter
  private let device: Device

  private static let batchSize = 64

  /// What an epoch saw, before each document's own step; resting documents count with no loss.
  package struct EpochStatistics: Sendable, Equatable {
    package var meanLoss: Double
    package var errorRate: Double
  }

  /// - Parameter device: where scores and moves are computed; losses are worked out on the processor.
  package init(
    recipe: RefinementRecipe, seed: UInt64, workers: Int, progress: ProgressReporter, device: Device = .cpu
  ) {
    self.device = device
    self.recipe = recipe
    self.seed = seed
    self.workers = workers
    self.progress = progress
  }

  /// - Parameters:
  ///   - table: moved in place.
  ///   - documents: the rows to learn from.
  ///   - classes: of every row of `rows`.
  ///   - weights: of every row, or nil for 1 each.
  /// - Returns: the statistics of each epoch.
  /// - Complexity: O(epochs x non-zeros x prototypes).
  package func run(
    _ table: RefinementTable, rows: RefinementRows, documents: [Int32], classes: [Int32], weights: [Float]?
  ) throws -> [EpochStatistics] {
    let scratch = WorkerScratch(workers: workers) { [Float](repeating: 0, count: table.stride) }
    let steps = RefinementSteps(batchSize: Self.batchSize, capacity: (rivalLimit + 1) * table.largestClass)
    let blocks = lanesByWorker(table)
    let remote = try RefinementOnDevice.start(on: device, table, rows, batchSize: Self.batchSize)
    // A document that no rival came near to sits out the next epoch: it would most likely move nothing again. That
    // costs no accuracy and halves the time of sets that separate well.
    var sitsOut = [Bool](repeating: false, count: classes.count)
    var statistics: [EpochStatistics] = []
    for epoch in 0..<recipe.epochs {
      var order = documents.filter { !sitsOut[Int($0)] }
      var (loss, errors, total) = (0.0, 0.0, 0.0)
      for document in documents where sitsOut[Int(document)] {
        sitsOut[Int(document)] = false
        // It counts with the loss of 0 that it had; else an epoch of hard documents would look like divergence.
        total += Double(weights?[Int(document)] ?? 1)
      }
      try progress.advance(by: documents.count - order.count)
      shuffle(&order, epoch: epoch)
      for first in stride(from: 0, to: order.count, by: Self.batchSize) {
        let batch = order[first..<min(order.count, first + Self.batchSize)]
        let done = (Double(epoch) + Double(first) / Double(order.count)) / Double(recipe.epochs)
        let rate = recipe.rate * (1 - done * (1 - recipe.lastRateShare))
        try score(batch, table, rows, classes: classes, scratch: scratch, remote, into: steps)
        for (position, document) in batch.enumerated() {
          let weight = Double(weights?[Int(document)] ?? 1)
          sitsOut[Int(document)] = steps.counts[position] == 0
          loss += weight * Double(steps.losses[position])
          errors += steps.isRight[position] ? 0 : weight
          total += weight
        }
        try apply(steps, batch, table, rows, rate: Float(rate), weights: weights, blocks: blocks, remote)
        try progress.advance(by: batch.count)
      }
      statistics.append(
        EpochStatistics(meanLoss: loss / max(total, 1e-300), errorRate: errors / max(total, 1e-300)))
      if !loss.isFinite {
        try progress.finish()
        break
      }
    }
    try remote?.finish()
    return statistics
  }

  private func shuffle(_ order: inout [Int32], epoch: Int) {
    var random = CounterRandom(seed: seed, stream: 0x5EED, step: UInt64(epoch))
    for position in order.indices.dropLast() {
      order.swapAt(position, position + random.nextIndex(below: order.count - position))
    }
  }

  private func lanesByWorker(_ table: RefinementTable) -> [Range<Int>] {
    let count = max(1, min(workers, table.stride / 8))
    return (0..<count).map { table.stride * $0 / count..<table.stride * ($0 + 1) / count }
  }

  private func score(
    _ batch: ArraySlice<Int32>, _ table: RefinementTable, _ rows: RefinementRows, classes: [Int32],
    scratch: WorkerScratch<[Float]>, _ remote: RefinementOnDevice?, into steps: RefinementSteps
  ) throws {
    try remote?.score(batch)
    let remoteScores = remote?.scores
    var loss = fk_refine_loss(
      margin: recipe.margin, sharpness: recipe.sharpness, cooperation: recipe.cooperation)
    try withUnsafePointer(to: &loss) { loss in
      nonisolated(unsafe) let loss = loss
      try Parallel.forEachChunk(count: batch.count, chunk: 16, workers: workers) { worker, range in
        scratch.with(worker) { scores in
          for position in range {
            let document = Int(batch[batch.startIndex + position])
            if let remoteScores {
              let start = position * table.stride
              for lane in 0..<table.stride { scores[lane] = remoteScores[start + lane] }
              table.addBiases(of: document, in: rows, to: &scores)
            } else {
              table.scores(of: document, in: rows, into: &scores)
            }
            steps.fill(
              position, from: scores, scale: rows.scale(of: document), table, ownClass: classes[document],
              loss: loss)
          }
        }
      }
    }
  }

  private func apply(
    _ steps: RefinementSteps, _ batch: ArraySlice<Int32>, _ table: RefinementTable, _ rows: RefinementRows,
    rate: Float, weights: [Float]?, blocks: [Range<Int>], _ remote: RefinementOnDevice?
  ) throws {
    try remote?.move(steps, batch) { rate * rows.scale(of: $0) * (weights?[$0] ?? 1) }
    let movesHere = remote == nil
    try Parallel.forEach(count: blocks.count, workers: workers) { _, block in
      for (position, document) in batch.enumerated() where steps.counts[position] > 0 {
        let row = Int(document)
        let factor = rate * rows.scale(of: row) * (weights?[row] ?? 1)
        table.moveBiases(
          steps.moves(of: position), steps.counts[position], rate * (weights?[row] ?? 1), in: blocks[block])
        guard movesHere else { continue }
        rows.withRow(row) { columns, values in
          fk_refine_apply(
            columns.baseAddress, values.baseAddress, values.count, steps.moves(of: position),
            steps.counts[position],
            factor, table.weights.pointer, table.stride, blocks[block].lowerBound, blocks[block].upperBound)
        }
      }
    }
  }
}

/// The number of rivals as Swift's `Int`; C enumerations come as `UInt32` or `Int32`, depending on the platform.
private let rivalLimit = Int(FK_REFINE_RIVALS)

/// The moves of one batch. `@unchecked Sendable`: each position is written by one worker.
final class RefinementSteps: @unchecked Sendable {
  let capacity: Int
  private let moves: UnsafeMutablePointer<fk_refine_move>
  let counts: UnsafeMutablePointer<Int>
  let losses: UnsafeMutablePointer<Float>
  let isRight: UnsafeMutablePointer<Bool>

  init(batchSize: Int, capacity: Int) {
    self.capacity = capacity
    moves = .allocate(capacity: batchSize * capacity)
    counts = .allocate(capacity: batchSize)
    losses = .allocate(capacity: batchSize)
    isRight = .allocate(capacity: batchSize)
  }

  deinit {
    moves.deallocate()
    counts.deallocate()
    losses.deallocate()
    isRight.deallocate()
  }

  func moves(of position: Int) -> UnsafePointer<fk_refine_move> { UnsafePointer(moves + position * capacity) }

  func movesToFill(_ position: Int) -> UnsafeMutablePointer<fk_refine_move> { moves + position * capacity }

  func fill(
    _ position: Int, from scores: [Float], scale: Float, _ table: RefinementTable, ownClass: Int32,
    loss: UnsafePointer<fk_refine_loss>
  ) {
    var right: Int32 = 1
    counts[position] = fk_refine_moves(
      scores, scale, table.laneCount, table.classOfLane, table.classStarts, ownClass, loss,
      moves + position * capacity,
      capacity, losses + position, &right)
    isRight[position] = right != 0
  }
}

extension RefinementTable {
  /// The score of every lane for one row, not scaled; `scores` has `stride` entries.
  @inline(__always)
  func scores(of row: Int, in rows: RefinementRows, into scores: inout [Float]) {
    rows.withRow(row) { columns, values in
      fk_refine_scores(
        columns.baseAddress, values.baseAddress, values.count, weights.pointer, stride, &scores)
    }
    addBiases(of: row, in: rows, to: &scores)
  }

  /// Completes the products of one row with every lane.
  @inline(__always)
  func addBiases(of row: Int, in rows: RefinementRows, to scores: inout [Float]) {
    guard let biases else { return }
    // Scores are scaled later, biases are not to be.
    let inverse = 1 / rows.scale(of: row)
    for lane in 0..<laneCount { scores[lane] += biases.pointer[lane] * inverse }
  }
}
