import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// What weights and repeated rows mean, for every call that learns.
@Suite struct CountedRowsTests {
  /// Rows of which some repeat, and whole weights, 0 among them.
  struct Problem {
    var rows: [[Float]]
    var classes: [Int]
    var weights: [Double]

    init(seed: UInt64, count: Int = 60) {
      (rows, classes) = TestRows.clustered(rows: count, width: 12, classes: 3, density: 0.6, seed: seed)
      var random = CounterRandom(seed: seed, stream: 3)
      for row in rows.indices.dropFirst() where random.nextUnit() < 0.2 {
        (rows[row], classes[row]) = (rows[row - 1], classes[row - 1])
      }
      weights = rows.indices.map { $0 < 3 ? 1 : Double(random.nextIndex(below: 4)) }
      for row in 0..<3 { classes[row] = row }
    }

    init(_ rows: [[Float]], _ classes: [Int], _ weights: [Double]) {
      (self.rows, self.classes, self.weights) = (rows, classes, weights)
    }

    func taking(_ order: [Int], weights: [Double]? = nil) -> Problem {
      Problem(order.map { rows[$0] }, order.map { classes[$0] }, weights ?? order.map { self.weights[$0] })
    }
  }

  static let options: [TrainingOptions] = {
    var all = [TrainingOptions()]
    for mode in Mode.allCases {
      for distance in Distance.allCases {
        var options = TrainingOptions()
        (options.mode, options.distance, options.refinement) = (mode, distance, .count(0))
        all.append(options)
      }
    }
    all.append(TrainingOptions())
    all[all.count - 1].distance = .euclidean
    return all
  }()

  /// Everything that is learned, as a model's answers and its prototypes.
  private func learned(
    _ problem: Problem, weighted: Bool, _ options: TrainingOptions, isSparse: Bool = true,
    inBatches: Bool = false
  ) throws -> [UInt64] {
    var classifier = try FastKMeansClassifier<Int>(options)
    let rows = try TestRows.features(problem.rows, isSparse: isSparse)
    let weights = weighted ? problem.weights : nil
    if inBatches {
      for _ in 0..<2 {
        try classifier.fitBatch(rows, labels: LabelColumn(problem.classes), sampleWeights: weights)
      }
    } else {
      try classifier.fit(rows, labels: LabelColumn(problem.classes), sampleWeights: weights)
    }
    let model = try classifier.model
    let asked = try TestRows.features(Problem(seed: 99).rows, isSparse: isSparse)
    return try model.prototypes.bits + model.probabilities(of: asked).values.map { UInt64($0.bitPattern) }
  }

  @Test(arguments: options, [false, true])
  func weightsOfOneAreNone(_ options: TrainingOptions, inBatches: Bool) throws {
    for seed in 0..<6 as Range<UInt64> {
      var problem = Problem(seed: seed)
      problem.weights = problem.rows.map { _ in 1 }
      let plain = try learned(problem, weighted: false, options, inBatches: inBatches)
      #expect(try learned(problem, weighted: true, options, inBatches: inBatches) == plain, "seed \(seed)")
    }
  }

  @Test(arguments: options, [false, true])
  func weightZeroIsAbsent(_ options: TrainingOptions, inBatches: Bool) throws {
    for (seed, count) in [(0, 60), (1, 60), (2, 1_100)] as [(UInt64, Int)] {
      var problem = Problem(seed: seed, count: count)
      for weight in [1, 1.5] {
        problem.weights = problem.weights.map { $0 > 0 ? weight : 0 }
        let kept = problem.taking(problem.rows.indices.filter { problem.weights[$0] > 0 })
        let zeroed = try learned(problem, weighted: true, options, inBatches: inBatches)
        let absent = try learned(kept, weighted: weight != 1, options, inBatches: inBatches)
        #expect(zeroed == absent, "seed \(seed), weight \(weight)")
      }
    }
  }

  /// In any order, as sparse and as dense rows.
  @Test(arguments: options, [false, true])
  func copiesAreAWeight(_ options: TrainingOptions, isSparse: Bool) throws {
    for seed in 0..<4 as Range<UInt64> {
      let problem = Problem(seed: seed)
      var copies = problem.rows.indices.flatMap { [Int](repeating: $0, count: Int(problem.weights[$0])) }
      let expected = try learned(problem, weighted: true, options, isSparse: isSparse)
      var random = CounterRandom(seed: seed, stream: 8)
      for _ in 0..<2 {
        let repeated = problem.taking(copies)
        #expect(
          try learned(repeated, weighted: false, options, isSparse: isSparse) == expected, "seed \(seed)")
        for last in copies.indices.reversed() { copies.swapAt(last, random.nextIndex(below: last + 1)) }
      }
      let order = Array(problem.rows.indices.reversed())
      #expect(
        try learned(problem.taking(order), weighted: true, options, isSparse: isSparse) == expected,
        "seed \(seed)")
    }
  }

  /// What is merged, against a plain twin that counts in a dictionary.
  @Test func mergedRowsFollowAPlainTwin() throws {
    for seed in 0..<20 as Range<UInt64> {
      let problem = Problem(seed: seed)
      var expected: [[Float]: [Double]] = [:]
      for row in problem.rows.indices where problem.weights[row] > 0 {
        expected[problem.rows[row], default: [0, 0, 0]][problem.classes[row]] += problem.weights[row]
      }
      let features = try TestRows.features(problem.rows, isSparse: seed % 2 == 0)
      try features.withRows { rows in
        try CountedRows.with(
          rows, labels: LabelColumn(problem.classes), weights: problem.weights, merging: true
        ) { counted, labels, weights, _ in
          var found: [[Float]: [Double]] = [:]
          for row in 0..<counted.rowCount {
            var written = [Float](repeating: 0, count: 12)
            switch counted {
            case .dense(let rows): rows.withValues(of: row) { written = Array($0) }
            case .sparse(let rows):
              rows.withRow(row) { for place in $0.indices { written[Int($0[place])] = $1[place] } }
            }
            guard case .integer(let label) = labels[row] else { continue }
            #expect(found[written]?[Int(label)] ?? 0 == 0, "merged once")
            found[written, default: [0, 0, 0]][Int(label)] = weights?[row] ?? 1
          }
          #expect(found == expected, "seed \(seed)")
        }
      }
    }
  }

  @Test func everyEmptyDocumentIsReported() throws {
    var classifier = try FastKMeansClassifier<Int>()
    let rows = try TestRows.features([[0, 0], [1, 0], [0, 0], [0, 1], [0, 0], [0, 0]], isSparse: true)
    let labels = LabelColumn([0, 0, 0, 1, 1, 1])
    #expect(try classifier.fit(rows, labels: labels).emptyDocumentCount == 4)
    #expect(
      try classifier.fit(rows, labels: labels, sampleWeights: [2, 1, 1, 1, 0, 1]).emptyDocumentCount == 3)
  }

  @Test func aFaultIsNamedByTheCallersRow() throws {
    var options = TrainingOptions()
    options.distance = .euclidean
    var classifier = try FastKMeansClassifier<Int>(options)
    let rows = try TestRows.features([[1, 0], [1, 0], [0, 1], [0, 1e16]], isSparse: false)
    let error = #expect(throws: InputError.self) {
      try classifier.fit(rows, labels: LabelColumn([0, 0, 1, 1]), sampleWeights: [0, 1, 1, 1])
    }
    guard case .rowTooLong(row: 3, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
