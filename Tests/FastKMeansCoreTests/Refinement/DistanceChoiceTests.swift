import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// `distance='auto'` and `k_init='auto'` find what suits rows that were held out.
@Suite struct DistanceChoiceTests {
  static let automatic: TrainingOptions = {
    var options = TrainingOptions()
    options.isDistanceAutomatic = true
    options.isPrototypeCountAutomatic = true
    return options
  }()

  static func dense(_ rows: [[Float]]) throws -> Features { try TestRows.features(rows, isSparse: false) }

  /// A ring of one class around another.
  static func rings(_ count: Int, seed: UInt64) -> (rows: [[Float]], classes: [Int]) {
    var random = CounterRandom(seed: seed, stream: 22)
    let classes = (0..<count).map { $0 % 2 }
    let rows = classes.map { label in
      var point = [Float(0), 0]
      repeat {
        point = point.map { _ in Float(random.nextUnit()) * 2 - 1 }
      } while point.reduce(0) { $0 + $1 * $1 } > 1 || point == [0, 0]
      let length = point.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let radius = Float(label + 1) + Float(random.nextUnit()) / 5
      return point.map { $0 / length * radius }
    }
    return (rows, classes)
  }

  static func accuracy(
    _ model: ClassifierModel<Int>, _ rows: [[Float]], _ classes: [Int]
  ) throws -> Double {
    let answers = try model.classify(dense(rows)).map(\.label)
    return Double(zip(answers, classes).count { $0 == $1 }) / Double(classes.count)
  }

  @Test func aTableForWhichTheCosineIsWrongBringsAWarning() throws {
    let (rows, classes) = TestRows.unlikeUnits(300, seed: 1)
    for (isSparse, distance, isWarned) in [
      (false, Distance.cosine, true), (true, .cosine, false), (false, .euclidean, false),
    ] {
      var options = TrainingOptions()
      options.distance = distance
      var classifier = try FastKMeansClassifier<Int>(options)
      let report = try classifier.fit(TestRows.features(rows, isSparse: isSparse), labels: classes)
      #expect((report.warning != nil) == isWarned, "\(distance), sparse \(isSparse)")
      #expect(try classifier.model.options.distance == distance)
      guard let warning = report.warning else { continue }
      #expect(warning.contains("euclidean, standardized features"), "\(warning)")
    }
    // Where the cosine is as good, and where 'auto' has chosen, there is nothing to say.
    let (marked, labels) = TestRows.marked(300, noise: 8, classes: 3, seed: 5)
    for options in [TrainingOptions(), Self.automatic] {
      var classifier = try FastKMeansClassifier<Int>(options)
      #expect(try classifier.fit(Self.dense(marked), labels: labels).warning == nil)
    }
  }

  @Test func columnsOfUnlikeUnitsAreStandardized() throws {
    let (rows, classes) = TestRows.unlikeUnits(300, seed: 1)
    var classifier = try FastKMeansClassifier<Int>(Self.automatic)
    try classifier.fit(Self.dense(rows), labels: classes)
    let model = try classifier.model
    #expect(!model.options.isDistanceAutomatic)
    let scales = try #require(model.storage.frame?.scales)
    #expect(scales[0] > 100 * scales[1])
    let (new, answers) = TestRows.unlikeUnits(500, seed: 2)
    #expect(try Self.accuracy(model, new, answers) == 1)
    // The same with one class per call, which reads rows in the same frame.
    #expect(try new[..<9].map { try model.classify(Self.dense([$0]))[0].label } == Array(answers[..<9]))
  }

  @Test func aRingNeedsMorePrototypesThanTheRuleGives() throws {
    let (rows, classes) = Self.rings(600, seed: 1)
    var classifier = try FastKMeansClassifier<Int>(Self.automatic)
    try classifier.fit(Self.dense(rows), labels: classes)
    let model = try classifier.model
    #expect(model.options.distance == .euclidean)
    #expect(model.storage.prototypes.count >= 8)
    let (new, answers) = Self.rings(1000, seed: 2)
    #expect(try Self.accuracy(model, new, answers) > 0.97)
  }

