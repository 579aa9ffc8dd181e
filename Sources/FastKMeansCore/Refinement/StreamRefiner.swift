import CFastKMeansKernels

/// Large-margin steps on a batch of a stream, on weights that stay from batch to batch.
///
/// The step is that of ``Refinement``: scores of a few documents with the weights as they lie, in parallel, then their
/// moves in document order. Each batch is gone through a few times with a rate that falls, so that the weights are
/// settled when it is over; what earlier batches taught stays because later documents move only what they share.
struct StreamRefiner {
  private let options: TrainingOptions
  private let progress: ProgressReporter
  private let step: UInt64
  private let workers: Int
  private let recipe: RefinementRecipe

  private static let stepSize = 64

  /// The rate of a batch's first step: early batches teach from nothing, later ones must not undo what others taught.
  /// It falls to a half in ten batches and stays there, so that a stream that changes is followed.
  private var rate: Double { recipe.rate * max(0.5, 1 / (1 + Double(step) / 10)) }

  init(options: TrainingOptions, step: UInt64, progress: ProgressReporter) {
    self.options = options
    self.step = step
    self.progress = progress
    workers = Parallel.workerCount(options.threadCount)
    recipe = .stream(options.refinement)
  }

  /// Learns the batch. If anything is thrown, or weights would leave the numbers, they are as before.
  ///
  /// - Parameter firstNew: the number of the first prototype that the batch brings; such a one answers nothing yet.
  /// - Returns: what the weights said of the documents before, and the scores of some of those whose classes they knew.
  /// - Complexity: O(passes x non-zeros x lanes).
  func learn(
    _ documents: TrainingSet, firstNew: UInt64, _ weights: inout StreamWeights
  ) throws -> (outcome: PrequentialOutcome, scores: HeldOutScores) {
    let batch = Batch(documents, rowsOf: &weights)
    let steps = RefinementSteps(
      recipe, batchSize: Self.stepSize, classOfLane: weights.classOfLane, classStarts: weights.classStarts)
    let undo = Undo(weights, batch)
    do {
      let total = batch.documents.count * (recipe.epochs + 1)
      try progress.begin(.refining, total: total)
      let said = try test(batch, firstNew: firstNew, weights)
      for pass in 0..<recipe.epochs { try goThrough(batch, &weights, steps, pass: pass) }
      try progress.finish()
      if undo.isFinite(weights, batch) {
        undo.truncate(&weights, batch, below: Float(options.truncationThreshold))
      } else {
        undo.restore(&weights, batch)
      }
      return said
    } catch {
      undo.restore(&weights, batch)
      throw error
    }
  }

  /// What the weights say of documents that they have not seen. Prototypes that were made of these documents know the
  /// answer, so they are left out.
  private func test(
    _ batch: Batch, firstNew: UInt64, _ weights: StreamWeights
  ) throws -> (PrequentialOutcome, HeldOutScores) {
    let workers = RefinementCells.workers(workers, stride: weights.stride)
    let scratch = WorkerScratch(workers: workers) { [Float](repeating: 0, count: weights.stride) }
    let count = batch.documents.count
    // All but the judges are asked for their best class alone.
    let step = max(1, count / Self.judgeCount)
    let answers = WorkerScratch<HeldOutScores.Best>(workers: max(1, count)) { [] }
    try Parallel.forEachChunk(count: count, chunk: 64, workers: workers) { worker, range in
      scratch.with(worker) { scores in
        for position in range {
          let row = Int(batch.documents[position])
          weights.score(row, batch, into: &scores)
          let best = weights.bestClasses(
            position % step == 0 ? HeldOutScores.keptClasses : 1, scores, before: firstNew)
          answers.with(position) { $0 = best }
        }
      }
      try progress.advance(by: range.count)
    }
    let outcome = PrequentialOutcome(batch.set) { position, row in
      answers.with(position) { $0.first?.classIndex == batch.set.classes[row] }
    }
    let known = (0..<weights.classCount).map { weights.ids(of: $0).contains { $0 < firstNew } }
    var scores = HeldOutScores()
    scores.classCount = known.count { $0 }
    for position in stride(from: 0, to: count, by: step) {
      let row = Int(batch.documents[position])
      let own = batch.set.classes[row]
      guard known[Int(own)] else { continue }
      let best = answers.with(position) { $0 }
      scores.append(
        best, scale: batch.set.norms.scales[row], trueClass: own, weight: batch.set.weight(of: row))
    }
    return (outcome, scores)
  }

  /// Documents of a batch that confidences are fitted to, about.
  private static let judgeCount = 1_000

