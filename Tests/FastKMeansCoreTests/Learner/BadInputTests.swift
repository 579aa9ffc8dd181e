import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// What a caller can get wrong when learning and asking, and the corners that are no mistakes.
@Suite struct BadInputTests {
  static let rows: [[Float]] = [[1, 0, 0.1], [0, 1, 0], [1, 0.2, 0], [0, 1, 0.3]]
  static let labels = [0, 1, 0, 1]

  static func features(_ rows: [[Float]] = rows, isSparse: Bool = true) throws -> Features {
    try TestRows.features(rows, isSparse: isSparse)
  }

  static func classifier(_ change: (inout TrainingOptions) -> Void = { _ in }) throws -> FastKMeansClassifier<
    Int
  > {
    var options = TrainingOptions()
    change(&options)
    return try FastKMeansClassifier<Int>(options)
  }

  /// Both ways to learn refuse alike, and leave the classifier as it was.
  private func expect(
    _ error: some Error & Equatable, _ features: Features, _ labels: [Int], in modes: [Mode] = Mode.allCases
  ) throws {
    for mode in modes {
      var classifier = try Self.classifier { $0.mode = mode }
      #expect(throws: error) { try classifier.fit(features, labels: labels) }
      #expect(throws: error) { try classifier.learn(features, labels: labels) }
      #expect(throws: ClassifierError.notFitted) { try classifier.model }
      #expect(classifier.classes.isEmpty)
    }
  }

  @Test func refusesNoRows() throws {
    let empty = Features.sparse(try CSRMatrix(columnCount: 3, rowOffsets: [0], columns: [], values: []))
    try expect(InputError.noRows, empty, [])
  }

