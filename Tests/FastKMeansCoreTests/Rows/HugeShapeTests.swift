import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Shapes that are declared far larger than the data: nothing may grow with what is declared alone.
@Suite struct HugeShapeTests {
  static let width = Int(UInt32.max)

  static func rows(_ shift: UInt32 = 0) throws -> Features {
    let last = UInt32(width - 1)
    return .sparse(
      try CSRMatrix(
        columnCount: width, rowOffsets: [0, 2, 4, 6, 8],
        columns: [5, last - shift, 1 << 20, 1 << 31, 5, 1 << 30, 1 << 20, 3 << 30],
        values: [1, 1, 1, 1, 1, 0.5, 1, 0.5]))
  }

  @Test(arguments: [true, false]) func defaultModeTakesBillionsOfColumns(isSoft: Bool) throws {
    var options = TrainingOptions.prototypesOnly
    options.isSoft = isSoft
    options.threadCount = 3
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(Self.rows(), labels: [0, 1, 0, 1])
    try classifier.learn(Self.rows(1), labels: [0, 1, 2, 2])
    let model = try classifier.model
    #expect(model.featureCount == Self.width)
    #expect(try model.predict(Self.rows()).prefix(2) == [0, 1])
    #expect(try model.classify(Self.rows(), top: 3).allSatisfy { !$0.isRejected })
    #expect(try model.probabilities(of: Self.rows()).values.count == 12)
  }

  /// The dictionary for wide rows numbers columns as the table for narrow ones does.
  @Test func aWideTableLearnsLikeANarrowOne() throws {
    for seed in 0..<20 as Range<UInt64> {
      var problem = DeterminismTests.problem(seed, mode: .default)
      problem.isSparse = true
      guard case .sparse(let narrow) = try problem.features() else { return }
      let wide = try CSRMatrix(
        columnCount: 1 << 24, rowOffsets: narrow.rowOffsets, columns: narrow.columns, values: narrow.values)
      let models = try [narrow, wide].map { matrix in
        var classifier = try FastKMeansClassifier<Int>(problem.options)
        try classifier.fit(.sparse(matrix), labels: problem.classes, sampleWeights: problem.weights)
        try classifier.learn(.sparse(matrix), labels: problem.classes, sampleWeights: problem.weights)
        return try classifier.model.prototypes.bits
      }
      #expect(models[0] == models[1], "seed \(seed)")
    }
  }

  @Test func shapesWithoutDataCostNothing() throws {
    let matrix = try CSRMatrix(columnCount: Self.width, rowOffsets: [0, 0, 0], columns: [], values: [])
    var cosine = try FastKMeansClassifier<Int>()
    #expect(throws: InputError.allRowsZero) { try cosine.fit(.sparse(matrix), labels: [0, 1]) }
    var options = TrainingOptions.prototypesOnly
    options.distance = .euclidean
    var euclidean = try FastKMeansClassifier<Int>(options)
    try euclidean.fit(.sparse(matrix), labels: [0, 1])
    #expect(try euclidean.model.predict(.sparse(matrix)) == [0, 0])
  }
}
