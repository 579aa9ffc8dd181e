/// How two vectors are compared.
public enum Distance: String, Sendable, CaseIterable, Codable {
  /// Rows and prototypes are scaled to unit length; similarity is their dot product.
  case cosine
  /// Similarity is `1 / (1 + squared distance)`.
  case euclidean
}

/// The number format in which prototypes are stored and multiplied. Masses and counts are 64 bit always.
public enum Precision: String, Sendable, CaseIterable, Codable {
  case float16
  case bfloat16
  case float32
  case float64

  /// Bytes a value.
  package var byteCount: Int {
    switch self {
    case .float16, .bfloat16: 2
    case .float32: 4
    case .float64: 8
    }
  }
}

/// How a soft assignment turns similarities into shares, which are then divided by the row's sum.
///
/// `m` is the mean of the row's similarities to the prototypes of its class. In mode reference there is none: `max(0, s -
/// penalty)` and `exp((s - penalty) / temperature)`.
public enum SoftAssignment: String, Sendable, CaseIterable, Codable {
  /// `max(0, s - m)`
  case linear
  /// `exp((s - top) / (temperature (top - m)))`, with the largest similarity `top`.
  case softmax
}

/// How the first prototypes of a class are chosen.
public enum Initialization: Sendable, Equatable {
  /// Distant rows of the class (Arthur and Vassilvitskii 2007), best of a few tries a step.
  case kMeansPlusPlus
  /// Distinct rows at random.
  case random
  /// These prototypes; a class without any is seeded by k-means++.
  case prototypes(Features, labels: [Label])
}

/// The number of prototypes of a class, where it differs from ``TrainingOptions/prototypesPerClass``.
public enum PrototypeCounts: Sendable, Equatable {
  case none
  /// By label; a class that is not named gets the common number.
  case byLabel([Label: Int])
  /// By position in the sorted classes; a class beyond the end gets the common number.
  case byPosition([Int])
}

/// How long to refine prototypes so that they separate classes, not only describe them.
public enum RefinementEpochs: Sendable, Equatable {
  /// As long as held-out rows, or the size of the data, suggest.
  case automatic
  /// This many epochs; 0 keeps the k-means prototypes.
  case count(Int)
}

/// Every parameter of training, as a user gives it; ``validated()`` checks it.
///
/// The comment of each property gives its name in Python, on the command line (with dashes) and in files. Limits and help
/// stand in the table of `OptionTable.swift`, and on the page `docs/options.md`.
public struct TrainingOptions: Sendable, Equatable {
  /// `k_init`: prototypes per class to start with, at least 1.
  public var prototypesPerClass = 3
  /// `k_init='auto'`: each class gets as many as its size and variety justify, and held-out rows confirm.
  public var isPrototypeCountAutomatic = false
  /// `k_bytes`: with `k_init='auto'`, the bytes that prototypes and refined weights may take at most; `nil`: no limit.
  ///
  /// If the limit is too small for the automatic counts, classes with the most documents per prototype are served
  /// first. Every class keeps at least one prototype.
  public var automaticByteLimit: Int?
  /// `k_list`: the number for some classes.
  public var prototypeCounts: PrototypeCounts = .none
  /// `init_method`: how the first prototypes of a class are chosen.
  public var initialization: Initialization = .kMeansPlusPlus
  /// `distance`: how vectors are compared.
  public var distance: Distance = .cosine
  /// `distance='auto'`: the first training chooses between the distances, and whether dense features are standardized, by
  /// the accuracy on held-out rows; a model has the distance that was chosen.
  public var isDistanceAutomatic = false
  /// `dtype`: the number format in which prototypes are stored and multiplied.
  public var precision: Precision = .float32
  /// `soft`: soft assignment; `false` gives hard k-means.
  public var isSoft = true
  /// `soft_type`: how similarities become shares, where assignment is soft.
  public var softAssignment: SoftAssignment = .linear
  /// `temperature`: divides the logits of softmax; above 0.
  public var temperature = 1.0
  /// `lambda_penalty`: taken off the similarity to prototypes of another class; 0 or more.
  ///
  /// In the default mode a document moves its own class's prototypes only, whatever the penalty.
  public var otherClassPenalty = 0.1
  /// `merge_threshold`: prototypes of a class that are closer than this are merged; `nil` merges none.
  public var mergeThreshold: Double?
  /// `relative_merge`: the threshold is a fraction of the mean distance between prototypes.
  public var isMergeRelative = false
  /// `percentile_threshold`: truncate and merge only what also lies below this quantile, 0...1.
  public var percentileThreshold: Double?
  /// `batch_size`: rows per chunk.
  public var batchSize = 10240
  /// `n_threads`: -1 means all cores.
  public var threadCount = -1
  /// `min_weight`: a prototype with no more mass than this is dead.
  public var minimumMass = 1e-3
  /// `truncation_threshold`: smaller coordinates are dropped.
  public var truncationThreshold = 1e-4
  /// `max_iters`: epochs at most.
  public var maxEpochs = 50
  /// `tol`: stop when no prototype moved further and nothing merged.
  public var tolerance = 1e-4
  /// `random_state`: seeds the random numbers; the same seed gives the same model.
  public var seed: UInt64 = 42
  /// `refine`: in the default mode; see ``RefinementEpochs``.
  ///
  /// With refinement on, prototypes start from hard clusters whatever `soft` says, because shares blur the prototypes
  /// of a class into its mean. `k_init` is then the most that a class gets: small and uniform classes get fewer.
  /// Numbers in `k_list` stay as given.
  public var refinement: RefinementEpochs = .automatic
  /// `decay`: what is left of a prototype's mass and sum after each batch; above 0, at most 1.
  public var decay = 1.0
  /// `half_life`: after how many documents of a stream (their weights, of all classes) half of a prototype's mass and
  /// sum is left, on top of `decay`; above 0, nil for never. Default mode only.
  public var halfLife: Double?
  /// `warm_start`: `fit` goes on from the prototypes that are there.
  public var isWarmStart = false
  /// `mode`: the rules that training and answers follow.
  public var mode: Mode = .default
  /// `device`: where to refine and to answer; like `n_threads`, no part of the model.
  public var device: Device = .cpu

  /// Makes options that all have their defaults.
  public init() {}
}
