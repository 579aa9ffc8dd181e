/// Scores and probabilities of documents under a model; what every public answer is made from.
///
/// A class's score is that of its best prototype. The score of a prototype is the dot product with its refined
/// weights where refinement won, else its similarity: one score drives prediction and probabilities.
package struct ClassScoring {
  package let model: ModelStorage
  let index: any DocumentScoring
  let workers: Int

  /// - Parameters:
  ///   - threadCount: -1 means all cores; nil what the model was trained with.
  package init(_ model: ModelStorage, threadCount: Int? = nil) throws {
    self.model = model
    index = try model.scoring()
    workers = Parallel.workerCount(threadCount ?? model.settings.threadCount)
  }

  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``.
  package func check(_ rows: FeatureRows) throws {
    guard rows.columnCount == model.prototypes.featureCount else {
      throw InputError.featureCountMismatch(expected: model.prototypes.featureCount, found: rows.columnCount)
    }
  }

  /// The class index of each row: that of its best prototype; of a row that says nothing, the most frequent class.
  package func predictedClasses(_ rows: FeatureRows) throws -> [Int32] {
    try check(rows)
    let norms = try norms(of: rows)
    let rows = relative(rows)
    var best = [Int32](repeating: -1, count: rows.rowCount)
    try norms.scales.withUnsafeBufferPointer { scales in
      try best.withUnsafeMutableBufferPointer {
        try index.bestPrototypes(of: rows, scales: scales, workers: workers, into: $0)
      }
    }
    return best.enumerated().map { row, prototype in
      // The first prototype wins where all scores are 0.
      if prototype <= 0, model.isUnknown(row, of: rows) { return Int32(model.priors.order[0]) }
      // No best prototype: all scores overflowed, which only a model from elsewhere can bring about.
      return model.prototypes.classIndices[max(0, Int(prototype))]
    }
  }

  /// Calls `body` for blocks of rows with the score of every prototype: `rows.count x prototypes`, row-major.
  ///
  /// The blocks come in parallel and in no fixed order; a block's memory may be changed.
  ///
  /// - Parameter asSimilarities: whether Euclidean scores are turned into similarities; else they are products of rows and
  ///   prototypes less half the prototypes' squared lengths, which have the same order.
  package func forEachScoreBlock(
    _ rows: FeatureRows, norms: RowNorms, asSimilarities: Bool = true,
    _ body:
      @escaping @Sendable (_ worker: Int, _ rows: Range<Int>, _ scores: UnsafeMutableBufferPointer<Float>)
      throws -> Void
  ) throws {
    try check(rows)
    let rows = relative(rows)
    let turnsIntoSimilarity = asSimilarities && turnsIntoSimilarity
    let prototypeCount = model.prototypes.count
    try norms.scales.withUnsafeBufferPointer { scales in
      try index.forEachScoreBlock(of: rows, scales: scales, workers: workers) { worker, range, scores in
        if turnsIntoSimilarity {
          for row in range {
            let start = (row - range.lowerBound) * prototypeCount
            for position in start..<start + prototypeCount {
              scores[position] = similarity(norms, row, score: scores[position])
            }
          }
        }
        try body(worker, range, scores)
      }
    }
  }

  /// Euclidean without refined weights: a score says how near a prototype is, and is turned into a similarity.
  var turnsIntoSimilarity: Bool { model.settings.distance == .euclidean && model.refined == nil }

  @inline(__always)
  func similarity(_ norms: RowNorms, _ row: Int, score: Float) -> Float {
    1 / (1 + max(0, norms.squaredNorms[row] - 2 * score))
  }

  /// Rows in the model's frame, as the prototypes are. All that takes a caller's rows goes through this.
  package func relative(_ rows: FeatureRows) -> FeatureRows { rows.relative(to: model.frame) }

  /// The norms that scoring takes, from a caller's rows.
  package func norms(of rows: FeatureRows) throws -> RowNorms {
    try check(rows)
    return try RowNorms(of: relative(rows), distance: model.settings.distance, workers: workers)
  }

  /// Calls `body` for blocks of rows with the probability of every class: `rows.count x classes`, row-major.
  package func forEachProbabilityBlock(
    _ rows: FeatureRows,
    _ body:
      @escaping @Sendable (
        _ worker: Int, _ rows: Range<Int>, _ probabilities: UnsafeMutableBufferPointer<Float>
      )
      throws -> Void
  ) throws {
    let prototypeCount = model.prototypes.count
    let classCount = model.classes.count
    let relative = relative(rows)
    try forEachScoreBlock(rows, norms: norms(of: rows), asSimilarities: calibration == nil) {
      worker, range, scores in
      try withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count * classCount) { block in
        for row in 0..<range.count {
          let own = UnsafeMutableBufferPointer(
            rebasing: scores[row * prototypeCount..<(row + 1) * prototypeCount])
          let target = UnsafeMutableBufferPointer(rebasing: block[row * classCount..<(row + 1) * classCount])
          if own.first == 0, model.isUnknown(range.lowerBound + row, of: relative) {
            _ = target.update(fromContentsOf: model.priors.shares)
          } else {
            fill(target, from: own)
          }
        }
        try body(worker, range, block)
      }
    }
  }
}

