import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// The public model says what the refinement's own table says.
@Suite struct RefinementAnswerTests {
  @Test(arguments: Distance.allCases, [true, false])
  func aModelAnswersAsItsTable(distance: Distance, isSparse: Bool) throws {
    for seed in 20..<22 as Range<UInt64> {
      var problem = RefinementProblem.separable(
        rows: 120, isSparse: isSparse, distance: distance, seed: seed)
      problem.options.refinement = .count(6)
      let model = try problem.fitted().classifier.model
      guard let refined = model.storage.refined else { continue }
      #expect((refined.biases != nil) == (distance == .euclidean))
      let own = try tableScores(refined, problem)
      let features = try problem.features()
      try expect(model, predicts: own, features, seed: seed)
      try expect(model, scores: own, features, seed: seed)
    }
  }

  @Test func someModelsAreRefinedAtAll() throws {
    for distance in Distance.allCases {
      var problem = RefinementProblem.separable(rows: 120, distance: distance, seed: 20)
      problem.options.refinement = .count(6)
      #expect(try problem.fitted().classifier.model.storage.refined != nil)
    }
  }

  /// Each prototype's score of each row, by the definition.
  private func tableScores(_ refined: RefinedWeights, _ problem: RefinementProblem) throws -> [[Double]] {
    try problem.features().withRows { view in
      let rows = TrainingSet(
        view, norms: try RowNorms(of: view, distance: problem.options.distance, workers: 1),
        classes: problem.classes.map { Int32($0) }, classCount: problem.classes.count, unit: refined.unit)
      let table = try RefinementTable(refined)
      return problem.rows.indices.map { row in
        (0..<table.laneCount).map { lane in
          let dot = problem.rows[row].enumerated().reduce(0.0) {
            $0 + Double($1.element)
              * Double(
                table.cells.weight(feature: $1.offset, lane: lane))
          }
          return dot * Double(rows.scale(of: row)) + Double(table.biases?[lane] ?? 0)
        }
      }
    }
  }

  private func expect(
    _ model: ClassifierModel<Int>, predicts scores: [[Double]], _ features: Features, seed: UInt64
  ) throws {
    let predictions = try model.predictedClassIndices(features)
    for (row, scores) in scores.enumerated() {
      let best = scores.max() ?? 0
      let classIndex = model.prototypes.classIndices.indices.filter { best - scores[$0] < 1e-4 }
        .map { Int(model.prototypes.classIndices[$0]) }
      #expect(classIndex.contains(predictions[row]), "seed \(seed), row \(row)")
    }
  }

  private func expect(
    _ model: ClassifierModel<Int>, scores wanted: [[Double]], _ features: Features, seed: UInt64
  ) throws {
    let found = Locked([Int: [Float]]())
    let count = model.prototypes.count
    try features.withRows { view in
      let scoring = try ClassScoring(model.storage)
      try scoring.forEachScoreBlock(view, norms: scoring.norms(of: view)) { _, range, scores in
        for row in range {
          let start = (row - range.lowerBound) * count
          let own = Array(scores[start..<start + count])
          found.withLock { $0[row] = own }
        }
      }
    }
    for (row, wanted) in wanted.enumerated() {
      let found = try #require(found.withLock { $0[row] })
      for (found, wanted) in zip(found, wanted) {
        #expect(abs(Double(found) - wanted) < 1e-4 * (1 + abs(wanted)), "seed \(seed), row \(row)")
      }
    }
  }
}
