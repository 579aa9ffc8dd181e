import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Learning that runs away, and what only looks like it.
@Suite struct RefinementDivergenceTests {
  static func settings(rate: Double, smallCount: Int) -> RefinementTrainer.Settings {
    var settings = RefinementTrainer.Settings()
    settings.smallCount = smallCount
    for recipe in settings.recipes.indices { settings.recipes[recipe].rate = rate }
    return settings
  }

  @Test(arguments: [10, 20_000]) func aRateThatOverflowsIsHalvedAndReported(smallCount: Int) throws {
    for distance in Distance.allCases {
      var problem = RefinementProblem.separable(rows: 90, distance: distance, seed: 6)
      problem.options.refinement = .count(2)
      let outcome = try problem.trained(Self.settings(rate: 1e39, smallCount: smallCount))
      // 1e39 / 2^8 still overflows after a few steps; then the prototypes are what is left.
      if let done = outcome.training.report.refinement.done {
        #expect(done.rateHalvings > 0, "\(distance)")
      }
      let numbers = (outcome.refined?.vectors ?? []).flatMap(\.values)
      #expect(numbers.allSatisfy { $0.isFinite }, "\(distance)")
      let biases = outcome.refined?.biases ?? []
      #expect(biases.allSatisfy { $0.isFinite })
    }
  }

  @Test func halvingTheRateSavesARunThatOverflowed() throws {
    var problem = RefinementProblem.separable(rows: 130, seed: 7)
    problem.options.refinement = .count(7)
    let outcome = try problem.trained(Self.settings(rate: 2e38, smallCount: 20_000))
    let done = try #require(outcome.training.report.refinement.done)
    #expect((1...8).contains(done.rateHalvings), "\(done)")
    #expect(done.heldOutAccuracy >= done.prototypeAccuracy)
  }

  /// Most documents rest in every other epoch; what is left of the last one then are the mislabelled ones, which
  /// somebody gave little weight: their mean loss says nothing about the start's.
  @Test func hardDocumentsAmongRestingOnesAreNoDivergence() throws {
    var problem = RefinementProblem(rows: [], classes: [], isSparse: false)
    problem.options.distance = .euclidean
    problem.options.threadCount = 1
    for index in 0..<300 {
      let isRight = index % 100 != 99
      let side: Float = index % 2 == 0 ? 1 : -1
      problem.rows.append([side, Float(index % 7) * 0.01])
      problem.classes.append((side > 0) == isRight ? 1 : 0)
      problem.weights = (problem.weights ?? []) + [isRight ? 1 : 1e-3]
    }
    problem.options.refinement = .count(10)
    let done = try #require(try problem.trained(.init(), limit: 1).training.report.refinement.done)
    #expect(done.rateHalvings == 0)
    #expect(done.heldOutAccuracy > 0.95)
  }

  @Test func weightsCountAgainstEachOtherOnly() throws {
    var problem = RefinementProblem.separable(rows: 130, seed: 7)
    problem.options.refinement = .count(7)
    let plain = try problem.fitted().classifier.model.storage
    for weight in [1, 1024, 1e12] {
      problem.weights = problem.rows.map { _ in weight }
      let weighted = try problem.fitted()
      let refined = try #require(try weighted.classifier.model.storage.refined)
      #expect(try #require(weighted.report.refinement.done).rateHalvings == 0)
      // Sums of rows, and so prototypes, round with the weight unless it is a power of 2.
      for position in 0..<refined.weights.values.count where weight != 1e12 {
        #expect(refined.weights.values[position] == plain.refined?.weights.values[position])
      }
    }
  }

  @Test func oneHugeWeightLeavesNumbers() throws {
    for distance in Distance.allCases {
      var problem = RefinementProblem.separable(rows: 60, distance: distance, seed: 8)
      problem.options.refinement = .count(2)
      problem.weights = problem.rows.indices.map { $0 == 17 ? 1e12 : 1e-12 }
      let model = try problem.fitted().classifier.model
      let probabilities = try model.probabilities(of: problem.features())
      #expect(probabilities.values.allSatisfy { (0...1).contains($0) })
    }
  }
}
