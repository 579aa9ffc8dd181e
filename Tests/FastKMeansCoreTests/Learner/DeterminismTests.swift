import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// What must not change a bit, and what must change in one direction only.
@Suite struct DeterminismTests {
  /// Cases seeded by k-means++, in either mode.
  static func problem(_ seed: UInt64, mode: Mode) -> TrainingCase {
    var problem = mode == .reference ? TrainingCase.reference(seed: seed) : TrainingCase(seed: seed)
    problem.options.mode = mode
    problem.options.prototypesPerClass = 1 + Int(seed % 4)
    if seed % 5 == 0 { problem.options.mergeThreshold = 0.05 }
    return problem
  }

  @Test(arguments: Mode.allCases) func anyNumberOfThreadsGivesTheSameBits(mode: Mode) throws {
    for seed in 0..<25 as Range<UInt64> {
      let problem = Self.problem(seed, mode: mode)
      let fitted = try [1, 2, 5].map { try Self.trained(problem, threads: $0, inBatches: false) }
      #expect(Set(fitted).count == 1, "fit, seed \(seed), \(problem.options)")
      let streamed = try [1, 2, 5].map { try Self.trained(problem, threads: $0, inBatches: true) }
      #expect(Set(streamed).count == 1, "learn, seed \(seed), \(problem.options)")
    }
  }

  /// The bits of the model, and of what was reported.
  static func trained(_ problem: TrainingCase, threads: Int, inBatches: Bool) throws -> [UInt64] {
    var options = problem.options
    options.threadCount = threads
    var classifier = try FastKMeansClassifier<Int>(options)
    let features = try problem.features()
    var reports: [TrainingReport] = []
    if inBatches {
      let middle = max(problem.classCount, problem.rows.count / 2)
      for batch in [0..<problem.classCount, problem.classCount..<middle, middle..<problem.rows.count] {
        guard batch.contains(where: { problem.weights?[$0] ?? 1 > 0 }) else { continue }
        reports.append(
          try classifier.learn(
            features.selectingRows(batch), labels: Array(problem.classes[batch]),
            sampleWeights: problem.weights.map { Array($0[batch]) }))
      }
    } else {
      reports.append(try classifier.fit(features, labels: problem.classes, sampleWeights: problem.weights))
    }
    let numbers = reports.flatMap {
      [$0.shift, $0.objective, Double($0.epochs), Double($0.mergedCount), Double($0.reseededCount)]
    }
    return try classifier.model.prototypes.bits + numbers.map(\.bitPattern)
  }

  @Test func anotherSeedGivesOtherPrototypes() throws {
    var problem = Self.problem(3, mode: .default)
    problem.options.maxEpochs = 1
    problem.options.isSoft = false
    problem.options.prototypesPerClass = 2
    let results = try (0..<8).map { seed in
      problem.options.seed = UInt64(seed)
      return try Self.trained(problem, threads: 1, inBatches: false)
    }
    #expect(Set(results).count > 1)
  }

