import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// How fast each feature's weights move.
@Suite struct FeatureRatesTests {
  private func rates(
    _ rows: [[Float]], _ classes: [Int], documents: [Int]? = nil, isSparse: Bool = true,
    distance: Distance = .cosine
  ) throws -> FeatureRates? {
    try TestRows.features(rows, isSparse: isSparse).withRows { view in
      FeatureRates(
        TrainingSet(
          view, norms: try RowNorms(of: view, distance: distance, workers: 1),
          classes: classes.map { Int32($0) }, classCount: (classes.max() ?? 0) + 1),
        documents: (documents ?? Array(rows.indices)).map { Int32($0) })
    }
  }

  @Test func theyAreWhatTheirDefinitionSays() throws {
    for seed in 0..<60 as Range<UInt64> {
      var random = CounterRandom(seed: seed, stream: 5)
      let drawn = TestRows.clustered(
        rows: 2 + random.nextIndex(below: 80), width: 1 + random.nextIndex(below: 30),
        classes: 1 + random.nextIndex(below: 7), density: 0.3, seed: seed)
      let isCosine = random.nextUnit() < 0.5
      let documents = drawn.rows.indices.filter { row in
        drawn.rows[row].contains { $0 != 0 } && random.nextUnit() < 0.8
      }
      let found = try rates(
        drawn.rows, drawn.classes, documents: documents, distance: isCosine ? .cosine : .euclidean)
      guard !documents.isEmpty else {
        #expect(found == nil)
        continue
      }
      let scales = drawn.rows.map { row in
        isCosine ? 1 / row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() : 1
      }
      let wanted = FeatureRatesTwin.rates(
        drawn.rows, scales: scales, classes: drawn.classes, documents: documents)
      for (found, wanted) in zip(try #require(found).values, wanted) {
        #expect(abs(Double(found) - wanted) < 1e-5 * (1 + wanted), "seed \(seed)")
      }
    }
  }

  /// Features: one that every document has, one of each of two classes, one of a single document.
  @Test func theSurerAFeatureIsOfAClassTheFasterItMoves() throws {
    let rows: [[Float]] = (0..<40).map { [1, $0 % 2 == 0 ? 1 : 0, $0 % 2 == 1 ? 1 : 0, $0 == 7 ? 1 : 0] }
    let values = try #require(try rates(rows, rows.indices.map { $0 % 2 })).values
    #expect(values[1] == values[2])
    #expect(values[0] < values[3])
    #expect(values[3] < values[1])
  }

  /// Held-out rows must judge what has not seen them.
  @Test func rowsThatAreHeldOutHaveNoSay() throws {
    let drawn = TestRows.clustered(rows: 60, width: 12, classes: 3, density: 0.4, seed: 4)
    let documents = Array(0..<40)
    let wanted = try rates(drawn.rows, drawn.classes, documents: documents)
    var (rows, classes) = drawn
    for row in 40..<60 {
      classes[row] = (classes[row] + 1) % 3
      rows[row][0] += 3
    }
    #expect(try rates(rows, classes, documents: documents) == wanted)
    #expect(try rates(rows, classes) != wanted)
  }

  @Test func denseRowsHaveNone() throws {
    #expect(try rates([[1, 2], [2, 1]], [0, 1], isSparse: false) == nil)
    #expect(try rates([[1, 2], [2, 1]], [0, 1], documents: []) == nil)
  }
}
