/// Keeps refined weights in step with prototypes that a batch moved: new prototypes join, and one short pass of
/// large-margin steps over the batch lets the weights learn from it.
package struct RefinementFollower {
  private let options: TrainingOptions
  private let step: UInt64
  private let progress: ProgressReporter

  /// The rate of a batch's pass: that of a document in the middle of `fit`.
  private static let rate = 0.1

  package init(options: TrainingOptions, step: UInt64, progress: ProgressReporter) {
    self.options = options
    self.step = step
    self.progress = progress
  }

  /// - Parameters:
  ///   - refined: the weights before the batch.
  ///   - prototypes: as the batch left them.
  ///   - countsBefore: prototypes of each class before the batch.
  ///   - keepsPositions: whether prototypes of before still stand at their places.
  /// - Complexity: O(features x prototypes + non-zeros of the batch x prototypes).
  package func follow(
    _ refined: RefinedWeights, prototypes: [[Prototype]], countsBefore: [Int], keepsPositions: Bool,
    rows: FeatureRows, classes: [Int32], norms: RowNorms, weights: [Float]?
  ) throws -> RefinedWeights {
    let grown = joined(refined, prototypes, countsBefore: countsBefore, keepsPositions: keepsPositions)
    let lanes = prototypes.reduce(0) { $0 + $1.count }
    guard RefinementTable.byteCount(lanes: lanes, features: rows.columnCount) <= RefinementTrainer.byteLimit
    else { return grown }
    let table = try RefinementTable(grown, featureCount: rows.columnCount)
    let view = RefinementRows(rows, norms: norms, unit: refined.unit)
    let documents = (0..<rows.rowCount).filter { classes[$0] >= 0 && !view.isEmpty($0) }.map { Int32($0) }
    var recipe = RefinementRecipe.hinge.lasting(1)
    recipe.rate = Self.rate
    try progress.begin(.refining, total: documents.count)
    _ = try Refinement(
      recipe: recipe, seed: options.seed &+ step, workers: Parallel.workerCount(options.threadCount),
      progress: progress
    ).run(
      table, rows: view, documents: documents, classes: classes,
      weights: weights.map { limited($0, documents) }
    )
    // Rows far longer than any before can carry the weights out of range; those of before are better than none.
    guard table.isFinite else { return grown }
    return table.refinedWeights(
      isSparse: view.isSparse, unit: refined.unit, truncation: Float(options.truncationThreshold))
  }

  /// Weights whose mean is at most 1: a step is to be no longer than the rate says.
  private func limited(_ weights: [Float], _ documents: [Int32]) -> [Float] {
    let total = documents.reduce(0.0) { $0 + Double(weights[Int($1)]) }
    let mean = total / Double(max(1, documents.count))
    return mean > 1 ? weights.map { Float(Double($0) / mean) } : weights
  }

  private func joined(
    _ refined: RefinedWeights, _ prototypes: [[Prototype]], countsBefore: [Int], keepsPositions: Bool
  ) -> RefinedWeights {
    var grown = RefinedWeights(
      vectors: [], biases: refined.biases.map { _ in [] }, unit: refined.unit)
    for (classIndex, members) in prototypes.enumerated() {
      let before = countsBefore.indices.contains(classIndex) ? countsBefore[classIndex] : 0
      let isKnown = classIndex < refined.vectors.count && refined.vectors[classIndex].count == before
      let kept = isKnown && (keepsPositions || before == members.count) ? min(before, members.count) : 0
      let added = members[kept...].map(fresh)
      grown.vectors.append(
        (kept > 0 ? Array(refined.vectors[classIndex][..<kept]) : []) + added.map(\.vector))
      if let biases = refined.biases {
        grown.biases?.append((kept > 0 ? Array(biases[classIndex][..<kept]) : []) + added.map(\.bias))
      }

      func fresh(_ prototype: Prototype) -> (vector: PrototypeVector, bias: Double) {
        weights(of: prototype, unit: Double(refined.unit))
      }
    }
    return grown
  }

  /// What a prototype starts refinement with.
  private func weights(of prototype: Prototype, unit: Double) -> (vector: PrototypeVector, bias: Double) {
    let scale = RefinementRecipe.hinge.scale
    let squaredNorm = prototype.center.squaredNorm
    switch options.distance {
    case .cosine:
      let factor = squaredNorm > 0 ? scale / squaredNorm.squareRoot() : 0
      return (prototype.center.scaled(by: factor).rounded(to: options.precision), 0)
    case .euclidean:
      let vector = prototype.center.scaled(by: scale * unit * unit).rounded(to: options.precision)
      return (vector, -scale * unit * unit * squaredNorm / 2)
    }
  }
}