  @Test func refusesLabelsOfAnotherLength() throws {
    try expect(InputError.lengthMismatch(what: "labels", expected: 4, found: 3), Self.features(), [0, 1, 0])
    var classifier = try Self.classifier()
    #expect(throws: InputError.lengthMismatch(what: "sample weights", expected: 4, found: 1)) {
      try classifier.fit(Self.features(), labels: Self.labels, sampleWeights: [1])
    }
  }

  @Test func refusesRowsWithoutFeatures() throws {
    let none = Features.dense(try DenseMatrix(rowCount: 2, columnCount: 0, values: []))
    try expect(InputError.badShape("2 rows without any feature"), none, [0, 1])
  }

  @Test(arguments: Mode.allCases) func fitNeedsTwoClassesAndBatchesDoNot(mode: Mode) throws {
    var classifier = try Self.classifier { $0.mode = mode }
    #expect(throws: InputError.oneClassOnly(label: "7")) {
      try classifier.fit(Self.features(), labels: [7, 7, 7, 7])
    }
    try classifier.learn(Self.features(), labels: [7, 7, 7, 7])
    #expect(try classifier.model.predict(Self.features()) == [7, 7, 7, 7])
  }

  @Test(arguments: Mode.allCases) func takesAClassOfOneDocumentAndMorePrototypesThanDocuments(mode: Mode)
    throws
  {
    var classifier = try Self.classifier {
      $0.mode = mode
      $0.prototypesPerClass = 1000
      $0.isSoft = false
      $0.refinement = .count(0)
    }
    try classifier.fit(Self.features(), labels: [0, 1, 0, 0])
    #expect(try classifier.model.prototypes.classIndices == [0, 0, 0, 1])
    #expect(try classifier.model.predict(Self.features()) == [0, 1, 0, 0])
  }

  @Test(arguments: Mode.allCases) func zeroRowsOnlyAreRefusedUnderTheCosineAlone(mode: Mode) throws {
    let zeros = try Self.features([[0, 0], [0, 0]])
    var cosine = try Self.classifier { $0.mode = mode }
    #expect(throws: InputError.allRowsZero) { try cosine.fit(zeros, labels: [0, 1]) }
    // Rows that do not count cannot save it.
    let mixed = try Self.features([[0, 0], [0, 0], [1, 2]])
    #expect(throws: InputError.allRowsZero) {
      try cosine.fit(mixed, labels: [0, 1, 1], sampleWeights: [1, 1, 0])
    }
    var euclidean = try Self.classifier {
      $0.mode = mode
      $0.distance = .euclidean
    }
    try euclidean.fit(zeros, labels: [0, 1])
    #expect(try euclidean.model.predict(zeros) == [0, 0])
  }

  @Test(arguments: Mode.allCases, Distance.allCases)
  func duplicatesOnlyGiveOnePrototypeAClass(mode: Mode, distance: Distance) throws {
    let same = try Self.features([[1, 2], [1, 2], [2, 1], [2, 1], [1, 2]])
    var classifier = try Self.classifier {
      $0.mode = mode
      $0.distance = distance
    }
    try classifier.fit(same, labels: [0, 0, 1, 1, 0])
    #expect(try classifier.model.prototypes.classIndices == [0, 1])
    #expect(try classifier.model.predict(same) == [0, 0, 1, 1, 0])
  }

  @Test func refusesAnotherFeatureCountAndKind() throws {
    var classifier = try Self.classifier()
    try classifier.learn(Self.features(), labels: Self.labels)
    let before = try classifier.model.prototypes.bits
    let wide = try Self.features([[1, 2, 3, 4]])
    #expect(throws: InputError.featureCountMismatch(expected: 3, found: 4)) {
      try classifier.learn(wide, labels: [0])
    }
    #expect(throws: InputError.wrongKindOfInput(expected: "sparse rows", found: "dense rows")) {
      try classifier.learn(Self.features(isSparse: false), labels: Self.labels)
    }
    #expect(try classifier.model.prototypes.bits == before)
    let model = try classifier.model
    let mismatch = InputError.featureCountMismatch(expected: 3, found: 4)
    #expect(throws: mismatch) { try model.predict(wide) }
    #expect(throws: mismatch) { try model.probabilities(of: wide) }
    #expect(throws: mismatch) { try model.classify(wide) }
    // A new fit forgets the old width.
    try classifier.fit(Self.features([[1, 0, 0, 0], [0, 0, 0, 1]]), labels: [0, 1])
    #expect(try classifier.model.featureCount == 4)
  }

  @Test func aDenseModelRefusesSparseRowsForLearning() throws {
    var classifier = try Self.classifier()
    try classifier.learn(Self.features(isSparse: false), labels: Self.labels)
    #expect(throws: InputError.wrongKindOfInput(expected: "dense rows", found: "sparse rows")) {
      try classifier.learn(Self.features(), labels: Self.labels)
    }
  }

  @Test func refusesLabelsOfAnotherTypeThanBefore() throws {
    var classifier = try FastKMeansClassifier<Label>()
    try classifier.learn(Self.features(), labels: [1, 2, 1, 2])
    #expect(throws: ClassifierError.labelTypeChanged(expected: "integer", found: "text")) {
      try classifier.learn(Self.features(), labels: ["a", "b", "a", "b"])
    }
    #expect(throws: InputError.self) {
      var fresh = try FastKMeansClassifier<Label>()
      try fresh.fit(Self.features(), labels: [1, "b", 1, "b"])
    }
    #expect(throws: ClassifierError.labelTypeChanged(expected: "String", found: "integer")) {
      try ClassifierModel<String>(classifier.model)
    }
    #expect(classifier.classes == [1, 2])
  }

  @Test func anUnfittedClassifierHasNoModel() throws {
    #expect(throws: ClassifierError.notFitted) { try Self.classifier().model }
  }

  @Test func documentsWithoutKnownFeaturesAreRejected() throws {
    var classifier = try Self.classifier()
    try classifier.fit(Self.features([[1, 0, 0, 0], [0, 1, 0, 0]]), labels: [5, 6])
    let model = try classifier.model
    let unknown = try Self.features([[0, 0, 3, 4], [0, 0, 0, 0], [0, 2, 1, 0]])
    let answers = try model.classify(unknown, top: 9)
    #expect(answers.map(\.isRejected) == [true, true, false])
    #expect(answers.map(\.classes.count) == [2, 2, 2])
    // Nothing speaks for either: the lower class, at even odds.
    #expect(answers[0].best.label == 5)
    #expect(answers[0].classes.map(\.confidence) == [0.5, 0.5])
    #expect(try model.predict(unknown) == [5, 5, 6])
    #expect(throws: OptionsError.self) { try model.classify(unknown, top: 0) }
  }

  @Test func noRowsGiveNoAnswers() throws {
    var classifier = try Self.classifier()
    try classifier.fit(Self.features(), labels: Self.labels)
    let none = Features.sparse(try CSRMatrix(columnCount: 3, rowOffsets: [0], columns: [], values: []))
    #expect(try classifier.model.predict(none).isEmpty)
    #expect(try classifier.model.classify(none).isEmpty)
    #expect(try classifier.model.probabilities(of: none).rowCount == 0)
  }

  @Test(arguments: Mode.allCases) func refusesRowsTooLongToSquare(mode: Mode) throws {
    var classifier = try Self.classifier {
      $0.mode = mode
      $0.distance = .euclidean
    }
    let long = try Self.features([[1, 0], [0, 1e16]])
    #expect(throws: InputError.rowTooLong(row: 1, length: Double(Float(1e16)), limit: 1e15)) {
      try classifier.fit(long, labels: [0, 1])
    }
    let edge = try Self.features([[1, 0], [-9e14, 9e14 / 4]])
    try classifier.fit(edge, labels: [0, 1])
    #expect(try classifier.model.predict(edge) == [0, 1])
    #expect(throws: InputError.self) { try classifier.model.predict(long) }
  }

  /// Under the cosine only the direction counts, however long or short the row.
  @Test(arguments: [1e-30, 1e-18, 1e18, 3e37]) func cosineTakesRowsOfAnyLength(_ length: Float) throws {
    var classifier = try Self.classifier { $0.prototypesPerClass = 1 }
    let rows = try Self.features([[length, 0], [0, length], [length, length]])
    try classifier.fit(rows, labels: [0, 1, 1])
    let center = try classifier.model.prototypes.writtenOut(class: 0)[0]
    #expect(largestDifference(center, [1, 0]) < 1e-6)
    #expect(try classifier.model.predict(rows) == [0, 1, 1])
  }

  @Test func aRowOfDenormalLengthCountsAsZero() throws {
    var classifier = try Self.classifier()
    let tiny = Float.leastNonzeroMagnitude
    let report = try classifier.fit(Self.features([[1, 0], [0, 1], [tiny, 0]]), labels: [0, 1, 1])
    #expect(report.emptyDocumentCount == 1)
    #expect(try classifier.model.prototypes.writtenOut(class: 1) == [[0, 1]])
  }

  @Test(arguments: Mode.allCases) func hugeLimitsDoNotOverflow(mode: Mode) throws {
    var classifier = try Self.classifier {
      $0.mode = mode
      $0.maxEpochs = Int(Int32.max)
      $0.batchSize = Int(Int32.max)
      $0.prototypesPerClass = Int(Int32.max)
      $0.isSoft = false
    }
    try classifier.fit(Self.features(), labels: Self.labels)
    try classifier.learn(Self.features(), labels: Self.labels)
    #expect(try classifier.model.predict(Self.features()) == Self.labels)
  }
}
