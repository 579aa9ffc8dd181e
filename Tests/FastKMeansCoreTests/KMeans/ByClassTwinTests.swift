import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// The default mode against its plain twin, over random shapes.
@Suite struct ByClassTwinTests {
  /// Rows and centres are multiplied in single precision, sums are exact: hard assignments differ by the rounding
  /// of rows and centres alone.
  static let hardTolerance = 1e-6
  /// Soft shares are single precision, and what they are off by goes through up to six epochs.
  static let softTolerance = 3e-5

  @Test func fitFollowsThePlainTwin() throws {
    var compared = 0
    for seed in 0..<120 as Range<UInt64> {
      if try comparesFit(TrainingCase(seed: seed)) { compared += 1 }
    }
    // A few cases hang by a rounding; they must stay few.
    #expect(compared > 90)
  }

  /// - Returns: false if the case hangs by less than single precision tells apart.
  private func comparesFit(_ problem: TrainingCase) throws -> Bool {
    let (classifier, report) = try problem.fitted()
    let model = try classifier.model
    var outcomes: [TrainingTwin.Outcome] = []
    for classIndex in 0..<problem.classCount {
      var twin = twin(of: problem, classIndex)
      outcomes.append(twin.fit(from: problem.initial[classIndex].map { $0.map(Double.init) }))
      if twin.isTight { return false }
    }
    let place = Comment("seed \(problem.seed), \(problem.options)")
    let tolerance = problem.options.isSoft ? Self.softTolerance : Self.hardTolerance
    for (classIndex, outcome) in outcomes.enumerated() {
      try expectEqual(model, classIndex, outcome.prototypes, tolerance, place)
    }
    let objective = outcomes.reduce(0) { $0 + $1.objective }
    #expect(abs(report.objective - objective) < 1e-5 * (1 + objective), place)
    #expect(report.epochs == outcomes.map(\.epochs).max(), place)
    #expect(report.reseededCount == outcomes.reduce(0) { $0 + $1.reseeded }, place)
    #expect(report.prunedCount == outcomes.reduce(0) { $0 + $1.pruned }, place)
    #expect(report.prototypeCount == model.prototypes.count, place)
    return true
  }

  private func twin(of problem: TrainingCase, _ classIndex: Int, rows range: Range<Int>? = nil)
    -> TrainingTwin
  {
    let own = (range ?? problem.rows.indices).filter { problem.classes[$0] == classIndex }
    return TrainingTwin(
      rows: own.map { problem.rows[$0] }, weights: own.map { problem.weights?[$0] ?? 1 },
      options: problem.options)
  }

  private func expectEqual(
    _ model: ClassifierModel<Int>, _ classIndex: Int, _ expected: [TrainingTwin.Prototype],
    _ tolerance: Double,
    _ place: Comment
  ) throws {
    let found = model.prototypes.writtenOut(class: classIndex)
    let first = try #require(model.prototypes.classIndices.firstIndex(of: Int32(classIndex)))
    try #require(found.count == expected.count, place)
    for (lane, prototype) in expected.enumerated() {
      #expect(largestDifference(found[lane], prototype.center) < tolerance, place)
      let scale = tolerance * (1 + prototype.mass)
      #expect(abs(model.prototypes.masses[first + lane] - prototype.mass) < scale, place)
      #expect(abs(model.prototypes.sumScales[first + lane] - prototype.sumScale) < scale, place)
    }
  }

  @Test func batchesFollowThePlainTwin() throws {
    var compared = 0
    for seed in 200..<280 as Range<UInt64> {
      var problem = TrainingCase(seed: seed)
      problem.options.decay = [1, 0.5, 0.9][Int(seed % 3)]
      // What is given is all that there is: no class grows beyond its start.
      problem.options.prototypesPerClass = 1
      if try comparesBatches(problem) { compared += 1 }
    }
    #expect(compared > 60)
  }

  private func comparesBatches(_ problem: TrainingCase) throws -> Bool {
    var options = problem.options
    options.initialization = try problem.initialization()
    var classifier = try FastKMeansClassifier<Int>(options)
    let features = try problem.features()
    // The first batch has every class; given prototypes that it does not choose are gone after it.
    let middle = max(problem.classCount, problem.rows.count / 2)
    let batches = [0..<middle, middle..<problem.rows.count].filter { batch in
      batch.contains { problem.weights?[$0] ?? 1 > 0 }
    }
    var known = problem.initial.map { members in
      members.map {
        TrainingTwin.Prototype(
          center: TrainingTwin.scaled($0.map(Double.init), options.distance), sumScale: 0, mass: 0)
      }
    }
    for batch in batches {
      try classifier.learn(
        features.selectingRows(batch), labels: Array(problem.classes[batch]),
        sampleWeights: problem.weights.map { Array($0[batch]) })
      for classIndex in known.indices {
        var twin = twin(of: problem, classIndex, rows: batch)
        let updated = twin.update(known[classIndex])
        let alive = updated.filter { $0.mass > options.minimumMass }
        known[classIndex] = alive.isEmpty ? updated : alive
        if twin.isTight { return false }
      }
    }
    let place = Comment("seed \(problem.seed), \(problem.options)")
    let model = try classifier.model
    for (classIndex, expected) in known.enumerated() {
      try expectEqual(model, classIndex, expected, Self.softTolerance, place)
    }
    return true
  }

  @Test func sparseAndDenseRowsGiveTheSamePrototypes() throws {
    for seed in 400..<430 as Range<UInt64> {
      var problem = TrainingCase(seed: seed)
      problem.isSparse = true
      let sparse = try problem.fitted().classifier.model
      problem.isSparse = false
      let dense = try problem.fitted().classifier.model
      var twins = (0..<problem.classCount).map { twin(of: problem, $0) }
      for index in twins.indices {
        _ = twins[index].fit(from: problem.initial[index].map { $0.map(Double.init) })
      }
      guard !twins.contains(where: \.isTight) else { continue }
      let place = Comment("seed \(seed), \(problem.options)")
      #expect(sparse.prototypes.classIndices == dense.prototypes.classIndices, place)
      for classIndex in 0..<problem.classCount {
        let left = sparse.prototypes.writtenOut(class: classIndex)
        let right = dense.prototypes.writtenOut(class: classIndex)
        for (one, other) in zip(left, right) {
          #expect(largestDifference(one, other) < Self.softTolerance, place)
        }
      }
    }
  }
}
