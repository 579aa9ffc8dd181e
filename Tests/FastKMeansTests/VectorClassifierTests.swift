import FastKMeans
import FastKMeansTestSupport
import Testing

/// The words of the text classifier, for vectors.
@Suite struct VectorClassifierTests {
  private static let vectors: [[Float]] = (0..<60).map { row in
    (0..<4).map { column in
      let noise = Float((row * 7 + column * 3) % 5) / 5
      return column == row % 3 ? 4 + noise : noise
    }
  }
  private static let labels = (0..<60).map { UInt8($0 % 3) }

  private static func learner() throws -> Classifier<UInt8>.Learner {
    try Classifier<UInt8>.Learner { $0.prototypesPerClass = 2 }
  }

  @Test func rowsOfEveryKindGiveTheSameAnswers() throws {
    let dense = try DenseMatrix(Self.vectors)
    let sparse = try CSRMatrix(
      columnCount: 4, rowOffsets: (0...60).map { $0 * 4 }, columns: (0..<240).map { UInt32($0 % 4) },
      values: dense.values)
    var learners = (try Self.learner(), try Self.learner(), try Self.learner())
    try learners.0.fit(Self.vectors, labels: Self.labels)
    try learners.1.fit(dense, labels: Self.labels)
    try learners.2.fit(sparse, labels: Self.labels)
    let classifier = try learners.0.classifier()
    let answers = try classifier.classify(Self.vectors, top: 2)
    expectAlike(try learners.1.classifier().classify(dense, top: 2), answers)
    let labels = try learners.2.classifier().classify(sparse).map(\.label)
    #expect(labels == answers.map(\.label))
    #expect(try classifier.labels(of: Self.vectors) == labels)
    #expect(try classifier.probabilities(of: dense).rowCount == 60)
    #expect(labels == Self.labels)
  }

  @Test func oneVectorIsAnsweredAsAmongMany() throws {
    var learner = try Self.learner()
    try learner.fit(Self.vectors, labels: Self.labels)
    let classifier = try learner.classifier()
    let answer = try classifier.classify(Self.vectors[4])
    #expect(try answer == classifier.classify(Self.vectors, reasons: 5)[4])
    #expect(answer.label == 1 && answer.alternatives.count == 2)
    #expect(answer.reasons.first?.feature == 1 && answer.reasons.first?.term == "#1")
  }

  @Test func batchesAndFiles() throws {
    let folder = try ScratchFolder()
    var learner = try Self.learner()
    try learner.learn(Self.vectors, labels: Self.labels)
    try learner.learn([[0, 0, 0, 5]] as [[Float]], labels: [9])
    #expect(learner.classes == [0, 1, 2, 9])
    try learner.classifier().write(to: folder.file("m"))
    let served = try Classifier<UInt8>(contentsOf: folder.file("m"))
    #expect(try served.classify(Self.vectors) == learner.classifier().classify(Self.vectors))
    var resumed = Classifier<UInt8>.Learner(resuming: served)
    try resumed.forget([[0, 0, 0, 5]] as [[Float]], label: 9)
    #expect(throws: ClassifierError.self) { try Classifier<String>(contentsOf: folder.file("m")) }
  }

  @Test func badRowsAreRefused() throws {
    var learner = try Self.learner()
    #expect(throws: InputError.badShape("row 1 has 1 values, row 0 has 2")) {
      try learner.fit([[1, 2], [3]] as [[Float]], labels: [0, 1])
    }
    #expect(throws: InputError.notFinite(row: 1, column: 0)) {
      try learner.fit([[1, 2], [.nan, 1]] as [[Float]], labels: [0, 1])
    }
    #expect(throws: InputError.noRows) { try learner.fit([[Float]](), labels: []) }
    try learner.fit(Self.vectors, labels: Self.labels)
    let classifier = try learner.classifier()
    #expect(throws: InputError.featureCountMismatch(expected: 4, found: 2)) {
      try classifier.classify([1, 2])
    }
    #expect(throws: InputError.notFinite(row: 0, column: 3)) {
      try classifier.classify([1, 2, 3, .infinity])
    }
    #expect(try classifier.classify([[Float]]()).isEmpty)
  }
}
