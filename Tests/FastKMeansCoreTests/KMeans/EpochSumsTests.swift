import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// Epochs whose sums are taken in parts give what a local training gives from the same start.
@Suite struct EpochSumsTests {
  /// The rows of a problem in a few disjoint parts, some of which may be empty.
  static func parts(of problem: TrainingCase) -> [[Int]] {
    var random = CounterRandom(seed: problem.seed, stream: 5)
    var parts = [[Int]](repeating: [], count: 1 + random.nextIndex(below: 4))
    for row in problem.rows.indices { parts[random.nextIndex(below: parts.count)].append(row) }
    return parts
  }

  /// One epoch over the parts: what a driver does.
  static func epoch(
    of model: ModelStorage, _ problem: TrainingCase, _ parts: [[Int]], isLast: Bool = false
  ) throws -> (model: ModelStorage, shift: Double) {
    let features = try problem.features()
    var sums: [PrototypeVector]?
    var masses = [Double](repeating: 0, count: model.prototypes.count)
    var farthest = [[(distance: Float, row: Int)]](repeating: [], count: model.classes.count)
    for part in parts {
      let found = try features.selectingRows(part).withRows {
        try model.epochSums(
          of: $0, labels: LabelColumn(part.map { problem.classes[$0] }),
          sampleWeights: problem.weights.map { weights in part.map { weights[$0] } }, threadCount: 2)
      }
      sums = sums.map { zip($0, found.sums).map { $0.combined(times: 1, with: $1, times: 1) } } ?? found.sums
      for index in masses.indices {
        masses[index] += found.masses[index]
        if let distant = found.farthest[index] {
          farthest[Int(model.prototypes.classIndices[index])].append((distant.distance, part[distant.row]))
        }
      }
    }
    var replacements: [ModelStorage.Replacement] = []
    for index in masses.indices where masses[index] <= 0 {
      let classIndex = Int(model.prototypes.classIndices[index])
      farthest[classIndex].sort { ($1.distance, $0.row) < ($0.distance, $1.row) }
      guard !farthest[classIndex].isEmpty else { continue }
      let row = problem.rows[farthest[classIndex].removeFirst().row]
      let kept = row.indices.filter { row[$0] != 0 }
      replacements.append(
        .init(
          prototype: index,
          row: problem.isSparse
            ? PrototypeVector(columns: kept.map { UInt32($0) }, values: kept.map { Double(row[$0]) })
            : PrototypeVector(dense: row.map(Double.init))))
    }
    return try model.afterEpoch(
      sums: sums ?? [], masses: masses, replacements: replacements, isLast: isLast)
  }

  @Test(arguments: UInt64(1)...120)
  func partsGiveTheLocalPrototypes(seed: UInt64) throws {
    var problem = TrainingCase(seed: seed)
    problem.options.minimumMass = 0
    // Soft shares are ratios of differences: epoch by epoch they enlarge what a rounding of the sums moves.
    if problem.options.isSoft { problem.options.maxEpochs = min(2, problem.options.maxEpochs) }
    let local = try problem.fitted().classifier.model.prototypes

    var options = problem.options
    options.initialization = try problem.initialization()
    var learner = Learner(options: try options.validated())
    try problem.features().withRows {
      try learner.seed($0, labels: LabelColumn(problem.classes), sampleWeights: problem.weights)
    }
    var model = try learner.model()
    let parts = Self.parts(of: problem)
    for _ in 1..<options.maxEpochs { model = try Self.epoch(of: model, problem, parts).model }
    let all = try Self.epoch(of: model, problem, parts, isLast: true).model.prototypes
    // A class that loses a prototype at the end assigns its rows once more in a local training.
    let (before, after) = (model.prototypes.classIndices, all.classIndices)
    let kept = (0..<Int32(problem.classCount)).filter { index in
      before.filter { $0 == index }.count == after.filter { $0 == index }.count
    }
    let tolerance = options.isSoft ? 5e-4 : 1e-4
    for classIndex in kept { expectSame(local, all, classIndex, within: tolerance, seed: seed) }
  }

  private func expectSame(
    _ local: PrototypeSet, _ found: PrototypeSet, _ classIndex: Int32, within tolerance: Double, seed: UInt64
  ) {
    let places = [local, found].map { set in
      set.classIndices.indices.filter { set.classIndices[$0] == classIndex }
    }
    #expect(places[0].count == places[1].count, "replay: seed \(seed), class \(classIndex)")
    for (one, other) in zip(places[0], places[1]) {
      let difference = local.vector(one).squaredDistance(to: found.vector(other)).squareRoot()
      let length = 1 + local.vector(one).squaredNorm.squareRoot()
      #expect(difference < tolerance * length, "replay: seed \(seed), prototype \(one)")
      #expect(abs(local.masses[one] - found.masses[other]) < tolerance * (1 + local.masses[one]))
    }
  }

  @Test func theNumberOfThreadsChangesNoBit() throws {
    let problem = TrainingCase(seed: 4)
    let model = try problem.fitted().classifier.model.storage
    let sums = try [1, 3].map { threads in
      try problem.features().withRows {
        try model.epochSums(
          of: $0, labels: LabelColumn(problem.classes), sampleWeights: problem.weights, threadCount: threads)
      }
    }
    #expect(sums[0].sums == sums[1].sums && sums[0].masses == sums[1].masses)
    #expect(sums[0].objective == sums[1].objective && sums[0].farthest == sums[1].farthest)
  }

  @Test func wrongPartsAreRefused() throws {
    let problem = TrainingCase(seed: 4)
    let model = try problem.fitted().classifier.model.storage
    let features = try problem.features()
    func sums(_ labels: [Int], weights: [Double]? = nil) throws -> EpochSums {
      try features.withRows {
        try model.epochSums(of: $0, labels: LabelColumn(labels), sampleWeights: weights, threadCount: 1)
      }
    }
    #expect(throws: InputError.self) { try sums([0]) }
    #expect(throws: InputError.self) { try sums(problem.classes.map { $0 + 1 }) }
    #expect(throws: InputError.self) { try sums(problem.classes, weights: [1]) }
    let nothing = try sums(problem.classes, weights: problem.classes.map { _ in 0 })
    #expect(nothing.totalMass == 0 && nothing.objective == 0)
    let found = try sums(problem.classes)
    #expect(throws: InputError.self) {
      try model.afterEpoch(sums: [], masses: found.masses, replacements: [], isLast: false)
    }
    #expect(throws: InputError.self) {
      try model.afterEpoch(
        sums: found.sums, masses: [.nan] + found.masses.dropFirst(), replacements: [], isLast: true)
    }
    var reference = TrainingOptions()
    reference.mode = .reference
    var other = try FastKMeansClassifier<Int>(reference)
    try other.fit(features, labels: problem.classes)
    let storage = try other.model.storage
    #expect(throws: ClassifierError.self) {
      try features.withRows {
        try storage.epochSums(
          of: $0, labels: LabelColumn(problem.classes), sampleWeights: nil, threadCount: 1)
      }
    }
  }
}
