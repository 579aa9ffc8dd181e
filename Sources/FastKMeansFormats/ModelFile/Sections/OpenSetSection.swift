import FastKMeansCore

/// `open_set`: what tells documents of unknown classes, where rows were held out to find it; and `rejection`: the rule
/// by which the model answers "none of these", where it has one.
enum OpenSetSection {
  private enum Name {
    static let openSet = "open_set"
    static let rejection = "rejection"
  }

  /// Scores and classes of one kind of held-out documents.
  private struct SampleTensors {
    let scores: String
    let classes: String

    init(_ kind: String) {
      scores = "open_set.\(kind)_score"
      classes = "open_set.\(kind)_class"
    }

    func encode(_ sample: OpenSet.Sample, into record: inout ModelRecord) {
      record.add(Tensor(scores, sample.scores))
      record.add(Tensor(classes, sample.classIndices))
    }

    func decode(_ file: TensorFile) throws -> OpenSet.Sample {
      let scores = try file.values(scores, as: Float.self)
      return OpenSet.Sample(
        scores: scores, classIndices: try file.values(classes, as: Int32.self, shape: [scores.count]))
    }
  }

  private static let known = SampleTensors("known")
  private static let unknown = SampleTensors("unknown")

  static func encode(_ openSet: OpenSet, _ rejection: RejectionRule?, into record: inout ModelRecord) {
    known.encode(openSet.known, into: &record)
    unknown.encode(openSet.unknown, into: &record)
    record.add(
      Name.openSet,
      .sorted([
        "intercept": .number(openSet.intercept), "odds": .number(openSet.oddsWeight),
        "seen": .number(openSet.seenWeight),
      ]))
    guard let rejection else { return }
    record.add(
      Name.rejection,
      .sorted([
        "measure": .string(rejection.measure.rawValue), "rate": .number(rejection.rate),
        "per_class": .bool(rejection.isPerClass),
      ]))
  }

  /// - Returns: `nil` if the file has none.
  static func decode(_ file: TensorFile, classCount: Int) throws -> OpenSet? {
    guard let fields = try JSONFields(file, key: Name.openSet) else { return nil }
    return try checking {
      try OpenSet(
        intercept: fields.double("intercept"), oddsWeight: fields.double("odds"),
        seenWeight: fields.double("seen"), known: known.decode(file), unknown: unknown.decode(file),
        classCount: classCount)
    }
  }

  /// - Returns: `nil` if the file has none.
  static func decodeRejection(_ file: TensorFile, _ openSet: OpenSet?, classCount: Int) throws -> Rejection? {
    guard let fields = try JSONFields(file, key: Name.rejection) else { return nil }
    guard let openSet else { throw ModelFileError.Problem.missingMetadata(key: Name.openSet) }
    return try checking {
      let rule = try RejectionRule(
        fields.choice("measure"), rate: fields.double("rate"), isPerClass: fields.bool("per_class"))
      return try Rejection(rule, openSet: openSet, classCount: classCount)
    }
  }

  private static func checking<Value>(_ read: () throws -> Value) throws -> Value {
    do {
      return try read()
    } catch let error as OptionsError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }
}
