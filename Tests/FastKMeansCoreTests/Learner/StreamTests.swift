import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// `learn`: classes that come and grow, prototypes that fade, learners that are saved between batches.
@Suite struct StreamTests {
  static func split(_ problem: TrainingCase) -> [Range<Int>] {
    let middle = max(problem.classCount, problem.rows.count / 2)
    return [0..<middle, middle..<problem.rows.count].filter { batch in
      batch.contains { problem.weights?[$0] ?? 1 > 0 }
    }
  }

  static func learn(
    _ problem: TrainingCase, _ batch: Range<Int>, _ classifier: inout FastKMeansClassifier<Int>
  )
    throws
  {
    try classifier.learn(
      problem.features().selectingRows(batch), labels: Array(problem.classes[batch]),
      sampleWeights: problem.weights.map { Array($0[batch]) })
  }

  @Test func aNewClassMovesNoOtherClassByOneBit() throws {
    for seed in 0..<30 as Range<UInt64> {
      var problem = DeterminismTests.problem(seed, mode: .default)
      problem.options.isMergeRelative = seed % 2 == 0
      var classifier = try FastKMeansClassifier<Int>(problem.options)
      for batch in Self.split(problem) { try Self.learn(problem, batch, &classifier) }
      let before = try classifier.model.prototypes
      let row = [Float](repeating: 0.3, count: problem.width)
      let report = try classifier.learn(
        TestRows.features([row, row.map { -$0 }], isSparse: problem.isSparse), labels: [-7, -7])
      #expect(report.newClasses == [-7])
      let after = try classifier.model.prototypes
      // A class that comes later stands behind the others, whatever its label.
      #expect(classifier.classes.last == -7)
      #expect(after.classIndices.starts(with: before.classIndices))
      for classIndex in 0..<problem.classCount {
        #expect(
          after.writtenOut(class: classIndex) == before.writtenOut(class: classIndex), "seed \(seed)")
      }
      #expect(Array(after.masses.prefix(before.count)) == before.masses, "seed \(seed)")
      #expect(Array(after.sumScales.prefix(before.count)) == before.sumScales, "seed \(seed)")
    }
  }

  /// What the report says is what the model would have answered, though the batch brings prototypes and classes.
  @Test(arguments: Distance.allCases) func theErrorIsThatOfTheModelBeforeTheBatch(distance: Distance) throws {
    for seed in 0..<12 as Range<UInt64> {
      var options = TrainingOptions()
      options.distance = distance
      options.prototypesPerClass = 1 + Int(seed % 3)
      let (rows, classes) = TestRows.clustered(rows: 160, width: 8, classes: 4, subtopics: 3, seed: seed)
      // The second half: other labels, so that the model before is wrong about most of it, and a class that is new.
      let labels = classes.enumerated().map { $0 < 80 ? $1 % 3 : ($1 + 1) % 4 }
      let isSparse = seed % 2 == 0
      var classifier = try FastKMeansClassifier<Int>(options)
      if seed % 4 < 2 {
        try classifier.fit(
          TestRows.features(Array(rows[..<80]), isSparse: isSparse), labels: Array(labels[..<80]))
      } else {
        try classifier.learn(
          TestRows.features(Array(rows[..<80]), isSparse: isSparse), labels: Array(labels[..<80]))
      }
      let batch = try TestRows.features(Array(rows[80...]), isSparse: isSparse)
      let predicted = try classifier.model.predict(batch)
      let wrong = zip(predicted, labels[80...]).count { $0 != $1 }
      let report = try classifier.learn(batch, labels: Array(labels[80...]), measuringError: true)
      #expect(report.errorBeforeUpdate == Double(wrong) / 80, "seed \(seed)")
    }
  }

  @Test(arguments: Distance.allCases) func decayForgetsAsTheFormulaSays(distance: Distance) throws {
    var options = TrainingOptions.prototypesOnly
    options.distance = distance
    options.prototypesPerClass = 1
    options.decay = 0.25
    var classifier = try FastKMeansClassifier<Int>(options)
    func learn(_ row: [Float], _ label: Int) throws {
      try classifier.learn(TestRows.features([row], isSparse: false), labels: [label])
    }
    try learn([3, 4], 0)
    #expect(try classifier.model.prototypes.masses == [1])
    try learn([0, 2], 0)
    // Sum: a quarter of the first (unit) row and the second.
    #expect(try classifier.model.prototypes.masses == [1.25])
    let center = try classifier.model.prototypes.writtenOut(class: 0)[0]
    let expected: [Double] =
      distance == .cosine
      ? TrainingTwin.scaled([0.15, 1.2], .cosine) : [0.25 * 3 / 1.25, (0.25 * 4 + 2) / 1.25]
    #expect(largestDifference(center, expected) < 1e-6)
    // A batch of another class lets class 0 fade, where it is.
    try learn([1, 0], 1)
    #expect(try classifier.model.prototypes.masses == [0.3125, 1])
    #expect(try classifier.model.prototypes.writtenOut(class: 0)[0] == center)
  }

  @Test func fasterForgettingLastsForSoManyDocuments() throws {
    var options = TrainingOptions.prototypesOnly
    options.prototypesPerClass = 1
    var classifier = try FastKMeansClassifier<Int>(options)
    let row = try TestRows.features([[3, 4]], isSparse: true)
    func mass(after documents: Int) throws -> Double {
      for _ in 0..<documents { try classifier.learn(row, labels: [0]) }
      return try classifier.model.prototypes.masses[0]
    }
    #expect(try mass(after: 8) == 8)
    #expect(throws: OptionsError.self) { try classifier.forgetFaster(halfLife: 0, forDocuments: 1) }
    #expect(throws: OptionsError.self) { try classifier.forgetFaster(halfLife: 1, forDocuments: -1) }
    try classifier.forgetFaster(halfLife: 1, forDocuments: 2)
    // Half goes with each of two documents: 8 -> 4 + 1 -> 2.5 + 1. Then nothing goes any more, also from a state.
    #expect(abs(try mass(after: 1) - 5) < 1e-12)
    classifier = try FastKMeansClassifier(resuming: classifier.learningState)
    #expect(abs(try mass(after: 1) - 3.5) < 1e-12)
    #expect(abs(try mass(after: 3) - 6.5) < 1e-12)
  }

  @Test func fadedPrototypesArePrunedButAClassKeepsOne() throws {
    var options = TrainingOptions.prototypesOnly
    options.isSoft = false
    options.prototypesPerClass = 2
    options.decay = 0.5
    options.minimumMass = 0.3
    var classifier = try FastKMeansClassifier<Int>(options)
    let both = try TestRows.features([[1, 0], [0, 1]], isSparse: true)
    try classifier.learn(both, labels: [0, 0])
    #expect(try classifier.model.prototypes.masses == [1, 1])
    let one = try TestRows.features([[1, 0]], isSparse: true)
    #expect(try classifier.learn(one, labels: [0]).prunedCount == 0)
    let report = try classifier.learn(one, labels: [0])
    // 1 -> 0.5 -> 0.25: the one that no document chose is gone.
    #expect(report.prunedCount == 1)
    #expect(try classifier.model.prototypes.writtenOut(class: 0) == [[1, 0]])
    let other = try TestRows.features([[0, 1]], isSparse: true)
    for _ in 0..<6 { try classifier.learn(other, labels: [1]) }
    #expect(try classifier.model.prototypes.classIndices.contains(0))
    #expect(try classifier.model.prototypes.masses[0] < options.minimumMass)
  }

  @Test func aClassGrowsToItsCountAsDocumentsArrive() throws {
    var options = TrainingOptions.prototypesOnly
    options.isSoft = false
    options.prototypesPerClass = 3
    var classifier = try FastKMeansClassifier<Int>(options)
    var counts: [Int] = []
    for row in [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]] as [[Float]] {
      try classifier.learn(TestRows.features([row], isSparse: true), labels: [0])
      counts.append(try classifier.model.prototypes.count)
    }
    #expect(counts == [1, 1, 2, 3, 3])
    #expect(try classifier.model.prototypes.masses.reduce(0, +) == 5)
  }

  @Test func anEmptyDocumentMovesNothing() throws {
    var classifier = try FastKMeansClassifier<Int>()
    try classifier.learn(TestRows.features([[0, 0], [1, 2]], isSparse: true), labels: [0, 1])
    // Class 0 exists, and waits for features.
    #expect(try classifier.model.prototypes.masses == [0, 1])
    let before = try classifier.model.prototypes.bits
    let report = try classifier.learn(TestRows.features([[0, 0]], isSparse: true), labels: [1])
    #expect(report.emptyDocumentCount == 1)
    #expect(try classifier.model.prototypes.bits == before)
    try classifier.learn(TestRows.features([[2, 0]], isSparse: true), labels: [0])
    #expect(try classifier.model.prototypes.writtenOut(class: 0) == [[1, 0]])
    #expect(try classifier.model.prototypes.masses == [1, 1])
  }

  /// Save and load between batches: the stored precision holds all that a learner has, except for 16-bit ones.
  @Test(arguments: Mode.allCases, [Precision.float32, .float64])
  func aResumedLearnerGoesOnToTheBit(mode: Mode, precision: Precision) throws {
    for seed in 0..<25 as Range<UInt64> {
      var problem = DeterminismTests.problem(seed, mode: mode)
      problem.options.precision = precision
      if seed % 2 == 0 { problem.options.decay = 0.8 }
      var steady = try FastKMeansClassifier<Int>(problem.options)
      var resumed = steady
      for batch in Self.split(problem) + Self.split(problem) {
        try Self.learn(problem, batch, &steady)
        try Self.learn(problem, batch, &resumed)
        resumed = FastKMeansClassifier(resuming: try resumed.model)
      }
      let place = Comment("seed \(seed), \(problem.options)")
      #expect(try steady.model.prototypes.bits == resumed.model.prototypes.bits, place)
      #expect(steady.options == resumed.options)
      #expect(steady.classes == resumed.classes)
    }
  }

  /// The same for refined weights, with a model between any two batches.
  @Test func refinedWeightsGoOnFromAModelToTheBit() throws {
    for seed in 0..<24 as Range<UInt64> {
      var problem = LearningStateTests.problem(seed)
      problem.options.refinement = .count(2)
      problem.options.precision = seed % 4 == 3 ? .float64 : .float32
      var steady = try FastKMeansClassifier<Int>(problem.options)
      var resumed = steady
      for batch in Self.split(problem) + Self.split(problem) + Self.split(problem) {
        try Self.learn(problem, batch, &steady)
        try Self.learn(problem, batch, &resumed)
        resumed = FastKMeansClassifier(resuming: try resumed.model)
      }
      let (one, other) = (try steady.model.storage, try resumed.model.storage)
      #expect(one.refined != nil, "seed \(seed)")
      #expect(one.bits == other.bits, "seed \(seed), \(problem.options)")
    }
  }

  @Test(arguments: [Precision.float16, .bfloat16]) func halfPrecisionGoesOnFromTheRounded(
    precision: Precision
  )
    throws
  {
    for seed in 0..<10 as Range<UInt64> {
      var problem = DeterminismTests.problem(seed, mode: .default)
      problem.options.precision = precision
      let model = try {
        var classifier = try FastKMeansClassifier<Int>(problem.options)
        try Self.learn(problem, 0..<problem.rows.count, &classifier)
        return try classifier.model
      }()
      // Stored, taken up and stored again without a document in between: nothing is rounded twice.
      let again = try FastKMeansClassifier(resuming: model).model
      #expect(again.prototypes.bits == model.prototypes.bits, "seed \(seed)")
      #expect(again.prototypes.precision == precision)
    }
  }

  /// Default mode: sums keep what scoring drops, so that a new word can enter an old prototype.
  @Test func truncationConcernsScoringOnly() throws {
    var options = TrainingOptions.prototypesOnly
    options.truncationThreshold = 0.2
    options.prototypesPerClass = 1
    var classifier = try FastKMeansClassifier<Int>(options)
    let rows = try TestRows.features([[1, 0.01, 0], [0, 0, 1]], isSparse: true)
    try classifier.fit(rows, labels: [0, 1])
    let model = try classifier.model
    #expect(model.prototypes.writtenOut(class: 0)[0][1] > 0.009)
    // A document with the small word alone is served by nobody.
    let probe = try TestRows.features([[0, 1, 0]], isSparse: true)
    #expect(try model.classify(probe)[0].isRejected)
    options.mode = .reference
    var reference = try FastKMeansClassifier<Int>(options)
    try reference.fit(rows, labels: [0, 1])
    #expect(try reference.model.prototypes.writtenOut(class: 0)[0][1] == 0)
  }

  @Test func deadPrototypesStartAgainFromTheWorstServedRow() throws {
    var options = TrainingOptions.prototypesOnly
    options.distance = .euclidean
    options.isSoft = false
    options.initialization = .prototypes(
      try TestRows.features([[0], [-1000], [50]], isSparse: false), labels: [0, 0, 1])
    var classifier = try FastKMeansClassifier<Int>(options)
    let rows = try TestRows.features([[0], [1], [2], [20], [50]], isSparse: false)
    let report = try classifier.fit(rows, labels: [0, 0, 0, 0, 1])
    #expect(report.reseededCount == 1)
    #expect(report.prunedCount == 0)
    #expect(try classifier.model.prototypes.writtenOut(class: 0) == [[1], [20]])
    #expect(try classifier.model.prototypes.masses == [3, 1, 1])
  }

  @Test func aPrototypeThatNothingCanReviveIsPruned() throws {
    var options = TrainingOptions.prototypesOnly
    options.isSoft = false
    options.initialization = .prototypes(
      try TestRows.features([[1, 0], [-1, 0], [0, 1]], isSparse: false), labels: [0, 0, 1])
    var classifier = try FastKMeansClassifier<Int>(options)
    // All documents of class 0 lie on its first prototype.
    let rows = try TestRows.features([[1, 0], [2, 0], [0, 1]], isSparse: true)
    let report = try classifier.fit(rows, labels: [0, 0, 1])
    #expect(report.prunedCount == 1)
    #expect(try classifier.model.prototypes.writtenOut(class: 0) == [[1, 0]])
  }
}
