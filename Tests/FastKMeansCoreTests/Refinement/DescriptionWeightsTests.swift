import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct DescriptionWeightsTests {
  private static let classCount = 15

  /// Four documents each of fifteen classes, most of whose features are noise, and behind them a description of each class: its
  /// centre, or another class's.
  private static func rows(shift: Int, documents: Int = 60) throws -> (features: Features, labels: [Int]) {
    let many = TestRows.clustered(
      rows: 600, width: 60, classes: classCount, subtopics: 1, density: 0.5, seed: 3)
    var random = CounterRandom(seed: 9)
    let noisy = many.rows[..<documents].map { row in
      row.map { $0 * Float(random.nextUnit() < 0.2 ? 1 : 0) + Float(random.nextUnit()) * 0.8 }
    }
    let centres = (0..<classCount).map { label in
      let own = zip(many.rows, many.classes).filter { $0.1 == (label + shift) % classCount }.map(\.0)
      return own[0].indices.map { column in own.reduce(0) { $0 + $1[column] } / Float(own.count) }
    }
    return (
      try TestRows.features(noisy + centres, isSparse: true),
      Array(many.classes[..<documents]) + Array(0..<classCount)
    )
  }

  private func found(
    _ rows: (features: Features, labels: [Int]), weights: [Double]? = nil
  ) throws -> DescriptionWeights {
    try rows.features.withRows {
      try DescriptionWeights(
        $0, labels: LabelColumn(rows.labels), descriptionCount: Self.classCount, sampleWeights: weights,
        options: TrainingOptions(), progress: nil)
    }
  }

  @Test func descriptionsThatHelpCountAndOthersDoNot() throws {
    let good = try found(Self.rows(shift: 0))
    let bad = try found(Self.rows(shift: 1))
    #expect(good.weights[60...].allSatisfy { $0 > 1 } && bad.weights[60...].allSatisfy { $0 == 0 })
    for one in [good, bad] {
      #expect(one.weights[..<60].allSatisfy { $0 == 1 })
      #expect(one.choices.allSatisfy { $0.subject == "description_weight" && $0.rowCount == 60 })
      let taken = try #require(one.choices.first { $0.isTaken })
      #expect(one.choices.count { $0.isTaken } == 1)
      #expect(taken.accuracy == one.choices.map(\.accuracy).max())
      #expect(Double(taken.candidate) == one.weights[60])
    }
  }

  @Test func aClassWithoutDocumentsKeepsItsDescription() throws {
    var rows = try Self.rows(shift: 1)
    rows.labels[74] = 99
    let found = try found(rows)
    #expect(Array(found.weights[60...]) == [Double](repeating: 0, count: 14) + [1])
  }

  @Test func aDescriptionWeighsAsTheMeanDocument() throws {
    let rows = try Self.rows(shift: 0)
    var weights = [Double](repeating: 3, count: 60)
    let plain = try found(rows)
    #expect(
      try found(rows, weights: weights).weights[60...].elementsEqual(plain.weights[60...].map { 3 * $0 }))
    // A document that counts for nothing is absent.
    weights = [Double](repeating: 0, count: 60)
    for row in 0..<10 { weights[row] = 2 }
    let few = try found(rows, weights: weights)
    #expect(few.choices.isEmpty && few.weights == weights + [Double](repeating: 2, count: 15))
  }

  @Test func whatCannotBeTriedCountsAsOneDocument() throws {
    var rows = try Self.rows(shift: 1)
    for row in 60..<75 { rows.labels[row] = 100 + row }
    let found = try found(rows)
    #expect(found.choices.isEmpty && found.weights == [Double](repeating: 1, count: 75))
    let alone = try rows.features.selectingRows(60..<75).withRows {
      try DescriptionWeights(
        $0, labels: LabelColumn(Array(0..<15)), descriptionCount: Self.classCount, sampleWeights: nil,
        options: TrainingOptions(),
        progress: nil)
    }
    #expect(alone.weights == [Double](repeating: 1, count: 15))
  }

  @Test func badInputIsNamed() throws {
    let rows = try Self.rows(shift: 0)
    #expect(throws: InputError.self) { try found((rows.features, [1, 2])) }
    #expect(throws: InputError.self) { try found(rows, weights: [1]) }
    #expect(throws: InputError.self) { try found(rows, weights: [Double](repeating: -1, count: 60)) }
  }
}
