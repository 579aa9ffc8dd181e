import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct FeatureCompactionTests {
  static let declared = 1 << 20

  /// The declared column of each of 300 used ones, ascending.
  static func columns(_ count: Int) -> [UInt32] { (0..<count).map { UInt32($0 * 3_001 + $0 % 7) } }

  @Test(arguments: Distance.allCases) func wideRowsGiveTheBitsOfNarrowOnes(distance: Distance) async {
    let isEuclidean = distance == .euclidean
    await #expect(processExitsWith: .success) { [isEuclidean = isEuclidean as Bool] in
      try FeatureCompactionTests.compareWidths(isEuclidean ? .euclidean : .cosine)
    }
  }

  static func compareWidths(_ distance: Distance) throws {
    let drawn = TestRows.marked(180, noise: 18, classes: 3, seed: 3)
    let classes = drawn.classes
    // The last feature is in no row: in both forms, new documents may have features that these lack.
    let rows = drawn.rows.map { $0 + [0] }
    let features = try TestRows.features(rows, isSparse: true)
    guard case .sparse(let narrow) = features else { return }
    let map = columns(rows[0].count)
    let wide = try CSRMatrix(
      columnCount: declared, rowOffsets: narrow.rowOffsets, columns: narrow.columns.map { map[Int($0)] },
      values: narrow.values)
    var options = TrainingOptions()
    options.distance = distance
    options.threadCount = 1
    options.refinement = .count(6)
    var classifiers = try (0..<2).map { _ in try FastKMeansClassifier<Int>(options) }
    try classifiers[0].fit(features, labels: classes)
    try classifiers[1].fit(.sparse(wide), labels: classes)
    let (left, right) = (try classifiers[0].model.storage, try classifiers[1].model.storage)
    expectSame(left.prototypes, right.prototypes, map)
    let (leftRefined, rightRefined) = (try #require(left.refined), try #require(right.refined))
    expectSame(leftRefined.weights, rightRefined.weights, map)
    #expect(leftRefined.biases == rightRefined.biases)
    #expect(leftRefined.unit == rightRefined.unit)
    #expect(left.calibration == right.calibration)
  }

  private static func expectSame(_ narrow: PrototypeSet, _ wide: PrototypeSet, _ map: [UInt32]) {
    #expect(wide.featureCount == declared)
    #expect(narrow.count == wide.count)
    #expect(narrow.masses == wide.masses)
    #expect(narrow.sumScales == wide.sumScales)
    #expect(narrow.values == wide.values)
    for index in 0..<min(narrow.count, wide.count) {
      #expect(narrow.row(index).map { Int(map[$0.column]) } == wide.row(index).map(\.column))
    }
  }

  @Test func narrowDenseAndFullRowsStayAsTheyAre() throws {
    let dense = try TestRows.features([[1, 2], [3, 4]], isSparse: false)
    let narrow = try TestRows.features([[1, 2], [3, 4]], isSparse: true)
    for features in [dense, narrow] {
      #expect(features.withRows { FeatureCompaction($0) == nil })
    }
    let width = (1 << 16) + 2
    for (used, isCompacted) in [(width / 2 - 1, true), (width / 2, false)] {
      let rows = Features.sparse(
        try CSRMatrix(
          columnCount: width, rowOffsets: [0, used], columns: (0..<used).map { UInt32($0) },
          values: [Float](repeating: 1, count: used)))
      #expect(rows.withRows { FeatureCompaction($0) != nil } == isCompacted, "\(used) used")
    }
  }

  @Test func rowsWithoutAnyFeatureAreCompactedToOneColumn() throws {
    let rows = Features.sparse(
      try CSRMatrix(columnCount: 1 << 20, rowOffsets: [0, 0, 0], columns: [], values: []))
    try rows.withRows { view in
      let compaction = try #require(FeatureCompaction(view))
      let documents = TrainingSet(
        view, norms: try RowNorms(of: view, distance: .cosine, workers: 1), classes: [0, 0], classCount: 1)
      compaction.withRows(documents) { compact in
        #expect(compact.featureCount == 1)
        #expect(compact.rows.rowCount == 2)
      }
      let empty = PrototypeVector(columns: [], values: [])
      #expect(compaction.expanded(empty) == empty)
    }
  }
}
