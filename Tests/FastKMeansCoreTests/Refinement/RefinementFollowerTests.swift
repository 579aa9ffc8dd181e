import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Batches after a refined fit.
@Suite struct RefinementFollowerTests {
  struct Stop: Error {}

  /// A refined classifier of classes 0 and 1, and a batch that brings class 2.
  static func start(
    _ distance: Distance, isSparse: Bool = true, precision: Precision = .float32
  ) throws -> (classifier: FastKMeansClassifier<Int>, batch: Features, labels: [Int]) {
    var problem = RefinementProblem.separable(rows: 150, isSparse: isSparse, distance: distance, seed: 41)
    problem.options.refinement = .count(2)
    problem.options.precision = precision
    let known = problem.classes.indices.filter { problem.classes[$0] < 2 && $0 < 110 }
    let later = problem.classes.indices.filter { !known.contains($0) }
    let features = try problem.features()
    var classifier = try FastKMeansClassifier<Int>(problem.options)
    try classifier.fit(
      TestRows.features(known.map { problem.rows[$0] }, isSparse: isSparse),
      labels: known.map { problem.classes[$0] })
    try #require(classifier.learner.refined != nil)
    let batch = try TestRows.features(later.map { problem.rows[$0] }, isSparse: isSparse)
    #expect(batch.columnCount == features.columnCount)
    return (classifier, batch, later.map { problem.classes[$0] })
  }

  @Test(arguments: Distance.allCases, [true, false])
  func anUnseenClassIsPredictedAfterItsBatch(distance: Distance, isSparse: Bool) throws {
    var (classifier, batch, labels) = try Self.start(distance, isSparse: isSparse)
    let report = try classifier.learn(batch, labels: labels)
    #expect(report.newClasses == [.integer(2)])
    let model = try classifier.model
    let refined = try #require(model.storage.refined)
    #expect(refined.weights.count == model.prototypes.count)
    #expect(refined.weights.classIndices == model.prototypes.classIndices)
    let predictions = try model.predict(batch)
    let right = zip(predictions, labels).filter { $0.0 == $0.1 }.count
    #expect(Double(right) > 0.6 * Double(labels.count))
    let found = zip(predictions, labels).filter { $0.0 == 2 && $0.1 == 2 }.count
    #expect(2 * found > labels.filter { $0 == 2 }.count)
  }

  /// What happens to the others: their prototypes stay to the bit, their weights are pushed away from the new class.
  @Test(arguments: Distance.allCases) func aNewClassPushesWeightsButMovesNoPrototype(distance: Distance)
    throws
  {
    var (classifier, batch, labels) = try Self.start(distance)
    let onlyNew = labels.indices.filter { labels[$0] == 2 }
    guard case .sparse(let matrix) = batch else { return }
    let rows = Features.sparse(matrix.selectingRows(onlyNew))
    let before = classifier.learner
    try classifier.learn(rows, labels: onlyNew.map { _ in 2 })
    let after = classifier.learner
    labels = []
    batch = rows
    #expect(Array(after.prototypes[0..<2]) == before.prototypes)
    let (old, new) = (try #require(before.refined), try #require(after.refined))
    #expect(new.weights.classIndices.last == 2)
    let known = old.weights.count
    #expect(new.weights.classIndices[..<known] == old.weights.classIndices[...])
    #expect(Array(new.vectors[..<known]) != old.vectors)
    #expect(after.calibration == before.calibration)
  }

  @Test(arguments: Distance.allCases, [Precision.float32, .float64])
  func resumingFromAModelIsAsNeverHavingStopped(distance: Distance, precision: Precision) async {
    let (isEuclidean, isDouble) = (distance == .euclidean, precision == .float64)
    await #expect(processExitsWith: .success) {
      [isEuclidean = isEuclidean as Bool, isDouble = isDouble as Bool] in
      var (whole, batch, labels) = try Self.start(
        isEuclidean ? .euclidean : .cosine, precision: isDouble ? .float64 : .float32)
      for _ in 0..<3 {
        var resumed = FastKMeansClassifier(resuming: try whole.model)
        #expect(resumed.learner.refined == whole.learner.refined)
        #expect(resumed.learner.calibration == whole.learner.calibration)
        try resumed.learn(batch, labels: labels)
        try whole.learn(batch, labels: labels)
        #expect(try resumed.model.storage.bits == whole.model.storage.bits)
      }
    }
  }

  @Test func cancellationLeavesTheClassifierAsItWas() throws {
    let (classifier, batch, labels) = try Self.start(.euclidean)
    let before = try classifier.model.storage.bits
    for inBatch in [true, false] {
      var stopped = 0
      // A fit reports thousands of times; these are early, middling and late ones.
      for limit in [1, 2, 5, 20, 80, 300, 1_000_000] {
        var (copy, calls, sawRefining) = (classifier, 0, false)
        let handler: ProgressHandler = { progress in
          calls += 1
          #expect(progress.completed <= progress.total)
          sawRefining = sawRefining || progress.phase == .refining
          if calls == limit { throw Stop() }
        }
        do {
          if inBatch {
            try copy.learn(batch, labels: labels, progress: handler)
          } else {
            try copy.fit(batch, labels: labels, progress: handler)
          }
          #expect(sawRefining)
          break
        } catch is Stop {
          stopped += 1
          #expect(try copy.model.storage.bits == before, "call \(limit)")
          #expect(copy.classes == classifier.classes)
        }
      }
      #expect(stopped >= 2)
    }
  }

  @Test(arguments: Distance.allCases, [(1e14, 1.0), (1, 1e12)])
  func aBatchOfHugeRowsOrWeightsLeavesNumbers(
    distance: Distance, size: (row: Double, weight: Double)
  ) throws {
    var (classifier, batch, labels) = try Self.start(distance)
    let known = batch
    guard case .sparse(let matrix) = batch else { return }
    batch = .sparse(
      try CSRMatrix(
        columnCount: matrix.columnCount, rowOffsets: matrix.rowOffsets, columns: matrix.columns,
        values: matrix.values.map { $0 * Float(size.row) }))
    for _ in 0..<3 {
      try classifier.learn(batch, labels: labels, sampleWeights: labels.map { _ in size.weight })
    }
    labels = []
    let model = try classifier.model
    let refined = try #require(model.storage.refined)
    #expect(refined.weights.values.singles().allSatisfy { $0.isFinite })
    #expect((refined.biases ?? []).allSatisfy { $0.isFinite })
    #expect(try model.probabilities(of: known).values.allSatisfy { (0...1).contains($0) })
  }

  @Test func aBatchOfEmptyDocumentsMovesNoWeight() throws {
    var (classifier, _, _) = try Self.start(.cosine)
    let before = try classifier.model.storage.bits
    let empty = Features.sparse(
      try CSRMatrix(
        columnCount: try classifier.model.featureCount, rowOffsets: [0, 0, 0], columns: [], values: []))
    try classifier.learn(empty, labels: [0, 1])
    #expect(try classifier.model.storage.bits == before)
  }
}
