import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// How classes get their first prototypes. The reference mode with batches of weight far below 1 shows the seeds
/// themselves: mass 1 each, moved by next to nothing.
@Suite struct SeedingTests {
  static func rows(_ random: inout CounterRandom, count: Int, distinct: Int, width: Int) -> [[Float]] {
    let pool = (0..<distinct).map { _ in (0..<width).map { _ in Float(random.nextUnit()) + 0.01 } }
    return (0..<count).map { pool[$0 < distinct ? $0 : random.nextIndex(below: distinct)] }
  }

  /// K = min(wanted, documents, distinct documents), and no two seeds are alike.
  @Test(arguments: [Initialization.kMeansPlusPlus, .random])
  func seedsAreDistinctRowsOfTheClass(initialization: Initialization) throws {
    for seed in 0..<40 as Range<UInt64> {
      var random = CounterRandom(seed: seed)
      let (count, width) = (1 + random.nextIndex(below: 12), 3 + random.nextIndex(below: 5))
      let distinct = 1 + random.nextIndex(below: count)
      let rows = Self.rows(&random, count: count, distinct: distinct, width: width)
      let wanted = 1 + random.nextIndex(below: 6)
      let distance: Distance = seed % 2 == 0 ? .cosine : .euclidean
      for isSparse in [false, true] {
        let seeds = try seeds(of: rows, wanted, distance, initialization, isSparse: isSparse, seed: seed)
        let place = Comment("seed \(seed), \(initialization), sparse \(isSparse)")
        #expect(seeds.count == min(wanted, distinct), place)
        let scaled = rows.map { TrainingTwin.scaled($0.map(Double.init), distance) }
        let origins = seeds.map { seed in
          scaled.firstIndex { largestDifference($0, seed) < 1e-6 }
        }
        #expect(!origins.contains(nil), "\(place): a seed is no row of the class")
        #expect(Set(origins).count == seeds.count, place)
      }
    }
  }

  private func seeds(
    of rows: [[Float]], _ wanted: Int, _ distance: Distance, _ initialization: Initialization, isSparse: Bool,
    seed: UInt64
  ) throws -> [[Double]] {
    var options = TrainingOptions.prototypesOnly
    options.distance = distance
    options.initialization = initialization
    options.seed = seed
    let features = try TestRows.features(rows, isSparse: isSparse)
    return try features.withRows { view in
      let documents = TrainingSet(
        view, norms: try RowNorms(of: view, distance: distance, workers: 1), classes: rows.map { _ in 0 },
        classCount: 1)
      var prototypes: [[Prototype]] = [[]]
      try ClassSeeder(options: options, progress: ProgressReporter(nil)).seed(
        &prototypes, from: documents, wanted: [wanted], step: 0)
      #expect(prototypes[0].allSatisfy { $0.mass == 1 })
      let set = PrototypeSet(prototypes, shape: FeatureShape(view), precision: .float64)
      return set.writtenOut(class: 0)
    }
  }

  /// Two far clusters: k-means++ takes one row of each nearly always, uniform choice only half of the time.
  @Test func plusPlusPrefersDistantRows() throws {
    let rows: [[Float]] = (0..<20).map { $0 < 10 ? [1, Float($0) * 0.001] : [Float($0) * 0.001, 1] }
    func hits(_ initialization: Initialization) throws -> Int {
      try (0..<100).filter { seed in
        let seeds = try seeds(of: rows, 2, .cosine, initialization, isSparse: false, seed: UInt64(seed))
        return (seeds[0][0] > 0.5) != (seeds[1][0] > 0.5)
      }.count
    }
    #expect(try hits(.kMeansPlusPlus) >= 99)
    #expect(try (30..<75).contains(hits(.random)))
  }

  @Test func everyModeKeepsKToTheDistinctDocuments() throws {
    let rows = try TestRows.features([[1, 0], [2, 0], [0, 1], [0, 1], [1, 1]], isSparse: true)
    for mode in Mode.allCases {
      var options = TrainingOptions.prototypesOnly
      options.mode = mode
      options.isSoft = false
      options.prototypesPerClass = 10
      var fitted = try FastKMeansClassifier<Int>(options)
      // Cosine: [1, 0] and [2, 0] are one document.
      try fitted.fit(rows, labels: [0, 0, 0, 1, 1])
      #expect(try fitted.model.prototypes.classIndices == [0, 0, 1, 1], "\(mode)")
      var streamed = try FastKMeansClassifier<Int>(options)
      try streamed.learn(rows, labels: [0, 0, 0, 1, 1])
      #expect(try streamed.model.prototypes.classIndices == [0, 0, 1, 1], "\(mode)")
    }
  }

