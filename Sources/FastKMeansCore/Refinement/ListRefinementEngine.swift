import CFastKMeansKernels

/// Sparse documents: rivals are found by bounds while these spare most prototypes, else every prototype is scored, a tile
/// of them for many documents at a time.
final class ListRefinementEngine: RefinementEngine, @unchecked Sendable {
  private let weights: WeightLists
  private let rows: TrainingSet
  private let workers: Int
  private let scratch: WorkerScratch<WeightLists.Scratch>
  private let scoredLanes: WorkerScratch<Int>
  static let largestBatch = 256
  var largestBatch: Int { Self.largestBatch }

  /// A model so small is scored as a whole: bounds would cost as much.
  private static let leastLanes = 512
  /// Documents that go through a tile together at most: the more, the less memory is read; their scores take memory too.
  private static let chunk = 128

  init(weights: WeightLists, rows: TrainingSet, workers: Int) throws {
    self.weights = weights
    self.rows = rows
    self.workers = workers
    var made: [WeightLists.Scratch] = []
    for _ in 0..<workers { made.append(try WeightLists.Scratch(weights)) }
    scratch = WorkerScratch(workers: workers) { made.removeLast() }
    scoredLanes = WorkerScratch(workers: workers) { 0 }
    if weights.laneCount < Self.leastLanes || !rows.isNonNegative { weights.giveBoundsUp() }
  }

  func beginEpoch() { if weights.hasBounds { weights.tighten(workers: workers) } }

  func findRivals(of batch: ArraySlice<Int32>, _ questions: RefinementQuestions, into steps: RefinementSteps)
  {
    guard weights.hasBounds else { return scoreAll(batch, questions, into: steps) }
    Parallel.forEachChunk(count: batch.count, chunk: 16, workers: workers) { worker, range in
      scratch.with(worker) { scratch in
        for position in range {
          let document = batch[batch.startIndex + position]
          var question = questions.question(about: Int(document))
          let scored = scratch.find(document, of: rows, &question, steps.loss, steps.contests + position)
          steps.findMoves(position)
          scoredLanes.with(worker) { $0 += scored }
        }
      }
    }
    let scored = (0..<workers).reduce(0) { sum, worker in
      sum
        + scoredLanes.with(worker) { lanes in
          defer { lanes = 0 }
          return lanes
        }
    }
    // Bounds say nothing about documents with many common features.
    if scored > batch.count * weights.laneCount / 4 { weights.giveBoundsUp() }
  }

  private func scoreAll(
    _ batch: ArraySlice<Int32>, _ questions: RefinementQuestions, into steps: RefinementSteps
  ) {
    let chunk = min(Self.chunk, (batch.count + workers - 1) / workers)
    Parallel.forEachChunk(count: batch.count, chunk: chunk, workers: workers) { worker, range in
      scratch.with(worker) { scratch in
        scratch.score(
          batch[batch.startIndex + range.lowerBound..<batch.startIndex + range.upperBound], of: rows)
        scratch.scores.withUnsafeBufferPointer { scores in
          guard let scores = scores.baseAddress else { return }
          for position in range {
            let document = Int(batch[batch.startIndex + position])
            steps.find(
              position, among: scores + (position - range.lowerBound) * weights.stride,
              questions.question(about: document))
          }
        }
      }
    }
  }

  /// In parallel over features, so that each weight is moved by one worker in document order.
  func move(_ steps: RefinementSteps, along batch: ArraySlice<Int32>, rates: [Float]) {
    let rated = rows.featureRates?.values
    Parallel.forEach(count: workers, workers: workers) { _, part in
      func move(_ featureRates: UnsafePointer<Float>?) {
        for (position, document) in batch.enumerated() where steps.counts[position] > 0 {
          rows.withRow(Int(document)) { columns, values in
            weights.move(
              steps.moves(of: position), steps.counts[position], along: columns, values,
              rate: rates[position], rates: featureRates, part: part, parts: workers)
          }
          if weights.hasBiases { moveBiases(position, document, part) }
        }
      }
      func moveBiases(_ position: Int, _ document: Int32, _ part: Int) {
        let (column, value) = (UInt32(weights.featureCount), 1 / rows.scale(of: Int(document)))
        withUnsafePointer(to: column) { column in
          withUnsafePointer(to: value) { value in
            weights.move(
              steps.moves(of: position), steps.counts[position],
              along: UnsafeBufferPointer(start: column, count: 1),
              UnsafeBufferPointer(start: value, count: 1), rate: rates[position], rates: nil, part: part,
              parts: workers)
          }
        }
      }
      guard let rated else { return move(nil) }
      rated.withUnsafeBufferPointer { move($0.baseAddress) }
    }
  }
}
