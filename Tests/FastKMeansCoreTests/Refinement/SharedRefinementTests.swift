import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// A batch whose documents lie on several machines, against the same batch on one.
@Suite struct SharedRefinementTests {
  private struct Problem {
    var features: Features
    var classes: [Int]
    var weights: [Double]?
    var model: ModelStorage

    /// So few rows that a local epoch is one batch.
    init(_ distance: Distance, isSparse: Bool, isWeighted: Bool = false) throws {
      let clustered = TestRows.clustered(
        rows: 60, width: 40, classes: 5, subtopics: 3, density: isSparse ? 0.3 : 1, seed: 8)
      features = try TestRows.features(clustered.rows, isSparse: isSparse)
      classes = clustered.classes
      // Up to 2, the largest weight of one visit, and 1 on average.
      weights = isWeighted ? classes.indices.map { [0.5, 1, 1.5][$0 % 3] } : nil
      var options = TrainingOptions.prototypesOnly
      options.distance = distance
      options.prototypesPerClass = 2
      options.threadCount = 1
      var classifier = try FastKMeansClassifier<Int>(options)
      try classifier.fit(features, labels: classes, sampleWeights: weights)
      model = try classifier.model.storage
    }

    /// What some of the rows move.
    func moves(
      _ shared: SharedRefinement, _ rows: [Int], members: [Int32]? = nil, rates: [Float]? = nil,
      rate: Float = 0.5, threads: Int = 1
    ) throws -> SharedRefinement.Moves {
      try features.selectingRows(rows).withRows {
        try shared.moves(
          of: $0, labels: LabelColumn(rows.map { classes[$0] }),
          sampleWeights: weights.map { weights in rows.map { weights[$0] } },
          steps: weights.map { weights in rows.map { Float(weights[$0]) } },
          members: members ?? [Int32](repeating: -1, count: rows.count), featureRates: rates, rate: rate,
          threadCount: threads)
      }
    }

    var parts: [[Int]] {
      (0..<3).map { part in classes.indices.filter { $0 % 3 == part } }
    }
  }

  /// Everything learned of one batch by one machine.
  private func localWeights(_ problem: Problem, _ start: RefinedWeights, rates: [Float]?) throws
    -> RefinedWeights
  {
    let scale = RefinementRecipe.featureRates.scale
    let isCosine = problem.model.settings.distance == .cosine
    let table = try RefinementTable(
      start, ownParts: isCosine ? problem.model.prototypes.sumScales.map { Float(scale / $0) } : nil)
    return try problem.features.withRows { view in
      var set = TrainingSet(
        view, norms: try RowNorms(of: view, distance: problem.model.settings.distance, workers: 1),
        classes: problem.classes.map { Int32($0) }, classCount: problem.model.classes.count,
        weights: problem.weights?.map { Float($0) }, unit: start.unit)
      set.featureRates = rates.map { FeatureRates(values: $0) }
      _ = try Refinement(
        recipe: RefinementRecipe.featureRates.lasting(1), seed: 3, workers: 1, progress: ProgressReporter(nil)
      ).run(table, rows: set, documents: set.documents)
      return table.refinedWeights(
        isSparse: view.isSparse, unit: start.unit, truncation: 0, precision: .float64)
    }
  }

  @Test(arguments: Distance.allCases, [true, false])
  func theSharesOfABatchMoveWhatTheBatchMoves(distance: Distance, isSparse: Bool) throws {
    for isWeighted in [false, true] {
      let problem = try Problem(distance, isSparse: isSparse, isWeighted: isWeighted)
      let rates: [Float]? = isSparse ? (0..<40).map { 0.5 + Float($0) / 40 } : nil
      let shared = try SharedRefinement(problem.model)
      let start = try #require(shared.refinedModel().refined)
      let wanted = try localWeights(problem, start, rates: rates)
      for found in try problem.parts.map({ try problem.moves(shared, $0, rates: rates) }) {
        try shared.add(found.sums.sums, biases: found.sums.masses)
      }
      let found = try #require(shared.refinedModel().refined)
      #expect(found.weights.rows != start.weights.rows, "nothing was learned")
      for (found, wanted) in zip(found.vectors, wanted.vectors) {
        for feature in 0..<40 {
          #expect(abs(found.value(feature) - wanted.value(feature)) < 2e-4)
        }
      }
      for (found, wanted) in zip(found.biases ?? [], wanted.biases ?? []) {
        #expect(abs(found - wanted) < 1e-4 * (1 + abs(wanted)))
      }
      #expect((found.biases == nil) == (distance == .cosine))
    }
  }

