import FastKMeansCore
import FastKMeansReference

/// `options`: what the model was trained with, as JSON, by the names that Python and the command line use.
package enum OptionsSection {
  static let key = "options"
  private static let seedingKey = "init_method"
  private static let limitKey = "k_bytes"
  private static let countsKey = "k_list"
  private static let automatic = JSON.string("auto")

  package static func encode(_ options: TrainingOptions) -> JSON {
    var values: [String: JSON] = [
      "k_init": options.isPrototypeCountAutomatic ? automatic : .integer(options.prototypesPerClass),
      countsKey: counts(options.prototypeCounts),
      seedingKey: .string(Seeding(options.initialization).rawValue),
      "distance": .string(options.distance.rawValue),
      "dtype": .string(options.precision.rawValue),
      "soft": .bool(options.isSoft),
      "soft_type": .string(options.softAssignment.rawValue),
      "temperature": .number(options.temperature),
      "lambda_penalty": .number(options.otherClassPenalty),
      "merge_threshold": options.mergeThreshold.map { .number($0) } ?? .null,
      "relative_merge": .bool(options.isMergeRelative),
      "percentile_threshold": options.percentileThreshold.map { .number($0) } ?? .null,
      "batch_size": .integer(options.batchSize),
      // Whoever reads the model has other cores; and the bytes must not depend on the number of threads.
      "n_threads": .integer(-1),
      "min_weight": .number(options.minimumMass),
      "truncation_threshold": .number(options.truncationThreshold),
      "max_iters": .integer(options.maxEpochs),
      "tol": .number(options.tolerance),
      "random_state": .integer(options.seed),
      "refine": refinement(options.refinement),
      "decay": .number(options.decay),
      "warm_start": .bool(options.isWarmStart),
      "mode": .string(options.mode.rawValue),
    ]
    // Left out where it is not used, so that such files stay as they were.
    if let halfLife = options.halfLife { values["half_life"] = .number(halfLife) }
    // Younger than version 1.0, and so left out where it says nothing.
    if let limit = options.automaticByteLimit { values[limitKey] = .integer(limit) }
    return .sorted(values)
  }

  static func decode(_ file: TensorFile, threadCount: Int) throws -> ValidatedOptions {
    guard let fields = try JSONFields(file, key: key) else {
      throw ModelFileError.Problem.missingMetadata(key: key)
    }
    return try decode(fields, threadCount: threadCount)
  }

  static func decode(_ fields: JSONFields, threadCount: Int) throws -> ValidatedOptions {
    var options = TrainingOptions()
    options.isPrototypeCountAutomatic = try fields.value("k_init") == automatic
    if !options.isPrototypeCountAutomatic { options.prototypesPerClass = try fields.integer("k_init") }
    options.automaticByteLimit = try fields.integerIfPresent(limitKey)
    options.prototypeCounts = try counts(fields)
    options.initialization = (try fields.choice(seedingKey) as Seeding).initialization
    options.distance = try fields.choice("distance")
    options.precision = try fields.choice("dtype")
    options.isSoft = try fields.bool("soft")
    options.softAssignment = try fields.choice("soft_type")
    options.temperature = try fields.double("temperature")
    options.otherClassPenalty = try fields.double("lambda_penalty")
    options.mergeThreshold = try fields.optionalDouble("merge_threshold")
    options.isMergeRelative = try fields.bool("relative_merge")
    options.percentileThreshold = try fields.optionalDouble("percentile_threshold")
    options.batchSize = try fields.integer("batch_size")
    options.threadCount = threadCount
    options.minimumMass = try fields.double("min_weight")
    options.truncationThreshold = try fields.double("truncation_threshold")
    options.maxEpochs = try fields.integer("max_iters")
    options.tolerance = try fields.double("tol")
    options.seed = try fields.integer("random_state")
    options.refinement =
      try fields.value("refine") == automatic ? .automatic : .count(fields.integer("refine"))
    options.decay = try fields.double("decay")
    options.halfLife = try fields.doubleIfPresent("half_life")
    options.isWarmStart = try fields.bool("warm_start")
    options.mode = try fields.choice("mode")
    do {
      return try options.validated()
    } catch {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }
}

extension OptionsSection {
  /// The names of the ways to start.
  private enum Seeding: String, CaseIterable {
    case kMeansPlusPlus = "kmeans++"
    case random
    /// Prototypes that the caller gave. They are not stored: the classes they were for have learned from
    /// them, and a class that is new to a loaded model is seeded by k-means++.
    case given

    init(_ initialization: Initialization) {
      switch initialization {
      case .kMeansPlusPlus: self = .kMeansPlusPlus
      case .random: self = .random
      case .prototypes: self = .given
      }
    }

    var initialization: Initialization { self == .random ? .random : .kMeansPlusPlus }
  }

  private static func refinement(_ epochs: RefinementEpochs) -> JSON {
    switch epochs {
    case .automatic: automatic
    case .count(let count): .integer(count)
    }
  }

  /// A list for counts by position; for counts by label a list of pairs, for a label's type must be kept.
  private static func counts(_ counts: PrototypeCounts) -> JSON {
    switch counts {
    case .none: .null
    case .byPosition(let list): list.isEmpty ? .null : .array(list.map { .integer($0) })
    case .byLabel(let table):
      table.isEmpty
        ? .null
        : .array(table.sorted { $0.key < $1.key }.map { .array([value(of: $0.key), .integer($0.value)]) })
    }
  }

  private static func value(of label: Label) -> JSON {
    switch label {
    case .integer(let value): .integer(value)
    case .text(let text): .string(text)
    }
  }

  private static func counts(_ fields: JSONFields) throws -> PrototypeCounts {
    let found = try fields.value(countsKey)
    if found == .null { return .none }
    let problem = fields.problem(
      countsKey, expected: "null, whole numbers, or pairs of a label and a whole number", found: found)
    guard case .array(let values) = found else { throw problem }
    let list = values.compactMap { $0.integer(Int.self) }
    if list.count == values.count { return .byPosition(list) }
    var table: [Label: Int] = [:]
    for value in values {
      guard case .array(let pair) = value, pair.count == 2, let label = label(pair[0]),
        let count = pair[1].integer(Int.self), table.updateValue(count, forKey: label) == nil
      else { throw problem }
    }
    return .byLabel(table)
  }

  private static func label(_ value: JSON) -> Label? {
    if case .string(let text) = value { return .text(text) }
    return value.integer(Int64.self).map(Label.integer)
  }
}