  /// Lloyd's epochs each lower the sum of distances; re-seeding a dead prototype lowers it as well.
  @Test func theObjectiveNeverRisesFromEpochToEpoch() throws {
    var falls = 0
    for seed in 0..<40 as Range<UInt64> {
      var problem = Self.problem(seed, mode: .default)
      problem.options.isSoft = false
      problem.options.mergeThreshold = nil
      var previous = Double.infinity
      for epochs in 1...6 {
        problem.options.maxEpochs = epochs
        var classifier = try FastKMeansClassifier<Int>(problem.options)
        let report = try classifier.fit(
          problem.features(), labels: problem.classes, sampleWeights: problem.weights)
        // Sums are exact, rows are rounded to single precision: 1e-6 of the whole.
        #expect(
          report.objective <= previous + 1e-6 * (1 + report.objective), "seed \(seed), epochs \(epochs)")
        if report.objective < previous - 1e-3, epochs > 1 { falls += 1 }
        previous = report.objective
      }
    }
    // Else the test would hold for a trainer that never moves.
    #expect(falls > 10)
  }

  @Test func aClassWithOnePrototypeReportsItsSpread() throws {
    let rows = try TestRows.features([[1, 0], [3, 0], [0, 5]], isSparse: false)
    var options = TrainingOptions.prototypesOnly
    options.distance = .euclidean
    options.prototypesPerClass = 1
    var classifier = try FastKMeansClassifier<Int>(options)
    let report = try classifier.fit(rows, labels: [0, 0, 1])
    #expect(abs(report.objective - 2) < 1e-6)
  }

  /// Classes that merge are trained again; their documents still count once.
  @Test func mergingCountsTheObjectiveOnce() throws {
    let rows = try TestRows.features([[0], [0.2], [5], [9], [9.2], [14]], isSparse: false)
    var options = TrainingOptions.prototypesOnly
    options.distance = .euclidean
    options.isSoft = false
    options.prototypesPerClass = 3
    options.mergeThreshold = 1
    var classifier = try FastKMeansClassifier<Int>(options)
    let report = try classifier.fit(rows, labels: [0, 0, 0, 1, 1, 1])
    #expect(report.mergedCount == 2)
    #expect(report.prototypeCount == 4)
    #expect(abs(report.objective - 0.04) < 1e-5)
  }

  @Test(arguments: Mode.allCases) func renamingLabelsInOrderGivesTheSameModel(mode: Mode) throws {
    for seed in 0..<15 as Range<UInt64> {
      let problem = Self.problem(seed, mode: mode)
      var numbered = try FastKMeansClassifier<Int>(problem.options)
      try numbered.fit(problem.features(), labels: problem.classes, sampleWeights: problem.weights)
      var named = try FastKMeansClassifier<String>(problem.options)
      let names = ["ant", "bee", "cat", "dog", "\u{e9}l\u{e9}phant"]
      try named.fit(
        problem.features(), labels: problem.classes.map { names[$0] }, sampleWeights: problem.weights)
      #expect(try numbered.model.prototypes.bits == named.model.prototypes.bits, "seed \(seed)")
      let found = try named.model.predict(problem.features())
      #expect(try numbered.model.predict(problem.features()).map { names[$0] } == found, "seed \(seed)")
    }
  }

  @Test(arguments: Mode.allCases) func fittingTwiceIsFittingOnce(mode: Mode) throws {
    for seed in 0..<10 as Range<UInt64> {
      let problem = Self.problem(seed, mode: mode)
      var once = try FastKMeansClassifier<Int>(problem.options)
      try once.fit(problem.features(), labels: problem.classes, sampleWeights: problem.weights)
      var twice = try FastKMeansClassifier<Int>(problem.options)
      try twice.fit(TestRows.features([[1, 2], [3, 1]], isSparse: true), labels: [7, 8])
      try twice.fit(problem.features(), labels: problem.classes, sampleWeights: problem.weights)
      #expect(try once.model.prototypes.bits == twice.model.prototypes.bits, "seed \(seed)")
      #expect(once.classes == twice.classes)
    }
  }

  @Test func aWarmStartGoesOnFromWhereItStands() throws {
    for seed in 0..<20 as Range<UInt64> {
      var problem = Self.problem(seed, mode: .default)
      problem.options.isSoft = false
      problem.options.mergeThreshold = nil
      problem.options.maxEpochs = 1
      problem.options.isWarmStart = true
      var classifier = try FastKMeansClassifier<Int>(problem.options)
      let objectives = try (0..<4).map { _ in
        try classifier.fit(problem.features(), labels: problem.classes, sampleWeights: problem.weights)
          .objective
      }
      for (before, after) in zip(objectives, objectives.dropFirst()) {
        #expect(after <= before + 1e-6 * (1 + before), "seed \(seed): \(objectives)")
      }
      problem.options.isWarmStart = false
      problem.options.maxEpochs = 50
      var whole = try FastKMeansClassifier<Int>(problem.options)
      let settled = try whole.fit(problem.features(), labels: problem.classes, sampleWeights: problem.weights)
      if settled.epochs <= 4, settled.reseededCount == 0 {
        #expect(abs(settled.objective - objectives[3]) < 1e-4 * (1 + settled.objective), "seed \(seed)")
      }
    }
  }

  @Test func aWarmStartKeepsAClassWhoseNewDocumentsAreEmpty() throws {
    var options = TrainingOptions.prototypesOnly
    options.isWarmStart = true
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(TestRows.features([[1, 0], [0, 1]], isSparse: true), labels: [0, 1])
    let before = try classifier.model.prototypes.writtenOut(class: 0)
    try classifier.fit(TestRows.features([[0, 0], [0, 1]], isSparse: true), labels: [0, 1])
    #expect(try classifier.model.prototypes.writtenOut(class: 0) == before)
  }
}
