import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct LearningStateTests {
  /// A problem for streams, with refinement every other time.
  static func problem(_ seed: UInt64) -> TrainingCase {
    var problem = DeterminismTests.problem(seed, mode: .default)
    problem.options.decay = [1, 0.9][Int(seed % 2)]
    if seed % 3 == 0 { problem.options.halfLife = 40 }
    if seed % 4 < 2 { problem.options.refinement = .count(2) }
    return problem
  }

  @Test func restoringIsAsNeverHavingStopped() throws {
    var refined = 0
    for seed in 0..<40 as Range<UInt64> {
      var problem = Self.problem(seed)
      problem.options.threadCount = 1
      var steady = try FastKMeansClassifier<Int>(problem.options)
      for batch in StreamTests.split(problem) + StreamTests.split(problem) + StreamTests.split(problem) {
        var state = steady.learningState
        state.options.threadCount = 3
        var restored = try FastKMeansClassifier<Int>(resuming: state)
        #expect(restored.learningState.columns == state.columns, "seed \(seed)")
        try StreamTests.learn(problem, batch, &steady)
        try StreamTests.learn(problem, batch, &restored)
        #expect(restored.learningState.columns == steady.learningState.columns, "seed \(seed)")
        #expect(try restored.model.prototypes.bits == steady.model.prototypes.bits, "seed \(seed)")
        #expect(restored.learner.refined == steady.learner.refined)
        if steady.learner.refined != nil { refined += 1 }
      }
    }
    #expect(refined > 20)
  }

  @Test func aStateAfterFitGoesOn() throws {
    for seed in 0..<12 as Range<UInt64> {
      let problem = Self.problem(seed)
      var steady = try FastKMeansClassifier<Int>(problem.options)
      try steady.fit(problem.features(), labels: problem.classes, sampleWeights: problem.weights)
      var restored = try FastKMeansClassifier<Int>(resuming: steady.learningState)
      for batch in StreamTests.split(problem) {
        try StreamTests.learn(problem, batch, &steady)
        try StreamTests.learn(problem, batch, &restored)
      }
      #expect(restored.learningState == steady.learningState, "seed \(seed)")
    }
  }

  /// A classifier that knows what unknown classes look like, and rejects by a rule.
  static func rejecting() throws -> (classifier: FastKMeansClassifier<Int>, rows: Features, labels: [Int]) {
    let drawn = TestRows.clustered(rows: 600, width: 40, classes: 6, subtopics: 1, density: 0.3, seed: 3)
    let rows = try TestRows.features(drawn.rows, isSparse: true)
    var options = TrainingOptions()
    options.threadCount = 1
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(rows, labels: drawn.classes)
    let model = try classifier.model.rejecting(falseAcceptRate: 0.1)
    return (FastKMeansClassifier(resuming: model), rows, drawn.classes)
  }

  /// A stream teaches nothing about unknown classes, and must not lose what a fit has found out about them.
  @Test func whatTellsUnknownClassesSurvives() throws {
    var (steady, rows, labels) = try Self.rejecting()
    var restored = try FastKMeansClassifier<Int>(resuming: steady.learningState)
    try steady.learn(rows, labels: labels)
    try restored.learn(rows, labels: labels)
    #expect(restored.learningState == steady.learningState)
    let (one, other) = (try steady.model, try restored.model)
    #expect(one.openSet != nil && one.openSet == other.openSet)
    #expect(one.rejection != nil && one.rejection == other.rejection)
    #expect(one.storage.rejection == other.storage.rejection)
    labels = []
  }

  @Test func ofWhatTellsUnknownClassesDamageIsRefused() throws {
    let state = try Self.rejecting().classifier.learningState
    let names = state.columns.map(\.name).filter { $0.hasPrefix("open_set") || $0 == "rejection" }
    #expect(names.count == 6)
    for name in names {
      let index = try #require(state.columns.firstIndex { $0.name == name })
      var changed = state
      changed.columns[index].values = Self.longer(state.columns[index].values)
      #expect(throws: LearningStateError.self, "longer \(name)") {
        try FastKMeansClassifier<Int>(resuming: changed)
      }
      changed.columns[index].values = try #require(Self.damaged(state.columns[index].values))
      #expect(throws: LearningStateError.self, "broken \(name)") {
        try FastKMeansClassifier<Int>(resuming: changed)
      }
      // Without its rule a model only rejects less.
      guard name != "rejection" else { continue }
      changed.columns.remove(at: index)
      #expect(throws: LearningStateError.self, "without \(name)") {
        try FastKMeansClassifier<Int>(resuming: changed)
      }
    }
  }

  /// A progress handler only listens: documents are assigned earlier then, with the same result.
  @Test func listeningChangesNothing() throws {
    for seed in 0..<20 as Range<UInt64> {
      let problem = Self.problem(seed)
      var (silent, heard) = (
        try FastKMeansClassifier<Int>(problem.options), try FastKMeansClassifier<Int>(problem.options)
      )
      for batch in StreamTests.split(problem) + StreamTests.split(problem) {
        let rows = try problem.features().selectingRows(batch)
        let labels = Array(problem.classes[batch])
        let weights = problem.weights.map { Array($0[batch]) }
        let one = try silent.learn(rows, labels: labels, sampleWeights: weights)
        let other = try heard.learn(rows, labels: labels, sampleWeights: weights) { _ in }
        #expect(one == other, "seed \(seed)")
      }
      #expect(silent.learningState == heard.learningState, "seed \(seed)")
    }
  }

  @Test func storedValuesAreCountedWhateverKeepsThem() throws {
    var classifier = try FastKMeansClassifier<Int>(TrainingOptions.prototypesOnly)
    #expect(classifier.learner.storedValueCount == 0)
    try classifier.learn(TestRows.features([[1, 0, 2], [0, 1, 0]], isSparse: true), labels: [0, 1])
    #expect(classifier.learner.storedValueCount == 3)
    let resumed = FastKMeansClassifier<Int>(resuming: try classifier.model)
    #expect(resumed.learner.storedValueCount == 3)
  }

  @Test func aCopyLearnsOnItsOwn() throws {
    let problem = Self.problem(1)
    var original = try FastKMeansClassifier<Int>(problem.options)
    let batch = 0..<problem.rows.count
    try StreamTests.learn(problem, batch, &original)
    let before = original.learningState
    var copy = original
    try StreamTests.learn(problem, batch, &copy)
    #expect(original.learningState == before)
    #expect(copy.learningState != before)
  }

  @Test func damageIsRefusedByName() throws {
    for seed in [0, 1, 2, 3] as [UInt64] {
      let problem = Self.problem(seed)
      var classifier = try FastKMeansClassifier<Int>(problem.options)
      try StreamTests.learn(problem, 0..<problem.rows.count, &classifier)
      let state = classifier.learningState
      for index in state.columns.indices {
        let name = state.columns[index].name
        var cut = state
        cut.columns.remove(at: index)
        // Refined weights are one group, which may be missing as a whole.
        if name != "stream.weight" {
          #expect(throws: LearningStateError.self, "without \(name)") {
            try FastKMeansClassifier<Int>(resuming: cut)
          }
        }
        var longer = state
        longer.columns[index].values = Self.longer(state.columns[index].values)
        #expect(throws: LearningStateError.self, "longer \(name)") {
          try FastKMeansClassifier<Int>(resuming: longer)
        }
        guard let bad = Self.damaged(state.columns[index].values) else { continue }
        var broken = state
        broken.columns[index].values = bad
        #expect(throws: LearningStateError.self, "broken \(name)") {
          try FastKMeansClassifier<Int>(resuming: broken)
        }
      }
      var twice = state
      twice.columns.append(state.columns[0])
      #expect(throws: LearningStateError.self) { try FastKMeansClassifier<Int>(resuming: twice) }
      var newer = state
      newer.version = LearningState.currentVersion + 1
      #expect(throws: LearningStateError.self) { try FastKMeansClassifier<Int>(resuming: newer) }
      #expect(throws: ClassifierError.self) { try FastKMeansClassifier<String>(resuming: state) }
    }
  }

  private static func longer(_ values: LearningState.Values) -> LearningState.Values {
    switch values {
    case .integers(let values): .integers(values + [1])
    case .indices(let values): .indices(values + [0])
    case .singles(let values): .singles(values + [0])
    case .doubles(let values): .doubles(values + [0])
    }
  }

  /// The first entry made one that no learner has; nil for an empty column.
  private static func damaged(_ values: LearningState.Values) -> LearningState.Values? {
    guard values.count > 0 else { return nil }
    switch values {
    case .integers(let values): return .integers([-7] + values.dropFirst())
    case .indices(let values): return .indices([.max] + values.dropFirst())
    case .singles(let values): return .singles([.nan] + values.dropFirst())
    case .doubles(let values): return .doubles([.infinity] + values.dropFirst())
    }
  }
}
