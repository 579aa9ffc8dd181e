import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Sets that leave refinement little or nothing to go by.
@Suite struct RefinementSmallSetTests {
  /// Fits, and checks that the model is one: numbers everywhere, probabilities that sum to 1.
  @discardableResult
  private func model(
    _ rows: [[Float]], _ classes: [Int], isSparse: Bool = true, distance: Distance = .cosine
  ) throws -> ClassifierModel<Int> {
    var problem = RefinementProblem(rows: rows, classes: classes, isSparse: isSparse)
    problem.options.distance = distance
    problem.options.threadCount = 1
    let model = try problem.fitted().classifier.model
    let table = try model.probabilities(of: problem.features())
    for row in 0..<table.rowCount {
      let values = table.values[row * table.columnCount..<(row + 1) * table.columnCount]
      #expect(values.allSatisfy { (0...1).contains($0) })
      #expect(abs(values.reduce(0, +) - 1) < 1e-5)
    }
    return model
  }

  @Test(arguments: Distance.allCases) func conflictingLabelsOnOneDocument(distance: Distance) throws {
    for isSparse in [true, false] {
      let rows = [[Float]](repeating: [1, 2, 0], count: 40)
      let model = try model(rows, (0..<40).map { $0 % 2 }, isSparse: isSparse, distance: distance)
      #expect(Set(try model.predict(TestRows.features([[1, 2, 0]], isSparse: isSparse))).count == 1)
    }
  }

  @Test(arguments: Distance.allCases) func classesOfOneToThreeDocuments(distance: Distance) throws {
    for size in 1...3 {
      var (rows, classes): ([[Float]], [Int]) = ([], [])
      for classIndex in 0..<5 {
        for member in 0..<size {
          rows.append((0..<5).map { $0 == classIndex ? 1 : Float(member) * 0.1 })
          classes.append(classIndex)
        }
      }
      let model = try model(rows, classes, distance: distance)
      #expect(try model.predict(TestRows.features(rows, isSparse: true)) == classes, "size \(size)")
    }
  }

  @Test(arguments: Distance.allCases) func allDocumentsOfAClassAlike(distance: Distance) throws {
    let directions: [[Float]] = [[1, 0, 0.2], [0, 1, 0.2], [0.7, 0.7, 0]]
    let classes = (0..<60).map { $0 % 3 }
    let model = try model(classes.map { directions[$0] }, classes, distance: distance)
    #expect(try model.predict(TestRows.features(directions, isSparse: true)) == [0, 1, 2])
    #expect(model.prototypes.count == 3)
  }

  /// Nothing can be held out, and each document is nearest to itself: refinement must not make that worse.
  @Test(arguments: Distance.allCases) func manyClassesOfOneDocumentOfFewFeatures(distance: Distance) throws {
    for (width, classCount) in [(2, 60), (4, 200), (9, 60)] {
      var random = CounterRandom(seed: 3, stream: UInt64(width))
      let rows = (0..<classCount).map { _ in (0..<width).map { _ in Float(random.nextUnit()) } }
      let classes = Array(0..<classCount)
      let model = try model(rows, classes, isSparse: false, distance: distance)
      let predicted = try model.predict(TestRows.features(rows, isSparse: false))
      #expect(predicted == classes, "\(width) features, \(classCount) classes")
    }
  }

  @Test func twoClassesOfOneDocumentEach() throws {
    let rows: [[Float]] = [[1, 0], [0, 1]]
    for distance in Distance.allCases {
      let model = try model(rows, [0, 1], distance: distance)
      #expect(try model.predict(TestRows.features(rows, isSparse: true)) == [0, 1])
    }
  }

  @Test func aClassWithEmptyDocumentsOnly() throws {
    let rows: [[Float]] = [[1, 0], [1, 0.1], [0, 1], [0.1, 1], [0, 0], [0, 0]]
    for distance in Distance.allCases {
      let model = try model(rows, [0, 0, 1, 1, 2, 2], distance: distance)
      #expect(try model.predict(TestRows.features([[1, 0], [0, 1]], isSparse: true)) == [0, 1])
    }
  }

  @Test func euclideanRowsThatAreAllZero() throws {
    try model([[0, 0], [0, 0], [0, 0]], [0, 1, 1], distance: .euclidean)
  }

  /// The held-out rows of tiny sets are drawn by lot, class by class: one split without any is no reason to judge by
  /// none at all.
  @Test func aSplitThatHoldsOutNothingIsPassedOver() throws {
    var judged = 0
    for seed in 0..<12 as Range<UInt64> {
      var problem = RefinementProblem(
        rows: [[1, 0], [1, 0.2], [0.9, 0.1], [0, 1], [0.2, 1], [0.1, 0.9]], classes: [0, 0, 0, 1, 1, 1],
        isSparse: false)
      problem.options.seed = seed
      problem.options.refinement = .count(1)
      if try problem.fitted().report.refinement.done?.heldOutCount ?? 0 > 0 { judged += 1 }
    }
    // Without any row in all five splits: 0.64^10 = 1 %.
    #expect(judged >= 10)
  }
}