  @Test(arguments: [true, false]) func threadsChangeNoBitAndMovesLeaveTheWeights(isSparse: Bool) throws {
    let problem = try Problem(.euclidean, isSparse: isSparse)
    let shared = try SharedRefinement(problem.model)
    let before = shared.refinedModel().refined
    let found = try [1, 3].map { try problem.moves(shared, problem.parts[1], threads: $0).sums }
    #expect(found[0].sums == found[1].sums && found[0].masses == found[1].masses)
    #expect(shared.refinedModel().refined == before)
    let still = try problem.moves(shared, problem.parts[1], rate: 0).sums
    #expect(
      still.sums.allSatisfy { $0.values.allSatisfy { $0 == 0 } } && still.objective == found[0].objective)
  }

  @Test(arguments: [true, false]) func marginsAreMeasuredInTheSpreadOfTheRows(isSparse: Bool) throws {
    let problem = try Problem(.euclidean, isSparse: isSparse)
    let unit = problem.features.withRows { $0.inverseDeviation }
    let plain = try #require(SharedRefinement(problem.model).refinedModel().refined)
    #expect(plain.unit > 1.01 * unit, "prototypes spread less than rows")
    let shared = try SharedRefinement(problem.model, deviation: 1 / Double(unit))
    let begun = shared.refinedModel()
    #expect(abs((begun.refined?.unit ?? 0) / unit - 1) < 1e-6)
    // What comes out of it keeps its unit, and a later deviation changes nothing.
    let again = try SharedRefinement(begun, deviation: 7).refinedModel().refined
    #expect(again?.unit == begun.refined?.unit && again?.biases == begun.refined?.biases)
    let cosine = try Problem(.cosine, isSparse: isSparse).model
    #expect(try SharedRefinement(cosine, deviation: 7).refinedModel().refined?.unit == 1)
    #expect(try SharedRefinement(problem.model, deviation: 1e-30).refinedModel().refined?.unit == 1)
  }

  @Test func membersAreFoundOnceAndKept() throws {
    let problem = try Problem(.cosine, isSparse: true)
    let shared = try SharedRefinement(problem.model)
    let rows = problem.parts[0]
    let first = try problem.moves(shared, rows)
    for (row, member) in zip(rows, first.members) {
      #expect(Int(problem.model.prototypes.classIndices[Int(member)]) == problem.classes[row])
    }
    let again = try problem.moves(shared, rows, members: first.members)
    #expect(again.members == first.members && again.sums.sums == first.sums.sums)
    // What a document put into another prototype is not in its score: it moves something else.
    let others = zip(rows, first.members).map { row, member in
      Int32(2 * problem.classes[row]) + (member % 2 == 0 ? 1 : 0)
    }
    let moved = try problem.moves(shared, rows, members: others)
    #expect(moved.members == others && moved.sums.sums != first.sums.sums)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let problem = try Problem(.cosine, isSparse: true)
    let shared = try SharedRefinement(problem.model)
    let rows = problem.parts[0]
    #expect(throws: InputError.self) { try problem.moves(shared, rows, members: [0]) }
    for member in [Int32(problem.model.prototypes.count), Int32.max] {
      #expect(throws: InputError.self) {
        try problem.moves(shared, rows, members: rows.map { _ in member })
      }
    }
    let vectors = problem.model.prototypes.classIndices.map { _ in PrototypeVector(columns: [1], values: [1])
    }
    let biases = vectors.map { _ in 0.0 }
    #expect(throws: InputError.self) { try shared.add(Array(vectors.dropFirst()), biases: biases) }
    #expect(throws: InputError.self) { try shared.add(vectors, biases: [0]) }
    let wide = vectors.map { _ in PrototypeVector(columns: [40], values: [1]) }
    #expect(throws: InputError.self) { try shared.add(wide, biases: biases) }
  }
}

extension PrototypeVector {
  /// The value at a feature.
  fileprivate func value(_ feature: Int) -> Double {
    guard isSparse else { return values[feature] }
    return columns.firstIndex(of: UInt32(feature)).map { values[$0] } ?? 0
  }
}
