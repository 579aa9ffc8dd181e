import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct ScoringIndexTests {
  static let methods = ScoringIndex.Method.allCases

  /// A random shape; what differs from seed to seed covers every mixture of options.
  static func shape(_ seed: UInt64) -> ScoringCase {
    var random = CounterRandom(seed: seed, stream: 99)
    var shape = ScoringCase(
      featureCount: 1 + random.nextIndex(below: 90), prototypeCount: 1 + random.nextIndex(below: 150),
      classCount: 1 + random.nextIndex(below: 40), documentCount: 1 + random.nextIndex(below: 40))
    shape.prototypeFill = [0.02, 0.2, 0.6][random.nextIndex(below: 3)]
    shape.isSparseSet = random.nextUnit() < 0.7
    shape.areSparseDocuments = random.nextUnit() < 0.7
    shape.hasBiases = random.nextUnit() < 0.5
    shape.hasScales = random.nextUnit() < 0.5
    shape.isSigned = random.nextUnit() < 0.7
    shape.hasUnsignedDocuments = seed % 2 == 0
    shape.isWhole = random.nextUnit() < 0.3
    shape.precision = Precision.allCases[random.nextIndex(below: Precision.allCases.count)]
    return shape
  }

  @Test(arguments: methods) func everyMethodAnswersLikeThePlainTwin(_ method: ScoringIndex.Method) throws {
    for seed in 0..<24 as Range<UInt64> {
      try ScoringChecks(Self.shape(seed), seed: seed, method: method, workers: 1 + Int(seed % 3)).all()
    }
  }

  /// Enough prototypes and features that bounds and codes leave most of them out.
  @Test(arguments: [ScoringIndex.Method.eightBit, .bounded, .partialProduct])
  func largerShapesAnswerLikeThePlainTwin(_ method: ScoringIndex.Method) throws {
    for seed in 400..<408 as Range<UInt64> {
      var shape = ScoringCase(featureCount: 300, prototypeCount: 500, classCount: 200, documentCount: 30)
      shape.prototypeFill = [0.03, 0.15][Int(seed % 2)]
      shape.documentFill = 0.1
      shape.isSigned = seed % 3 > 0
      shape.hasBiases = seed % 4 > 1
      shape.hasUnsignedDocuments = seed % 2 == 0
      shape.isWhole = seed == 405
      try ScoringChecks(shape, seed: seed, method: method).all()
    }
  }

  /// Values so large or small that 16-bit sums can't hold them take the exact path.
  @Test(arguments: methods) func extremeScalesAreExact(_ method: ScoringIndex.Method) throws {
    var shape = ScoringCase(featureCount: 30, prototypeCount: 40, classCount: 9, documentCount: 12)
    shape.hasScales = true
    for factor in [1e-30, 1e-18, 1e18, 1e30] as [Float] {
      shape.scaleFactor = factor
      try ScoringChecks(shape, seed: 17, method: method).all()
    }
  }

  @Test func theShapeDecidesTheMethod() throws {
    func method(_ prototypes: Int, sparse: Bool = true) throws -> ScoringIndex.Method {
      var shape = ScoringCase(featureCount: 20, prototypeCount: prototypes, classCount: 5, documentCount: 0)
      shape.isSparseSet = sparse
      return try ScoringIndex(prototypes: shape.parts(seed: 1).prototypes, classCount: 5).method
    }
    #expect(try method(10) == .allScores)
    #expect(try method(200) == .eightBit)
    #expect(try method(3000) == .bounded)
    #expect(try method(200, sparse: false) == .denseProduct)
  }

  /// Neither labels nor classes need what answers all scores, nor the other way round.
  @Test func onlyWhatAQuestionNeedsIsBuilt() throws {
    var shape = ScoringCase(featureCount: 300, prototypeCount: 1200, classCount: 200, documentCount: 40)
    shape.documentFill = 0.1
    for isFirstAll in [false, true] {
      let checks = try ScoringChecks(shape, seed: 5, method: .bounded)
      let empty = checks.index.memoryBytes
      try isFirstAll ? checks.scoreBlocks() : checks.bestPrototypes()
      let one = checks.index.memoryBytes
      #expect(one > empty)
      if !isFirstAll {
        try checks.bestClasses(ClassQuestion(3))
        #expect(checks.index.memoryBytes == one)
      }
      try isFirstAll ? checks.bestPrototypes() : checks.scoreBlocks()
      #expect(checks.index.memoryBytes > one)
    }
  }

  @Test func theChosenMethodAnswersLikeThePlainTwin() throws {
    for seed in 100..<120 as Range<UInt64> {
      try ScoringChecks(Self.shape(seed), seed: seed, method: nil).all()
    }
  }

  /// Enough rows that a partial product is made on the way.
  @Test func theDenseProductAnswersAlikeBeforeAndAfterItPrunes() throws {
    var shape = ScoringCase(featureCount: 64, prototypeCount: 512, classCount: 200, documentCount: 250)
    shape.isSparseSet = false
    shape.areSparseDocuments = false
    for hasBiases in [false, true] {
      shape.hasBiases = hasBiases
      let checks = try ScoringChecks(shape, seed: 23, method: nil, workers: 2)
      let before = checks.index.memoryBytes
      for _ in 0..<3 { try checks.bestPrototypes() }
      #expect(checks.index.memoryBytes > before)
      try checks.bestClasses(ClassQuestion(5))
    }
  }

  @Test(arguments: methods) func truncationLeavesSmallValuesOut(_ method: ScoringIndex.Method) throws {
    for seed in 200..<206 as Range<UInt64> {
      try ScoringChecks(Self.shape(seed), seed: seed, method: method, truncation: 0.2).all()
    }
  }

  @Test(arguments: methods) func longRowsAreCutWithoutChangingABit(_ method: ScoringIndex.Method) throws {
    var shape = ScoringCase(featureCount: 700, prototypeCount: 70, classCount: 9, documentCount: 30)
    shape.areSparseDocuments = false
    shape.documentFill = 0.5
    try ScoringChecks(shape, seed: 7, method: method, workers: 2).all()
  }

  @Test(arguments: methods) func moreThan65536Prototypes(_ method: ScoringIndex.Method) throws {
    var shape = ScoringCase(featureCount: 12, prototypeCount: 66_000, classCount: 500, documentCount: 4)
    shape.documentFill = 0.5
    let checks = try ScoringChecks(shape, seed: 11, method: method, workers: 2)
    try checks.bestPrototypes()
    try checks.bestClasses(ClassQuestion(5))
    try checks.scoreBlocks()
  }

  /// Equal scores in many classes: more than bounds may leave, and ties that go to the lowest prototype.
  @Test(arguments: methods, [100, 3000])
  func tiesGoToTheLowestPrototypeOfAllClasses(_ method: ScoringIndex.Method, _ classes: Int) throws {
    var shape = ScoringCase(
      featureCount: 5, prototypeCount: 3 * classes, classCount: classes, documentCount: 20)
    shape.isWhole = true
    shape.hasUnsignedDocuments = true
    shape.documentFill = 0.5
    for hasBiases in [false, true] {
      shape.hasBiases = hasBiases
      try ScoringChecks(shape, seed: 7, method: method).bestPrototypes()
    }
  }

  @Test(arguments: methods) func prototypesThatAreAllZeroTieAtTheBias(_ method: ScoringIndex.Method) throws {
    var shape = ScoringCase(featureCount: 10, prototypeCount: 5, classCount: 3, documentCount: 6)
    shape.prototypeFill = 0
    try ScoringChecks(shape, seed: 3, method: method).all()
    shape.hasBiases = true
    try ScoringChecks(shape, seed: 3, method: method).all()
  }

  @Test(arguments: methods) func emptyInputsAreAnswered(_ method: ScoringIndex.Method) throws {
    try ScoringChecks(
      ScoringCase(featureCount: 5, prototypeCount: 0, classCount: 1, documentCount: 3), seed: 1,
      method: method
    ).all()
    try ScoringChecks(
      ScoringCase(featureCount: 5, prototypeCount: 4, classCount: 2, documentCount: 0), seed: 1,
      method: method
    ).all()
  }

  @Test(arguments: methods) func aDeclaredWidthFarBeyondTheDataTakesNoMemory(
    _ method: ScoringIndex.Method
  ) throws {
    // The packed product has a cell for every declared feature, which is why it is never chosen here.
    guard method != .denseProduct, method != .partialProduct else { return }
    let width = Int(UInt32.max)
    let set = PrototypeSet(
      featureCount: width,
      rows: .sparse(offsets: [0, 1, 2], columns: [7, UInt32.max - 1], values: .float32([1, 2])),
      classIndices: [0, 1], masses: [1, 1])
    let index = try ScoringIndex(prototypes: set, classCount: 2, method: method)
    #expect(index.memoryBytes < 1 << 20)
    let documents = try CSRMatrix(
      columnCount: width, rowOffsets: [0, 1, 3], columns: [9, 7, UInt32.max - 1], values: [1, 1, 1])
    var hits = [PrototypeHit](repeating: .none, count: 2)
    try hits.withUnsafeMutableBufferPointer { hits in
      try documents.withRows {
        try index.bestClasses(ClassQuestion(1), of: .sparse($0), scales: nil, workers: 1, into: hits)
      }
    }
    #expect(hits == [PrototypeHit(prototype: 0, score: 0), PrototypeHit(prototype: 1, score: 2)])
  }

  @Test func partsThatDisagreeAreRefused() throws {
    let set = ScoringCase(featureCount: 5, prototypeCount: 4, classCount: 2, documentCount: 0)
      .parts(seed: 1).prototypes
    #expect(throws: InputError.lengthMismatch(what: "biases", expected: 4, found: 1)) {
      try ScoringIndex(prototypes: set, biases: [1], classCount: 2)
    }
    #expect(throws: InputError.self) { try ScoringIndex(prototypes: set, classCount: 0) }
  }
}
