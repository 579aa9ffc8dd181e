import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

@Suite struct WeightTests {
  @Test(arguments: Mode.allCases) func uniformWeightsAreNoWeights(mode: Mode) throws {
    for seed in 0..<20 as Range<UInt64> {
      var problem = DeterminismTests.problem(seed, mode: mode)
      problem.weights = nil
      let plain = try DeterminismTests.trained(problem, threads: 1, inBatches: false)
      problem.weights = problem.rows.map { _ in 1 }
      let weighted = try DeterminismTests.trained(problem, threads: 1, inBatches: false)
      #expect(plain == weighted, "seed \(seed), \(problem.options)")
    }
  }

  @Test(arguments: Mode.allCases) func weightZeroIsNoRow(mode: Mode) throws {
    for seed in 0..<20 as Range<UInt64> {
      var problem = DeterminismTests.problem(seed, mode: mode)
      problem.weights = problem.rows.indices.map { $0 < problem.classCount || $0 % 3 != 0 ? 1.5 : 0 }
      let zeroed = try DeterminismTests.trained(problem, threads: 2, inBatches: false)
      let kept = problem.rows.indices.filter { problem.weights?[$0] != 0 }
      problem.rows = kept.map { problem.rows[$0] }
      problem.classes = kept.map { problem.classes[$0] }
      problem.weights = kept.map { _ in 1.5 }
      let absent = try DeterminismTests.trained(problem, threads: 2, inBatches: false)
      #expect(zeroed == absent, "seed \(seed), \(problem.options)")
    }
  }

  @Test func rowsOfWeightZeroBringNoClass() throws {
    var classifier = try FastKMeansClassifier<Int>()
    let rows = try TestRows.features([[1, 0], [0, 1], [1, 1]], isSparse: true)
    try classifier.fit(rows, labels: [4, 5, 6], sampleWeights: [1, 1, 0])
    #expect(classifier.classes == [4, 5])
  }

  @Test(arguments: Mode.allCases) func weightTwoIsTheRowTwice(mode: Mode) throws {
    for seed in 0..<20 as Range<UInt64> {
      var problem = mode == .default ? TrainingCase(seed: seed) : TrainingCase.reference(seed: seed)
      // Merging and soft choices at the edge are for the twins; here the start is given and sums are compared.
      problem.options.mergeThreshold = nil
      problem.options.maxEpochs = 3
      problem.weights = problem.rows.indices.map { $0 % 2 == 0 ? 2 : 1 }
      let weighted = try problem.fitted().classifier.model.prototypes
      let order = problem.rows.indices.flatMap { $0 % 2 == 0 ? [$0, $0] : [$0] }
      problem.rows = order.map { problem.rows[$0] }
      problem.classes = order.map { problem.classes[$0] }
      problem.weights = nil
      let twice = try problem.fitted().classifier.model.prototypes
      let place = Comment("seed \(seed), \(problem.options)")
      try #require(weighted.count == twice.count, place)
      #expect(largestDifference(weighted.masses, twice.masses) < 1e-4, place)
      for classIndex in 0..<problem.classCount {
        let pairs = zip(weighted.writtenOut(class: classIndex), twice.writtenOut(class: classIndex))
        for (one, other) in pairs { #expect(largestDifference(one, other) < 2e-4, place) }
      }
    }
  }

  @Test(arguments: [-1, .nan, .infinity, -.infinity, 1e13]) func refusesBadWeights(_ weight: Double) throws {
    var classifier = try FastKMeansClassifier<Int>()
    let rows = try TestRows.features([[1, 0], [0, 1]], isSparse: true)
    let error = #expect(throws: InputError.self) {
      try classifier.fit(rows, labels: [0, 1], sampleWeights: [1, weight])
    }
    guard case .badSampleWeight(row: 1, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  /// 1e-300 is above 0, but not in single precision.
  @Test(arguments: [0, 1e-300]) func refusesWeightsThatAreAllZero(_ weight: Double) throws {
    var classifier = try FastKMeansClassifier<Int>()
    let rows = try TestRows.features([[1, 0], [0, 1]], isSparse: true)
    #expect(throws: InputError.badSampleWeight(row: 0, value: weight)) {
      try classifier.fit(rows, labels: [0, 1], sampleWeights: [weight, weight])
    }
    #expect(throws: InputError.badSampleWeight(row: 0, value: weight)) {
      try classifier.learn(rows, labels: [0, 1], sampleWeights: [weight, weight])
    }
  }
}
