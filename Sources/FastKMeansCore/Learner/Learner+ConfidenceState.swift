/// What a learner knows about its own confidence, as columns and back: a stream does not change it, and must not lose it.
extension Learner {
  private typealias Name = LearningState.Column.Name

  func addConfidence(to columns: inout [LearningState.Column]) {
    func add(_ name: String, _ values: LearningState.Values) { columns.append(.init(name, values)) }
    if let calibration {
      add(
        Name.calibration,
        .doubles([calibration.intercept, calibration.slope, calibration.sharpness, calibration.crowding]))
      if let reach = calibration.reach { add(Name.reach, .doubles([reach])) }
      if let truths = calibration.truths {
        add(Name.truths, .singles(truths.probabilities))
        add(Name.truthClasses, .indices(truths.classIndices.map { UInt32($0) }))
      }
    }
    if let openSet {
      add(Name.openSet, .doubles([openSet.intercept, openSet.oddsWeight, openSet.seenWeight]))
      add(Name.knownScores, .singles(openSet.known.scores))
      add(Name.knownClasses, .indices(openSet.known.classIndices.map { UInt32($0) }))
      add(Name.unknownScores, .singles(openSet.unknown.scores))
      add(Name.unknownClasses, .indices(openSet.unknown.classIndices.map { UInt32($0) }))
    }
    if let rejection {
      add(
        Name.rejection,
        .doubles([rejection.measure == .falseAccept ? 1 : 0, rejection.rate, rejection.isPerClass ? 1 : 0]))
    }
  }

  /// - Throws: ``LearningStateError``.
  mutating func takeConfidence(_ reader: LearningState.Reader) throws {
    calibration = try Self.calibration(reader, classCount: classes.count)
    openSet = try Self.openSet(reader, classCount: classes.count)
    rejection = try Self.rejection(reader)
    guard rejection != nil else { return }
    guard openSet != nil else { throw LearningStateError(Name.openSet, "a rule to reject by needs it") }
    try Self.checking(Name.rejection) { _ = try rejectionThresholds() }
  }

  private static func calibration(
    _ reader: LearningState.Reader, classCount: Int
  ) throws -> Calibration? {
    guard reader.has(Name.calibration) else { return nil }
    let numbers = try reader.doubles(Name.calibration, count: 4)
    let reach = reader.has(Name.reach) ? try reader.doubles(Name.reach, count: 1)[0] : nil
    var calibration = try checking(Name.calibration) {
      try Calibration(
        intercept: numbers[0], slope: numbers[1], sharpness: numbers[2], crowding: numbers[3], reach: reach)
    }
    guard reader.has(Name.truths) else { return calibration }
    let probabilities = try reader.singles(Name.truths)
    let found = try reader.indices(Name.truthClasses, count: probabilities.count)
    calibration.truths = try checking(Name.truths) {
      try TruthScores(
        probabilities, classIndices: found.map { Int32(clamping: $0) }, classCount: classCount)
    }
    return calibration
  }

  private static func openSet(_ reader: LearningState.Reader, classCount: Int) throws -> OpenSet? {
    guard reader.has(Name.openSet) else { return nil }
    let numbers = try reader.doubles(Name.openSet, count: 3)
    func sample(_ scores: String, _ classes: String) throws -> OpenSet.Sample {
      let scores = try reader.singles(scores)
      let found = try reader.indices(classes, count: scores.count)
      return OpenSet.Sample(scores: scores, classIndices: found.map { Int32(clamping: $0) })
    }
    let known = try sample(Name.knownScores, Name.knownClasses)
    let unknown = try sample(Name.unknownScores, Name.unknownClasses)
    return try checking(Name.openSet) {
      try OpenSet(
        intercept: numbers[0], oddsWeight: numbers[1], seenWeight: numbers[2], known: known,
        unknown: unknown, classCount: classCount)
    }
  }

  private static func rejection(_ reader: LearningState.Reader) throws -> RejectionRule? {
    guard reader.has(Name.rejection) else { return nil }
    let numbers = try reader.doubles(Name.rejection, count: 3)
    guard [0, 1].contains(numbers[0]), [0, 1].contains(numbers[2]) else {
      throw LearningStateError(Name.rejection, "no such measure or scope: \(numbers)")
    }
    return try checking(Name.rejection) {
      try RejectionRule(
        numbers[0] == 1 ? .falseAccept : .falseReject, rate: numbers[1], isPerClass: numbers[2] == 1)
    }
  }

  private static func checking<Value>(_ name: String, _ make: () throws -> Value) throws -> Value {
    do {
      return try make()
    } catch let error as OptionsError {
      throw LearningStateError(name, error.description)
    }
  }
}

extension OpenSet {
  /// The same with other class indices; documents of classes that have none any more are left out.
  ///
  /// - Returns: nil where no document of the one or the other kind is left.
  func renumbered(_ index: (Int) -> Int?) -> OpenSet? {
    func renumbered(_ sample: Sample) -> Sample {
      var kept = Sample()
      for (score, classIndex) in zip(sample.scores, sample.classIndices) {
        guard let new = index(Int(classIndex)) else { continue }
        kept.scores.append(score)
        kept.classIndices.append(Int32(new))
      }
      return kept
    }
    let (known, unknown) = (renumbered(known), renumbered(unknown))
    guard !known.scores.isEmpty, !unknown.scores.isEmpty else { return nil }
    return OpenSet(
      unchecked: intercept, oddsWeight: oddsWeight, seenWeight: seenWeight, known: known, unknown: unknown)
  }
}
