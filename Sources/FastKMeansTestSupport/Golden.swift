import FastKMeans
import Foundation

/// A golden file: what the reference implementation did with some rows, step by step.
public struct Golden: Decodable, Sendable {
  public let name: String
  public let parameters: Parameters
  public let kInit: Int
  public let sparseInput: Bool
  public let rows: [[Float]]
  public let labels: [Label]
  public let steps: [Step]
  public let testRows: [[Float]]
  public let predictions: [Label]
  public let probabilities: [[Float]]
  public let classes: [Label]

  /// Options by their SPEC names; all that a golden file may set.
  public struct Parameters: Decodable, Sendable {
    public var k_list: KList?
    public var init_method: String?
    public var distance: String?
    public var dtype: String?
    public var soft: Bool?
    public var soft_type: String?
    public var temperature: Double?
    public var lambda_penalty: Double?
    public var merge_threshold: Double?
    public var relative_merge: Bool?
    public var percentile_threshold: Double?
    public var batch_size: Int?
    public var min_weight: Double?
    public var truncation_threshold: Double?
    public var max_iters: Int?
    public var tol: Double?
    public var random_state: UInt64?
  }

  /// `k_list` is an object keyed by label, or an array by position.
  public enum KList: Decodable, Sendable {
    case byLabel([String: Int])
    case byPosition([Int])

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let table = try? container.decode([String: Int].self) {
        self = .byLabel(table)
      } else {
        self = .byPosition(try container.decode([Int].self))
      }
    }
  }

  public struct Step: Decodable, Sendable {
    /// First row, and the one after the last.
    public let rows: [Int]
    public let initial: Initial?
    public let prototypes: [[Double]]
    public let labels: [Label]
    public let weights: [Double]
    public let shift: Double
    public let num_merged: Int
    public let active_centroids: Int
  }

  /// The prototypes that the reference seeded for the classes that this step brings.
  public struct Initial: Decodable, Sendable {
    public let new_prototypes: [[Float]]
    public let new_labels: [Label]
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

  public init(contentsOf file: URL) throws {
    self = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  /// The golden files of a folder, by name.
  public static func files(in folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }
      .sorted { $0.path < $1.path }
  }

  /// Rows in the form that this file asks for.
  public func features(_ rows: some Collection<[Float]>) throws -> Features {
    try TestRows.features(Array(rows), isSparse: sparseInput)
  }

  /// The options of this file, in reference mode.
  public func options() throws -> TrainingOptions {
    var options = TrainingOptions()
    options.mode = .reference
    options.prototypesPerClass = kInit
    let given = parameters
    switch given.k_list {
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
    if let value = given.soft_type { options.softAssignment = try Self.choice(value) }
    if let value = given.temperature { options.temperature = value }
    if let value = given.lambda_penalty { options.otherClassPenalty = value }
    options.mergeThreshold = given.merge_threshold
    if let value = given.relative_merge { options.isMergeRelative = value }
    options.percentileThreshold = given.percentile_threshold
    if let value = given.batch_size { options.batchSize = value }
    if let value = given.min_weight { options.minimumMass = value }
    if let value = given.truncation_threshold { options.truncationThreshold = value }
    if let value = given.max_iters { options.maxEpochs = value }
    if let value = given.tol { options.tolerance = value }
    if let value = given.random_state { options.seed = value }
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
