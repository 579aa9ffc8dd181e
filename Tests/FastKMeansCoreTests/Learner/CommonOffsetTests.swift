import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// Euclidean rows that lie far from 0 are answered as they are near it.
@Suite struct CommonOffsetTests {
  static let offsets: [Float] = [0, 1e3, 1e5, 1e7]

  /// Four clusters of points on a grid that single precision holds at every offset.
  static func points(_ count: Int, seed: UInt64) -> (rows: [[Float]], classes: [Int]) {
    var random = CounterRandom(seed: seed, stream: 13)
    let classes = (0..<count).map { $0 % 4 }
    let rows = classes.map { label in
      [Float(label % 2 * 40), Float(label / 2 * 40)].map { $0 + Float(random.nextIndex(below: 9)) }
    }
    return (rows, classes)
  }

  static func moved(_ rows: [[Float]], by offset: Float) throws -> Features {
    try TestRows.features(rows.map { [$0[0] + offset, $0[1] - offset] }, isSparse: false)
  }

  static func options(_ mode: Mode, refined: Bool) -> TrainingOptions {
    var options = TrainingOptions()
    options.mode = mode
    options.distance = .euclidean
    options.prototypesPerClass = 1
    if !refined { options.refinement = .count(0) }
    return options
  }

  @Test(arguments: Mode.allCases, [false, true])
  func aFitIsTheSameAtEveryOffset(_ mode: Mode, _ refined: Bool) throws {
    let (rows, classes) = Self.points(200, seed: 1)
    var similarities: [Float] = []
    for offset in Self.offsets {
      var classifier = try FastKMeansClassifier<Int>(Self.options(mode, refined: refined))
      try classifier.fit(Self.moved(rows, by: offset), labels: classes)
      let model = try classifier.model
      let answers = try model.classify(Self.moved(rows, by: offset), top: 2)
      #expect(answers.map(\.label) == classes, "offset \(offset)")
      let similarity = answers[0].similarity
      similarities.append(similarity)
      // A fit of the reference depends a little on where 0 is.
      let tolerance: Float = mode == .default ? 1e-3 : 5e-3
      #expect(abs(similarity - similarities[0]) < tolerance, "offset \(offset)")
      // Prototypes go on from a state as they are.
      let again = try FastKMeansClassifier<Int>(resuming: classifier.learningState)
      #expect(try again.model.storage.frame == model.storage.frame)
      #expect(try again.model.classify(Self.moved(rows, by: offset), top: 2) == answers)
    }
  }

  /// Their cosines differ by less than single precision holds, so they are compared by the cosine of rows less their mean.
  @Test(arguments: [false, true])
  func rowsThatPointOneWayAreToldApartByTheCosine(refined: Bool) throws {
    let (rows, classes) = Self.points(200, seed: 5)
    var options = TrainingOptions()
    if !refined { options.refinement = .count(0) }
    for offset in [1e5, 1e6, 1e7] as [Float] {
      var classifier = try FastKMeansClassifier<Int>(options)
      try classifier.fit(Self.moved(rows, by: offset), labels: classes)
      let model = try classifier.model
      #expect(model.storage.frame?.scales == nil && model.storage.frame != nil, "offset \(offset)")
      #expect(try model.classify(Self.moved(rows, by: offset)).map(\.label) == classes, "offset \(offset)")
    }
    // Anywhere else the cosine is that of rows as they are; of equal rows nothing would be left.
    for (rows, classes) in [
      (rows, classes), ([[Float]](repeating: [3e5, 3e5], count: 8), [0, 1, 0, 1, 0, 1, 0, 1]),
    ] {
      var classifier = try FastKMeansClassifier<Int>(options)
      try classifier.fit(Self.moved(rows, by: 300), labels: classes)
      #expect(try classifier.model.storage.frame == nil)
    }
  }

  @Test func aStreamKeepsTheOriginOfItsFirstBatch() throws {
    let (rows, classes) = Self.points(240, seed: 2)
    for offset in Self.offsets {
      for refined in [false, true] {
        for first in [1, 40] {
          var classifier = try FastKMeansClassifier<Int>(Self.options(.default, refined: refined))
          for range in [0..<first, first..<120, 120..<240] {
            try classifier.learn(
              Self.moved(Array(rows[range]), by: offset), labels: Array(classes[range]))
          }
          let model = try classifier.model
          #expect(
            try model.classify(Self.moved(rows, by: offset)).map(\.label) == classes,
            "offset \(offset), first batch \(first)")
          #expect(offset == 0 || model.storage.frame != nil)
        }
      }
    }
  }

  @Test func givenPrototypesAreWhereTheyWereGiven() throws {
    for offset in Self.offsets {
      var options = Self.options(.default, refined: false)
      options.initialization = .prototypes(
        try Self.moved([[0, 0], [40, 0], [0, 40], [40, 40]], by: offset), labels: (0..<4).map { .integer($0) }
      )
      var classifier = try FastKMeansClassifier<Int>(options)
      let (rows, classes) = Self.points(80, seed: 3)
      try classifier.learn(Self.moved(rows, by: offset), labels: classes)
      #expect(try classifier.model.classify(Self.moved(rows, by: offset)).map(\.label) == classes)
    }
  }

  /// Rows in double precision lose nothing but what their distance to the origin does not hold.
  @Test func rowsInDoublePrecisionKeepTheirDigits() {
    let values = [1.7e9 + 0.25, 52, 1.7e9 - 0.5, 53]
    values.withUnsafeBufferPointer { values in
      let rows = DenseRows(rowCount: 2, columnCount: 2, values: RowValues(values))
      let relative = FeatureRows.dense(rows).relative(to: FeatureFrame(origin: [1.7e9, 50]))
      #expect((0..<2).map { relative.withValues(of: $0) { Array($0) } } == [[0.25, 2], [-0.5, 3]])
      #expect(relative.slice(1..<2).withValues(of: 0) { Array($0) } == [-0.5, 3])
    }
  }
}
