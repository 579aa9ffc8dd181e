import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Foundation

/// A golden file: what the reference implementation did with some rows, step by step.
struct Golden: Decodable, Sendable {
  let name: String
  let parameters: Parameters
  let kInit: Int
  let sparseInput: Bool
  let rows: [[Float]]
  let labels: [Label]
  let steps: [Step]
  let testRows: [[Float]]
  let predictions: [Label]
  let probabilities: [[Float]]
  let classes: [Label]

  /// Options by their SPEC names; all that a golden file may set.
  struct Parameters: Decodable, Sendable {
    var kList: KList?
    var initMethod: String?
    var distance: String?
    var dtype: String?
    var soft: Bool?
    var softType: String?
    var temperature: Double?
    var lambdaPenalty: Double?
    var mergeThreshold: Double?
    var relativeMerge: Bool?
    var percentileThreshold: Double?
    var batchSize: Int?
    var minWeight: Double?
    var truncationThreshold: Double?
    var maxIters: Int?
    var tol: Double?
    var randomState: UInt64?

    enum CodingKeys: String, CodingKey {
      case kList = "k_list"
      case initMethod = "init_method"
      case distance
      case dtype
      case soft
      case softType = "soft_type"
      case temperature
      case lambdaPenalty = "lambda_penalty"
      case mergeThreshold = "merge_threshold"
      case relativeMerge = "relative_merge"
      case percentileThreshold = "percentile_threshold"
      case batchSize = "batch_size"
      case minWeight = "min_weight"
      case truncationThreshold = "truncation_threshold"
      case maxIters = "max_iters"
      case tol
      case randomState = "random_state"
    }
  }

  /// `k_list` is an object keyed by label, or an array by position.
  enum KList: Decodable, Sendable {
    case byLabel([String: Int])
    case byPosition([Int])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let table = try? container.decode([String: Int].self) {
        self = .byLabel(table)
      } else {
        self = .byPosition(try container.decode([Int].self))
      }
    }
  }

  struct Step: Decodable, Sendable {
    /// First row, and the one after the last.
    let rows: [Int]
    let initial: Initial?
    let prototypes: [[Double]]
    let labels: [Label]
    let weights: [Double]
    let shift: Double
    let mergedCount: Int
    let prototypeCount: Int

    enum CodingKeys: String, CodingKey {
      case rows, initial, prototypes, labels, weights, shift
      case mergedCount = "num_merged"
      case prototypeCount = "active_centroids"
    }
  }

  /// The prototypes that the reference seeded for the classes that this step brings.
  struct Initial: Decodable, Sendable {
    let prototypes: [[Float]]
    let labels: [Label]

    enum CodingKeys: String, CodingKey {
      case prototypes = "new_prototypes"
      case labels = "new_labels"
    }
  }

  enum CodingKeys: String, CodingKey {
    case name, parameters, steps, classes
    case kInit = "k_init"
    case sparseInput = "sparse_input"
    case rows = "X"
    case labels = "y"
    case testRows = "X_test"
    case predictions = "predict"
    case probabilities = "predict_proba"
  }

  init(contentsOf file: URL) throws {
    self = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  /// The golden files of a folder, by name.
  static func files(in folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }
      .sorted { $0.path < $1.path }
  }

  /// Rows in the form that this file asks for.
  func features(_ rows: some Collection<[Float]>) throws -> Features {
    try TestRows.features(Array(rows), isSparse: sparseInput)
  }

  /// The options of this file, in reference mode.
  func options() throws -> TrainingOptions {
    var options = TrainingOptions()
    options.mode = .reference
    options.prototypesPerClass = kInit
    let given = parameters
    switch given.kList {
    case .byLabel(let table):
      let isInteger = classes.first.map { $0.kind == .integer } ?? false
      options.prototypeCounts = .byLabel(
        Dictionary(
          uniqueKeysWithValues: table.map { key, count in
            (isInteger ? Int64(key).map(Label.integer) ?? .text(key) : .text(key), count)
          }))
    case .byPosition(let list): options.prototypeCounts = .byPosition(list)
    case nil: break
    }
    if let value = given.distance { options.distance = try Self.choice(value) }
    if let value = given.dtype { options.precision = try Self.choice(value) }
    if let value = given.soft { options.isSoft = value }
    if let value = given.softType { options.softAssignment = try Self.choice(value) }
    if let value = given.temperature { options.temperature = value }
    if let value = given.lambdaPenalty { options.otherClassPenalty = value }
    options.mergeThreshold = given.mergeThreshold
    if let value = given.relativeMerge { options.isMergeRelative = value }
    options.percentileThreshold = given.percentileThreshold
    if let value = given.batchSize { options.batchSize = value }
    if let value = given.minWeight { options.minimumMass = value }
    if let value = given.truncationThreshold { options.truncationThreshold = value }
    if let value = given.maxIters { options.maxEpochs = value }
    if let value = given.tol { options.tolerance = value }
    if let value = given.randomState { options.seed = value }
    return options
  }

  private static func choice<Choice: RawRepresentable<String>>(_ value: String) throws -> Choice {
    guard let choice = Choice(rawValue: value) else { throw UnknownChoice(value: value) }
    return choice
  }

  struct UnknownChoice: Error { let value: String }
}

extension Label: Decodable {
  /// A JSON number or string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }
}
