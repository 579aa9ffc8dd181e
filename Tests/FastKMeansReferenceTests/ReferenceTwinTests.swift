import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// The reference mode against its plain twin, over random shapes: what the golden files do not reach.
@Suite struct ReferenceTwinTests {
  /// A value at the truncation threshold (1e-4) may fall on either side; all else is single precision over a few
  /// batches.
  static let tolerance = 2e-4

  @Test func batchesFollowThePlainTwin() throws {
    var compared = 0
    for seed in 0..<150 as Range<UInt64> {
      if try comparesBatches(TrainingCase.reference(seed: seed)) { compared += 1 }
    }
    #expect(compared > 110)
  }

  /// Steps so long that next to nothing of the old centres is left, and enough documents that the factors that
  /// centres carry are worked into them.
  @Test(arguments: [1e4, 1e12]) func heavyWeightsFollowThePlainTwin(_ factor: Double) throws {
    var compared = 0
    for seed in 500..<540 as Range<UInt64> {
      var problem = TrainingCase.reference(seed: seed)
      problem.options.isSoft = true
      problem.weights = problem.rows.indices.map { (problem.weights?[$0] ?? 1) / 3 * factor }
      if try comparesBatches(problem) { compared += 1 }
    }
    #expect(compared > 25)
  }

  private func comparesBatches(_ problem: TrainingCase) throws -> Bool {
    var options = problem.options
    options.initialization = try problem.initialization()
    var classifier = try FastKMeansClassifier<Int>(options)
    var twin = ReferenceTwin(problem.initial, options: options)
    let features = try problem.features()
    let middle = max(problem.classCount, problem.rows.count / 2)
    for batch in [0..<middle, middle..<problem.rows.count] {
      guard batch.contains(where: { problem.weights?[$0] ?? 1 > 0 }) else { continue }
      let weights = problem.weights.map { Array($0[batch]) }
      let report = try classifier.learn(
        features.selectingRows(batch), labels: Array(problem.classes[batch]), sampleWeights: weights)
      let step = twin.learn(
        Array(problem.rows[batch]), classes: Array(problem.classes[batch]), weights: weights)
      if twin.isTight { return false }
      let place = Comment("seed \(problem.seed), rows \(batch), \(problem.options)")
      #expect(abs(report.shift - step.shift) < Self.tolerance * (1 + step.shift), place)
      #expect(report.mergedCount == step.merged, place)
      #expect(report.prunedCount == step.pruned, place)
      try expectEqual(classifier.model, twin, place)
    }
    return true
  }

  private func expectEqual(
    _ model: ClassifierModel<Int>, _ twin: ReferenceTwin, _ place: Comment
  ) throws {
    try #require(model.prototypes.classIndices.map(Int.init) == twin.classes, place)
    for classIndex in Set(twin.classes) {
      let expected = twin.classes.indices.filter { twin.classes[$0] == classIndex }.map {
        twin.prototypes[$0]
      }
      for (found, wanted) in zip(model.prototypes.writtenOut(class: classIndex), expected) {
        #expect(largestDifference(found, wanted) < Self.tolerance, place)
      }
    }
    #expect(largestDifference(model.prototypes.masses, twin.masses) < 1e-5, place)
  }

  @Test func fitIsBatchesInRowOrder() throws {
    for seed in 300..<320 as Range<UInt64> {
      var problem = TrainingCase.reference(seed: seed)
      problem.options.maxEpochs = 2
      problem.options.batchSize = max(problem.classCount, problem.rows.count / 3)
      let (fitted, report) = try problem.fitted()
      var options = problem.options
      options.initialization = try problem.initialization()
      var twin = ReferenceTwin(problem.initial, options: options)
      // A row of weight 0 takes no place in a batch.
      problem = problem.withoutAbsentRows()
      var (shift, merged) = (0.0, 0)
      for _ in 0..<2 {
        shift = 0
        for first in stride(from: 0, to: problem.rows.count, by: options.batchSize) {
          let batch = first..<min(problem.rows.count, first + options.batchSize)
          let step = twin.learn(
            Array(problem.rows[batch]), classes: Array(problem.classes[batch]),
            weights: problem.weights.map { Array($0[batch]) })
          shift = max(shift, step.shift)
          merged += step.merged
        }
      }
      guard !twin.isTight else { continue }
      let place = Comment("seed \(seed), \(problem.options)")
      #expect(report.epochs == 2, place)
      #expect(report.mergedCount == merged, place)
      #expect(abs(report.shift - shift) < Self.tolerance * (1 + shift), place)
      try expectEqual(fitted.model, twin, place)
    }
  }

  @Test func sparseAndDenseRowsGiveTheSameBits() throws {
    for seed in 400..<420 as Range<UInt64> {
      var problem = TrainingCase.reference(seed: seed)
      problem.isSparse = true
      let sparse = try problem.fitted().classifier.model
      problem.isSparse = false
      let dense = try problem.fitted().classifier.model
      for classIndex in 0..<problem.classCount {
        #expect(
          sparse.prototypes.writtenOut(class: classIndex) == dense.prototypes.writtenOut(class: classIndex),
          "seed \(seed), \(problem.options)")
      }
    }
  }
}
