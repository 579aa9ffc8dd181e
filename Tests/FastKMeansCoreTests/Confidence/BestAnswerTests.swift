import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Answers from the best classes that a search finds, against the plain twin: the row of all probabilities.
@Suite struct BestAnswerTests {
  /// A random model and documents for it.
  struct Problem {
    let storage: ModelStorage
    let documents: Features

    private static let classCounts: [Int] = [1, 2, 3, 9, 10, 11, 40]
    private static let prototypeCounts: [Int] = [3, 30, 1_200]
    private static let reaches: [Double?] = [nil, 0.001, 0.2, 1, 50]

    init(seed: UInt64) throws {
      var random = CounterRandom(seed: seed, stream: 12)
      let classCount = Self.classCounts[Int(seed % 7)]
      let more = Self.prototypeCounts[random.nextIndex(below: 3)]
      var shape = ScoringCase(
        featureCount: 1 + random.nextIndex(below: 80),
        prototypeCount: classCount + random.nextIndex(below: more), classCount: classCount,
        documentCount: 1 + random.nextIndex(below: 40))
      shape.isSparseSet = random.nextUnit() < 0.6
      shape.areSparseDocuments = shape.isSparseSet
      shape.isSigned = random.nextUnit() < 0.7
      shape.isWhole = random.nextUnit() < 0.4
      shape.hasBiases = random.nextUnit() < 0.4
      shape.precision = Precision.allCases[random.nextIndex(below: Precision.allCases.count)]
      let parts = shape.parts(seed: seed)
      var options = TrainingOptions()
      options.threadCount = 1 + Int(seed % 3)
      options.precision = shape.precision
      options.distance = shape.hasBiases ? .euclidean : .cosine
      var refined: RefinedWeights?
      if shape.hasBiases || random.nextUnit() < 0.5 {
        refined = RefinedWeights(weights: parts.prototypes, biases: parts.biases, unit: 1)
      }
      var calibration: Calibration?
      if refined == nil || random.nextUnit() < 0.8 {
        calibration = try Calibration(
          intercept: random.nextUnit() * 4 - 2, slope: random.nextUnit() * 5 + 0.01,
          sharpness: random.nextUnit() * 6 + 0.01, crowding: random.nextUnit() * 2,
          reach: Self.reaches[random.nextIndex(below: Self.reaches.count)])
      }
      let labels = (0..<classCount).map { Label.integer(Int64($0)) }
      storage = ModelStorage(
        options: try options.validated(), classes: try ClassDictionary(labels: labels),
        prototypes: parts.prototypes, batchCount: 0, calibration: calibration, refined: refined)
      documents = parts.documents
    }
  }

  struct Found: Sendable {
    var classes: [ClassScoring.ClassHit]
    var isRejected: Bool
  }

  static func answers(_ scoring: ClassScoring, _ rows: FeatureRows, top: Int) throws -> [Found] {
    let found = Collected<Found>(count: rows.rowCount)
    try scoring.forEachAnswer(rows, top: top, parts: []) { row, answer in
      found.set(row, Found(classes: Array(answer.classes), isRejected: answer.isRejected))
    }
    return (0..<rows.rowCount).compactMap { found[$0] }
  }

  @Test func answersHaveTheBitsOfTheWholeRow() throws {
    for seed in 0..<140 as Range<UInt64> {
      let problem = try Problem(seed: seed)
      let classCount = problem.storage.classes.count
      let tops: Set<Int> = [
        1, min(2, classCount), min(3, classCount), min(10, classCount), min(12, classCount),
      ]
      for top in tops { try Self.compare(problem, top: top, seed: seed) }
    }
  }

  private static func compare(_ problem: Problem, top: Int, seed: UInt64) throws {
    let scoring = try ClassScoring(problem.storage)
    let classCount = problem.storage.classes.count
    let table = try ClassifierModel<Label>(storage: problem.storage).probabilities(of: problem.documents)
      .values
    let unknown = try unknownRows(problem, scoring)
    try problem.documents.withRows { rows in
      let predicted = try scoring.predictedClasses(rows)
      let answers = try answers(scoring, rows, top: top)
      #expect(answers.count == rows.rowCount)
      for (row, answer) in answers.enumerated() {
        let name: Comment = "seed \(seed), top \(top), row \(row)"
        let values = Array(table[row * classCount..<(row + 1) * classCount])
        let sum: Float = values.reduce(0, +)
        #expect(abs(sum - 1) < 2e-5, name)
        #expect(answer.classes.count == top, name)
        #expect(answer.classes[0].classIndex == Int(predicted[row]), name)
        #expect(CalibrationTests.best(values) == Int(predicted[row]), name)
        #expect(Set(answer.classes.map(\.classIndex)).count == top, name)
        for hit in answer.classes where hit.score > -.infinity {
          #expect(hit.confidence == values[hit.classIndex], name)
        }
        for (better, worse) in zip(answer.classes, answer.classes.dropFirst()) {
          #expect(better.score >= worse.score, name)
          #expect(better.confidence >= worse.confidence, name)
        }
        #expect(answer.isRejected == unknown[row], name)
      }
    }
  }

  /// Whether every score of a row is 0.
  private static func unknownRows(_ problem: Problem, _ scoring: ClassScoring) throws -> [Bool] {
    let found = Collected<Bool>(count: problem.documents.rowCount)
    let width = problem.storage.prototypes.count
    let isCosine = problem.storage.settings.distance == .cosine
    try problem.documents.withRows { rows in
      try scoring.forEachScoreBlock(rows, norms: scoring.norms(of: rows)) { _, range, block in
        for row in range {
          let first = (row - range.lowerBound) * width
          found.set(row, isCosine && block[first..<first + width].allSatisfy { $0 == 0 })
        }
      }
    }
    return (0..<problem.documents.rowCount).map { found[$0] ?? false }
  }

  /// Neither the number of threads nor the other rows of a call show in an answer.
  @Test func oneRowIsAnsweredAsAmongMany() throws {
    for seed in 200..<230 as Range<UInt64> {
      let problem = try Problem(seed: seed)
      try problem.documents.withRows { rows in
        for top in [1, min(3, problem.storage.classes.count)] {
          let together = try Self.answers(ClassScoring(problem.storage, threadCount: 3), rows, top: top)
          for row in 0..<rows.rowCount {
            let alone = try Self.answers(
              ClassScoring(problem.storage, threadCount: 1), rows.slice(row..<row + 1), top: top)
            #expect(
              alone[0].classes.map(\.confidence) == together[row].classes.map(\.confidence)
                && alone[0].classes.map(\.prototype) == together[row].classes.map(\.prototype),
              "seed \(seed), row \(row)")
          }
        }
      }
    }
  }
}