  private func goThrough(
    _ batch: Batch, _ weights: inout StreamWeights, _ steps: RefinementSteps, pass: Int
  ) throws {
    var order = batch.documents
    var random = CounterRandom(seed: options.seed &+ step, stream: 0x57E9, step: UInt64(pass))
    random.shuffle(&order)
    for first in stride(from: 0, to: order.count, by: Self.stepSize) {
      let part = order[first..<min(order.count, first + Self.stepSize)]
      let done = (Double(pass) + Double(first) / Double(order.count)) / Double(recipe.epochs)
      try score(part, batch, weights, steps)
      apply(part, batch, &weights, steps, rate: rate * (1 - done))
      try progress.advance(by: part.count)
    }
  }

  private func score(
    _ part: ArraySlice<Int32>, _ batch: Batch, _ weights: StreamWeights, _ steps: RefinementSteps
  ) throws {
    let workers = RefinementCells.workers(workers, stride: weights.stride)
    let scratch = WorkerScratch(workers: workers) { [Float](repeating: 0, count: weights.stride) }
    Parallel.forEachChunk(count: part.count, chunk: 16, workers: workers) { worker, range in
      scratch.with(worker) { scores in
        for position in range {
          let row = Int(part[part.startIndex + position])
          weights.score(row, batch, into: &scores)
          let question = fk_refine_document(
            scale: batch.set.norms.scales[row], own_class: batch.set.classes[row], own_part: nil, weight: 1,
            member: nil)
          steps.find(position, among: scores, question)
        }
      }
    }
  }

  private func apply(
    _ part: ArraySlice<Int32>, _ batch: Batch, _ weights: inout StreamWeights, _ steps: RefinementSteps,
    rate: Double
  ) {
    let squaredUnit = weights.unit * weights.unit
    let stride = weights.stride
    let workers = RefinementCells.workers(workers, stride: stride)
    let blocks = max(1, min(workers, stride / 8))
    weights.withTables { table, biases in
      nonisolated(unsafe) let (table, biases) = (table, biases)
      Parallel.forEach(count: blocks, workers: workers) { _, block in
        let (begin, end) = (stride * block / blocks, stride * (block + 1) / blocks)
        for (position, document) in part.enumerated() where steps.counts[position] > 0 {
          let row = Int(document)
          let weight = Float(rate) * (batch.relativeWeights?[row] ?? 1)
          let moves = steps.moves(of: position)
          if let biases {
            for move in 0..<steps.counts[position] where (begin..<end).contains(Int(moves[move].lane)) {
              biases[Int(moves[move].lane)] += weight * moves[move].factor
            }
          }
          batch.withRow(row) { columns, values in
            fk_refine_apply(
              columns.baseAddress, values.baseAddress, values.count, moves, steps.counts[position],
              weight * squaredUnit * batch.set.norms.scales[row], table, stride, begin, end)
          }
        }
      }
    }
  }
}

extension RefinementRecipe {
  /// For batches of a stream.
  static func stream(_ epochs: RefinementEpochs) -> RefinementRecipe {
    var recipe = RefinementRecipe(name: "stream", rate: 0.5, ratesFeatures: false)
    if case .count(let count) = epochs { recipe.epochs = count }
    return recipe
  }
}

extension StreamWeights {
  /// The best classes by the prototypes whose numbers are below one.
  fileprivate func bestClasses(
    _ count: Int, _ scores: [Float], before firstNew: UInt64
  ) -> HeldOutScores.Best {
    HeldOutScores.best(count, classCount: classCount) { classIndex in
      var best = -Float.infinity
      for lane in lanes(of: classIndex) where scores[lane] > best && ids[lane] < firstNew {
        best = scores[lane]
      }
      return best
    }
  }

  /// The score of every lane for one row, not scaled; spare lanes cannot win.
  @inline(__always)
  func score(_ row: Int, _ batch: StreamRefiner.Batch, into scores: inout [Float]) {
    batch.withRow(row) { columns, values in
      fk_refine_scores(columns.baseAddress, values.baseAddress, values.count, weights, stride, &scores)
    }
    if let biases {
      let inverse = 1 / batch.set.norms.scales[row]
      for lane in classOfLane.indices { scores[lane] += biases[lane] * inverse }
    }
    for lane in classOfLane.indices where ids[lane] == 0 { scores[lane] = -.infinity }
  }

  mutating func withTables(
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>?) -> Void
  ) {
    weights.withUnsafeMutableBufferPointer { weights in
      guard let table = weights.baseAddress else { return }
      guard biases != nil else { return body(table, nil) }
      biases?.withUnsafeMutableBufferPointer { body(table, $0.baseAddress) }
    }
  }
}