  @Test func countsByLabelAndByPosition() throws {
    var random = CounterRandom(seed: 9)
    let rows = try TestRows.features(Self.rows(&random, count: 30, distinct: 30, width: 6), isSparse: false)
    let labels = (0..<30).map { ["b", "a", "c"][$0 % 3] }
    func counts(_ prototypeCounts: PrototypeCounts) throws -> [Int] {
      var options = TrainingOptions.prototypesOnly
      options.isSoft = false
      options.prototypesPerClass = 2
      options.prototypeCounts = prototypeCounts
      var classifier = try FastKMeansClassifier<String>(options)
      try classifier.fit(rows, labels: labels)
      #expect(classifier.classes == ["a", "b", "c"])
      let classes = try classifier.model.prototypes.classIndices
      return (0..<3).map { index in classes.filter { $0 == index }.count }
    }
    #expect(try counts(.none) == [2, 2, 2])
    #expect(try counts(.byLabel(["b": 4])) == [2, 4, 2])
    #expect(try counts(.byPosition([1, 3])) == [1, 3, 2])
  }

  @Test func givenPrototypesAreWhereTrainingStarts() throws {
    let rows = try TestRows.features([[1, 0], [0.9, 0.1], [0, 1], [0.1, 1]], isSparse: true)
    var options = TrainingOptions.prototypesOnly
    options.isSoft = false
    options.prototypesPerClass = 1
    options.initialization = .prototypes(
      try TestRows.features([[5, 0], [0, 5], [1, 1]], isSparse: false), labels: [0, 0, 9])
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(rows, labels: [0, 1, 0, 1])
    // Class 0 has the two that were given, class 1 is seeded, and nobody asked for class 9.
    #expect(classifier.classes == [0, 1])
    #expect(try classifier.model.prototypes.classIndices == [0, 0, 1])
    #expect(try classifier.model.prototypes.writtenOut(class: 0) == [[1, 0], [0, 1]])
  }

  @Test func refusesGivenPrototypesThatDoNotFit() throws {
    let rows = try TestRows.features([[1, 0], [0, 1]], isSparse: true)
    func error(_ given: [[Float]], _ labels: [Label]) throws -> InputError? {
      var options = TrainingOptions.prototypesOnly
      options.initialization = .prototypes(try TestRows.features(given, isSparse: false), labels: labels)
      var classifier = try FastKMeansClassifier<Int>(options)
      return #expect(throws: InputError.self) { try classifier.fit(rows, labels: [0, 1]) }
    }
    #expect(try error([[1, 2, 3]], [0]) == .featureCountMismatch(expected: 2, found: 3))
    #expect(
      try error([[1, 2]], [0, 1])
        == .lengthMismatch(what: "labels of the prototypes", expected: 1, found: 2))
  }

  /// `k_init='auto'` without refinement: large classes get several prototypes, small ones one, `k_list` its number.
  @Test func automaticCountsFollowSizeAndVariety() throws {
    let (rows, classes) = TestRows.clustered(rows: 600, width: 12, classes: 2, subtopics: 3, seed: 5)
    let small = (0..<6).map { row in (0..<12).map { Float(($0 + row) % 3) } }
    var options = TrainingOptions.prototypesOnly
    options.isPrototypeCountAutomatic = true
    options.isSoft = false
    options.prototypeCounts = .byLabel([1: 2])
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(
      TestRows.features(rows + small, isSparse: true), labels: classes + [Int](repeating: 7, count: 6))
    let counts = try classifier.model.prototypes.classIndices.reduce(into: [0, 0, 0]) { $0[Int($1)] += 1 }
    #expect(counts[0] > 2 && counts[0] <= 5)
    #expect(counts[1] == 2)
    #expect(counts[2] == 1)
  }
}
