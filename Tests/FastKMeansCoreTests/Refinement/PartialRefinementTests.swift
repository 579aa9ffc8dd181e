import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Refinement on parts, averaged: better than the prototypes it starts from, and the same bits for any threads.
@Suite struct PartialRefinementTests {
  private static func problem(_ distance: Distance, isSparse: Bool) throws -> (Features, [Int], ModelStorage)
  {
    let clustered = TestRows.clustered(
      rows: 600, width: 40, classes: 6, subtopics: 3, density: isSparse ? 0.3 : 1, seed: 21)
    let features = try TestRows.features(clustered.rows, isSparse: isSparse)
    var options = TrainingOptions.prototypesOnly
    options.distance = distance
    // One prototype of three topics: there is something to gain.
    options.prototypesPerClass = 1
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(features, labels: clustered.classes)
    return (features, clustered.classes, try classifier.model.storage)
  }

  /// Some rounds over two halves.
  private static func refined(
    _ model: ModelStorage, _ features: Features, _ classes: [Int], rounds: Int, threads: Int
  ) throws -> ModelStorage {
    let halves = [0, 1].map { half in classes.indices.filter { $0 % 2 == half } }
    var current = model
    for round in 0..<rounds {
      let parts = try halves.enumerated().map { index, rows in
        try features.selectingRows(rows).withRows {
          try current.refined(
            on: $0, labels: LabelColumn(rows.map { classes[$0] }), sampleWeights: nil, threadCount: threads,
            epochs: 2,
            rateShares: (1 - Double(round) / Double(rounds), 1 - Double(round + 1) / Double(rounds)),
            step: UInt64(2 * round + index), progress: nil)
        }
      }
      current = try ModelStorage.average(parts, weights: [300, 300])
    }
    return current
  }

  private static func accuracy(_ model: ModelStorage, _ features: Features, _ classes: [Int]) throws -> Double
  {
    let found = try features.withRows { try ClassScoring(model).predictedClasses($0) }
    return Double(zip(found, classes).filter { Int($0) == $1 }.count) / Double(classes.count)
  }

  @Test(arguments: Distance.allCases, [true, false])
  func itSeparatesBetterThanThePrototypes(distance: Distance, isSparse: Bool) throws {
    let (features, classes, model) = try Self.problem(distance, isSparse: isSparse)
    let refined = try Self.refined(model, features, classes, rounds: 3, threads: 2)
    #expect(refined.refined != nil && refined.prototypes == model.prototypes)
    let before = try Self.accuracy(model, features, classes)
    let after = try Self.accuracy(refined, features, classes)
    #expect(after >= before && after > 0.9, "\(before) before, \(after) after")
    let judged = try features.withRows {
      try refined.calibrated(on: $0, labels: LabelColumn(classes), sampleWeights: nil, threadCount: 1)
    }
    #expect(abs(judged.accuracy - after) < 0.01)
    #expect(judged.model.calibration != nil)
  }

  @Test func theNumberOfThreadsChangesNoBit() throws {
    let (features, classes, model) = try Self.problem(.cosine, isSparse: true)
    let results = try [1, 3].map {
      try Self.refined(model, features, classes, rounds: 1, threads: $0).refined
    }
    #expect(results[0] == results[1])
  }

  @Test func onlyRelativesAreAveraged() throws {
    let (features, classes, model) = try Self.problem(.cosine, isSparse: true)
    #expect(throws: ClassifierError.self) { try ModelStorage.average([model], weights: [1]) }
    let refined = try Self.refined(model, features, classes, rounds: 1, threads: 1)
    #expect(throws: InputError.self) { try ModelStorage.average([refined], weights: [0]) }
    #expect(throws: InputError.self) { try ModelStorage.average([refined], weights: [1, 1]) }
    #expect(throws: InputError.self) { try ModelStorage.average([], weights: []) }
    let same = try ModelStorage.average([refined, refined], weights: [1, 3])
    #expect(same.refined?.weights.classIndices == refined.refined?.weights.classIndices)
  }

  /// Weights go out and come back as they are, and learning starts from where it would have without them.
  @Test(arguments: Distance.allCases, [true, false])
  func weightsAreSetAsTheyWereRead(distance: Distance, isSparse: Bool) throws {
    let (features, classes, model) = try Self.problem(distance, isSparse: isSparse)
    let refined = try Self.refined(model, features, classes, rounds: 1, threads: 1)
    let weights = try #require(refined.refined)
    let biases = weights.biases?.map { Double($0) }
    #expect(try refined.withRefinedWeights(weights.vectors, biases: biases).refined == weights)

    let start = try model.withRefinedWeights(nil, biases: nil)
    #expect(start.refined != nil && start.prototypes == model.prototypes)
    #expect(
      try abs(Self.accuracy(start, features, classes) - Self.accuracy(model, features, classes)) < 0.02)
    let untouched = try features.withRows {
      try model.refined(
        on: $0, labels: LabelColumn(classes), sampleWeights: nil, threadCount: 1, epochs: 0,
        rateShares: (1, 0), step: 0, progress: nil)
    }
    #expect(untouched.refined == start.refined)
    let further = try Self.refined(start, features, classes, rounds: 1, threads: 1)
    #expect(further.refined?.unit == weights.unit)
    #expect(further.refined != start.refined)
  }

  @Test func valuesWithinTheTruncationAreLeftOut() throws {
    let (_, _, model) = try Self.problem(.cosine, isSparse: true)
    let limit = model.settings.truncationThreshold
    let vectors = model.prototypes.classIndices.map { _ in
      PrototypeVector(columns: [1, 3, 4], values: [limit, 2 * limit, -2 * limit])
    }
    let found = try #require(try model.withRefinedWeights(vectors, biases: nil).refined)
    #expect(found.vectors.allSatisfy { $0.columns == [3, 4] })
  }

  @Test func refusesWeightsThatDoNotFit() throws {
    let (_, _, model) = try Self.problem(.euclidean, isSparse: true)
    let vectors = model.prototypes.classIndices.map { _ in PrototypeVector(columns: [1], values: [1]) }
    let biases = vectors.map { _ in 0.0 }
    #expect(throws: InputError.self) {
      try model.withRefinedWeights(Array(vectors.dropFirst()), biases: biases)
    }
    #expect(throws: InputError.self) { try model.withRefinedWeights(vectors, biases: [1]) }
    #expect(throws: InputError.self) { try model.withRefinedWeights(vectors, biases: nil) }
    let dense = vectors.map { _ in PrototypeVector(dense: [Double](repeating: 1, count: 40)) }
    #expect(throws: InputError.self) { try model.withRefinedWeights(dense, biases: biases) }
  }
}