  /// Held-out rows say how sure an answer is, whether or not weights were refined.
  @Test func confidenceMeansSomethingWithPrototypesAlone() throws {
    let (rows, classes) = Self.rings(600, seed: 3)
    var classifier = try FastKMeansClassifier<Int>(Self.automatic)
    try classifier.fit(Self.dense(rows), labels: classes)
    let model = try classifier.model
    #expect(model.storage.calibration != nil)
    let (new, answers) = Self.rings(1000, seed: 4)
    let features = try Self.dense(new)
    let answered = try model.classify(features)
    let confidence = answered.reduce(0.0) { $0 + Double($1.confidence) } / Double(new.count)
    #expect(abs(confidence - (try Self.accuracy(model, new, answers))) < 0.05)
    let probabilities = try model.probabilities(of: features).values
    for (row, answer) in answered.enumerated() {
      let own = (0..<2).map { probabilities[row * 2 + $0] }
      #expect(own.max() == answer.confidence)
      #expect(abs(own.reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test func directionsKeepTheCosine() throws {
    let drawn = TestRows.clustered(rows: 200, width: 30, classes: 4, seed: 5)
    let lengths = drawn.rows.indices.map { Float($0 % 7 + 1) }
    let rows = zip(drawn.rows, lengths).map { row, length in row.map { $0 * length } }
    for isSparse in [true, false] {
      var classifier = try FastKMeansClassifier<Int>(Self.automatic)
      try classifier.fit(TestRows.features(rows, isSparse: isSparse), labels: drawn.classes)
      let model = try classifier.model
      #expect(model.options.distance == .cosine)
    }
  }

  @Test func everyFitChoosesAnew() throws {
    let (first, second) = (TestRows.unlikeUnits(200, seed: 7), Self.rings(200, seed: 7))
    var again = try FastKMeansClassifier<Int>(Self.automatic)
    try again.fit(Self.dense(first.rows), labels: first.classes)
    try again.fit(Self.dense(second.rows), labels: second.classes)
    var fresh = try FastKMeansClassifier<Int>(Self.automatic)
    try fresh.fit(Self.dense(second.rows), labels: second.classes)
    #expect(again.learningState == fresh.learningState)
  }

  @Test func aStreamKeepsWhatItsFirstBatchChose() throws {
    let (rows, classes) = TestRows.unlikeUnits(400, seed: 8)
    var classifier = try FastKMeansClassifier<Int>(Self.automatic)
    try classifier.learn(Self.dense(Array(rows[..<200])), labels: Array(classes[..<200]))
    let frame = try classifier.model.storage.frame
    #expect(frame?.scales != nil)
    // A state goes on as if nothing had happened.
    var resumed = try FastKMeansClassifier<Int>(resuming: classifier.learningState)
    try classifier.learn(Self.dense(Array(rows[200...])), labels: Array(classes[200...]))
    try resumed.learn(Self.dense(Array(rows[200...])), labels: Array(classes[200...]))
    #expect(try classifier.model.storage.frame == frame)
    #expect(classifier.learningState == resumed.learningState)
    #expect(try Self.accuracy(classifier.model, rows, classes) > 0.99)
  }

  @Test(arguments: [1, 2, 7])
  func theChoiceIsTheSameForAnyNumberOfThreads(_ threads: Int) throws {
    let (rows, classes) = Self.rings(240, seed: 9)
    var options = Self.automatic
    options.threadCount = 3
    var one = try FastKMeansClassifier<Int>(options)
    try one.fit(Self.dense(rows), labels: classes)
    options.threadCount = threads
    var other = try FastKMeansClassifier<Int>(options)
    try other.fit(Self.dense(rows), labels: classes)
    #expect(one.learningState.columns == other.learningState.columns)
  }

  @Test func tinyAndConstantTablesAreLearned() throws {
    for rows: [[Float]] in [[[1, 1], [2, 1]], [[0, 0], [0, 0]], [[1e30, 3], [-1e30, 3]]] {
      var classifier = try FastKMeansClassifier<Int>(Self.automatic)
      do {
        try classifier.fit(Self.dense(rows), labels: [0, 1])
        #expect(try classifier.model.classify(Self.dense(rows)).count == 2)
      } catch InputError.allRowsZero {
        #expect(rows.allSatisfy { $0 == [0, 0] })
      }
    }
  }

  @Test func theReferenceModeHasNoHeldOutRows() {
    var options = Self.automatic
    options.mode = .reference
    #expect(throws: OptionsError.self) { try options.validated() }
  }

  @Test func rowsInAFrameReadAsShiftedAndScaled() {
    let values: [Float] = [1, 20, 3, 40, 5, 60]
    values.withUnsafeBufferPointer { values in
      let rows = FeatureRows.dense(DenseRows(rowCount: 3, columnCount: 2, values: RowValues(values)))
      let frame = FeatureFrame(origin: [3, 40], scales: [2, 0.5])
      let relative = rows.relative(to: frame)
      #expect((0..<3).map { relative.withValues(of: $0) { Array($0) } } == [[-4, -10], [0, 0], [4, 10]])
      #expect(frame.absolute(-4, feature: 0) == 1 && frame.absolute(10, feature: 1) == 60)
    }
  }
}