extension ClassScoring {
  /// What turns scores into probabilities; nil for plain shares.
  var calibration: Calibration? {
    guard !model.settings.mode.sumsShares else { return nil }
    return model.calibration ?? (model.refined == nil ? nil : .uncalibrated)
  }

  /// Class probabilities from the scores of all prototypes.
  ///
  /// Refined or calibrated: calibrated, from each class's best prototype. Without either: linear max(0, s) or
  /// softmax of s / T over the classes' best prototypes, divided by the sum; softmax too where no s is above 0, so that
  /// the class of the best score has the largest share. In a mode that sums shares: the same over prototypes, summed by
  /// class; the best one gets all where no s is above 0. `scores` is used up.
  package func fill(
    _ probabilities: UnsafeMutableBufferPointer<Float>, from scores: UnsafeMutableBufferPointer<Float>
  ) {
    guard !model.settings.mode.sumsShares else {
      normalise(scores)
      combine(scores, into: probabilities, start: 0, +)
      return
    }
    combine(scores, into: probabilities, start: -.infinity, max)
    let best = first(probabilities)
    if let calibration {
      calibration.apply(to: probabilities)
    } else {
      normalise(probabilities)
    }
    // Scores that differ in the last bit may round to one probability; the answer is the same either way.
    let top = first(probabilities)
    if top != best { probabilities[best] = probabilities[top].nextUp }
  }

  /// The position of the largest value, the first of equal ones.
  private func first(_ values: UnsafeMutableBufferPointer<Float>) -> Int {
    var best = 0
    for position in values.indices where values[position] > values[best] { best = position }
    return best
  }

  private func combine(
    _ scores: UnsafeMutableBufferPointer<Float>, into classes: UnsafeMutableBufferPointer<Float>,
    start: Float,
    _ join: (Float, Float) -> Float
  ) {
    for classIndex in classes.indices {
      var joined = start
      for prototype in model.classStarts[classIndex]..<model.classStarts[classIndex + 1] {
        joined = join(joined, scores[prototype])
      }
      classes[classIndex] = joined
    }
  }

  private func normalise(_ values: UnsafeMutableBufferPointer<Float>) {
    let topPosition = first(values)
    let top = values[topPosition]
    var total: Float = 0
    let inverseTemperature = Float(1 / model.settings.temperature)
    let isLinear = model.settings.softAssignment == .linear && (top > 0 || model.settings.mode.sumsShares)
    for position in values.indices {
      let share =
        isLinear
        ? max(0, values[position]) : naturalExponential((values[position] - top) * inverseTemperature)
      values[position] = share
      total += share
    }
    if total > 0 {
      for position in values.indices { values[position] /= total }
    } else if model.settings.mode.sumsShares {
      values[topPosition] = 1
    } else {
      values.update(repeating: 1 / Float(values.count))
    }
  }
}
