import CFastKMeansKernels

/// Epochs of large-margin steps on the prototypes.
///
/// A batch's scores are all taken with the weights at its start; then its moves are added in document order, in parallel
/// over prototypes. So the bits do not depend on the number of threads. How that is done is the engine's.
package struct Refinement {
  private let recipe: RefinementRecipe
  let seed: UInt64
  let workers: Int
  private let progress: ProgressReporter
  let device: Device

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
  ///   - rows: with the rates of their features.
  ///   - documents: the rows to learn from.
  ///   - leavesOneOut: whether the rows are part of the table's prototypes, and what each put into its own is not to count
  ///     in its margin.
  /// - Returns: the statistics of each epoch.
  /// - Complexity: O(epochs x non-zeros x prototypes) at most.
  package func run(
    _ table: RefinementTable, rows: TrainingSet, documents: [Int32], leavesOneOut: Bool = true
  ) throws -> [EpochStatistics] {
    let visits = RefinementVisits(rows.relativeWeights)
    let engine = try engine(table, rows)
    let questions = try RefinementQuestions(table, rows, leavesOneOut: leavesOneOut)
    // With fewer than 64 batches an epoch the rate would have to be another one.
    let batchSize = min(engine.largestBatch, max(64, documents.count / 64))
    let steps = RefinementSteps(
      recipe, batchSize: batchSize, classOfLane: table.classOfLane, classStarts: table.classStarts)
    // A document that no rival came near skips the next epoch, then two, then four: it would most likely move nothing
    // again. That costs no accuracy and halves the time of sets that separate well.
    var rests = [UInt8](repeating: 0, count: rows.classes.count)
    var lastRests = rests
    var statistics: [EpochStatistics] = []
    for epoch in 0..<recipe.epochs {
      var order = documents.filter { rests[Int($0)] == 0 }
      var (loss, errors, total) = (0.0, 0.0, 0.0)
      for document in documents where rests[Int(document)] > 0 {
        rests[Int(document)] -= 1
        // It counts with the loss of 0 that it had; else an epoch of hard documents would look like divergence.
        total += Double(visits.weight(of: document))
      }
      try progress.advance(by: documents.count - order.count)
      let awake = order.count
      order = visits.repeating(order)
      shuffle(&order, epoch: epoch)
      engine.beginEpoch()
      for first in stride(from: 0, to: order.count, by: batchSize) {
        let batch = order[first..<min(order.count, first + batchSize)]
        let done = (Double(epoch) + Double(first) / Double(order.count)) / Double(recipe.epochs)
        let rate = recipe.rate * (1 - done * (1 - recipe.lastRateShare))
        try engine.findRivals(of: batch, questions, into: steps)
        for (position, document) in batch.enumerated() {
          let weight = Double(visits.weightOfVisit(to: document))
          let rest =
            steps.counts[position] > 0 ? 0 : min(Self.longestRest, max(1, 2 * lastRests[Int(document)]))
          (rests[Int(document)], lastRests[Int(document)]) = (rest, rest)
          loss += weight * Double(steps.losses[position])
          errors += steps.isRight[position] ? 0 : weight
          total += weight
        }
        try apply(steps, batch, visits, engine, table, rows, rate: Float(rate))
        try progress.advance(by: awake * batch.endIndex / order.count - awake * first / order.count)
      }
      statistics.append(
        EpochStatistics(meanLoss: loss / max(total, 1e-300), errorRate: errors / max(total, 1e-300)))
      if !loss.isFinite {
        try progress.finish()
        break
      }
    }
    try engine.finish()
    return statistics
  }

  private static let longestRest: UInt8 = 4

  private func shuffle(_ order: inout [Int32], epoch: Int) {
    var random = CounterRandom(seed: seed, stream: 0x5EED, step: UInt64(epoch))
    random.shuffle(&order)
  }

  private func apply(
    _ steps: RefinementSteps, _ batch: ArraySlice<Int32>, _ visits: RefinementVisits,
    _ engine: any RefinementEngine, _ table: RefinementTable, _ rows: TrainingSet, rate: Float
  ) throws {
    for (position, document) in batch.enumerated() {
      table.moveBiases(
        steps.moves(of: position), steps.counts[position], rate * visits.weightOfVisit(to: document))
    }
    let rates = batch.map { rate * rows.scale(of: Int($0)) * visits.weightOfVisit(to: $0) }
    try engine.move(steps, along: batch, rates: rates)
  }
}
