import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// What is special about the search by class; that it answers like the others is tested with them.
@Suite struct ClassSearchTests {
  static func shape(prototypes: Int, classes: Int) -> ScoringCase {
    var shape = ScoringCase(
      featureCount: 300, prototypeCount: prototypes, classCount: classes, documentCount: 40)
    shape.prototypeFill = 0.05
    shape.documentFill = 0.1
    shape.hasBiases = true
    shape.hasUnsignedDocuments = true
    return shape
  }

  /// Only the best prototype is found by class; the first other question makes the rows by prototype.
  @Test func onlyOtherQuestionsNeedRowsByPrototype() throws {
    let checks = try ScoringChecks(
      Self.shape(prototypes: 600, classes: 200), seed: 5, method: .stagedByClass)
    let before = checks.index.memoryBytes
    try checks.bestPrototypes()
    #expect(checks.index.memoryBytes == before)
    try checks.topClasses(3)
    #expect(checks.index.memoryBytes > before)
    try checks.bestPrototypes()
  }

  /// With a negative value a class's largest values bound nothing.
  @Test func documentsWithNegativeValuesAreAnsweredByPrototype() throws {
    var shape = Self.shape(prototypes: 600, classes: 200)
    shape.hasUnsignedDocuments = false
    for isSparse in [true, false] {
      shape.areSparseDocuments = isSparse
      let checks = try ScoringChecks(shape, seed: 6, method: .stagedByClass, workers: 2)
      let before = checks.index.memoryBytes
      try checks.bestPrototypes()
      #expect(checks.index.memoryBytes > before)
    }
  }

  /// Equal scores in many classes: more than bounds may leave, and ties that go to the lowest prototype.
  @Test(arguments: [100, 3000]) func tiesGoToTheLowestPrototypeOfAllClasses(_ classes: Int) throws {
    var shape = ScoringCase(
      featureCount: 5, prototypeCount: 3 * classes, classCount: classes, documentCount: 20)
    shape.isWhole = true
    shape.hasUnsignedDocuments = true
    shape.documentFill = 0.5
    for hasBiases in [false, true] {
      shape.hasBiases = hasBiases
      try ScoringChecks(shape, seed: 7, method: .stagedByClass).bestPrototypes()
    }
  }

  /// Refined prototypes have weights of both signs; a feature that a class has in all its prototypes, below 0 in each,
  /// lowers its bound.
  @Test func classesWhoseLargestValueIsNegativeAreBounded() throws {
    let set = PrototypeSet(
      featureCount: 2,
      rows: .sparse(
        offsets: [0, 2, 4, 6, 7], columns: [0, 1, 0, 1, 0, 1, 1],
        values: .float32([-3, 1, -2, 1, -1, 0.5, 0.25])),
      classIndices: [0, 0, 1, 1], masses: [1, 1, 1, 1])
    let index = try ScoringIndex(prototypes: set, classCount: 2, method: .stagedByClass)
    let documents = try CSRMatrix(
      columnCount: 2, rowOffsets: [0, 1, 2, 4], columns: [0, 1, 0, 1], values: [1, 1, 1, 4])
    var hits = [PrototypeHit](repeating: .none, count: 3)
    try hits.withUnsafeMutableBufferPointer { hits in
      try documents.withRows { try index.bestPrototypes(of: .sparse($0), workers: 1, into: hits) }
    }
    #expect(
      hits == [
        PrototypeHit(prototype: 3, score: 0), PrototypeHit(prototype: 0, score: 1),
        PrototypeHit(prototype: 1, score: 2),
      ])
  }

  /// An entry of a list names its class in 16 bits.
  @Test func moreClassesThanABlockHoldsAreSearchedByPrototype() throws {
    func method(classes: Int) throws -> ScoringIndex.Method {
      let set = PrototypeSet(
        featureCount: 3,
        rows: .sparse(
          offsets: Array(0...classes), columns: (0..<classes).map { UInt32($0 % 3) },
          values: .float32([Float](repeating: 1, count: classes))),
        classIndices: (0..<classes).map { Int32($0) }, masses: [Double](repeating: 1, count: classes))
      return try ScoringIndex(prototypes: set, classCount: classes, method: .stagedByClass).method
    }
    #expect(try method(classes: 65_536) == .stagedByClass)
    #expect(try method(classes: 65_537) == .staged)
    #expect(try method(classes: 0) == .staged)
  }
}
