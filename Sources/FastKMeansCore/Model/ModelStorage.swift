/// What a model consists of, without its label type: a value, whose copies share the scoring index.
///
/// The index is built when it is first needed.
package struct ModelStorage: Sendable {
  package private(set) var options: ValidatedOptions
  package let classes: ClassDictionary
  /// Exact prototypes; truncation and low precision apply to the scoring index only.
  package let prototypes: PrototypeSet
  /// Class `c` has prototypes `classStarts[c] ..< classStarts[c + 1]`.
  package let classStarts: [Int]
  /// What refinement made of the prototypes, and what scoring uses then; nil if it was off or no better.
  package var refined: RefinedWeights? {
    didSet { forgetIndex() }
  }
  /// nil where nothing was held out to calibrate on.
  package var calibration: Calibration?
  /// nil where nothing was held out to tell unknown classes by.
  package var openSet: OpenSet?
  /// When to answer "none of these"; nil: only to documents without any known feature.
  package var rejection: Rejection?
  /// What dense rows are read relative to, prototypes among them; nil: as they are.
  package let frame: FeatureFrame?
  /// Batches learned so far; a learner that goes on draws its random numbers from there.
  package var batchCount: UInt64
  /// Squared length of each prototype; empty for cosine similarity.
  package let squaredNorms: [Double]
  private var cachedIndex = OnDemand<ScoringIndex>()
  private var cachedAnswering = OnDemand<DeviceAnswering>()
  private var cachedTruncation = OnDemand<Float>()
  private var cachedKnownFeatures = OnDemand<[Bool]>()
  private let cachedPriors = OnDemand<Priors>()

  package init(
    options: ValidatedOptions, classes: ClassDictionary, prototypes: PrototypeSet, batchCount: UInt64,
    calibration: Calibration? = nil, refined: RefinedWeights? = nil, openSet: OpenSet? = nil,
    rejection: Rejection? = nil, frame: FeatureFrame? = nil
  ) {
    self.options = options
    self.classes = classes
    self.prototypes = prototypes
    self.batchCount = batchCount
    self.calibration = calibration
    self.refined = refined
    self.openSet = openSet
    self.rejection = rejection
    self.frame = frame
    classStarts = prototypes.classStarts(classCount: classes.count)
    squaredNorms =
      options.options.distance == .cosine
      ? [] : (0..<prototypes.count).map { prototypes.vector($0).squaredNorm }
  }

  package var settings: TrainingOptions { options.options }

  /// The same model for another device.
  package func on(_ device: Device) throws -> ModelStorage {
    var settings = settings
    settings.device = device
    var copy = self
    copy.options = try settings.validated()
    copy.cachedAnswering = OnDemand()
    return copy
  }

  private mutating func forgetIndex() {
    cachedIndex = OnDemand()
    cachedAnswering = OnDemand()
    cachedTruncation = OnDemand()
    cachedKnownFeatures = OnDemand()
  }
}

extension ModelStorage {
  /// What a model says of a document of which it knows nothing.
  package struct Priors: Sendable {
    /// Of each class: its share of the training weight.
    package let shares: [Float]
    /// Classes by falling share, equal ones by their index.
    let order: [Int]
  }

  /// - Complexity: O(prototypes) once, and O(C log C) for C classes.
  package var priors: Priors {
    cachedPriors.value {
      var masses = [Double](repeating: 0, count: classes.count)
      for (index, mass) in zip(prototypes.classIndices, prototypes.masses) { masses[Int(index)] += mass }
      let total = masses.reduce(0, +)
      let shares = masses.map { total > 0 ? Float($0 / total) : 1 / Float(masses.count) }
      return Priors(shares: shares, order: shares.indices.sorted { (-shares[$0], $0) < (-shares[$1], $1) })
    }
  }

  /// Whether no prototype has anything to multiply a row's values with: a text without a known word, or a row of zeros.
  ///
  /// - Parameter rows: in the model's frame.
  /// - Complexity: O(values of the row), and once O(stored values).
  func isUnknown(_ row: Int, of rows: FeatureRows) -> Bool {
    guard settings.distance == .cosine, !settings.mode.sumsShares else { return false }
    let known = knownFeatures
    switch rows {
    case .dense(let rows):
      return rows.withValues(of: row) { values in !values.indices.contains { values[$0] != 0 && known[$0] } }
    case .sparse(let rows):
      return rows.withRow(row) { columns, values in
        !columns.indices.contains { values[$0] != 0 && known[Int(columns[$0])] }
      }
    }
  }

  private var knownFeatures: [Bool] {
    cachedKnownFeatures.value {
      let scored = scoredPrototypes
      let width = scored.set.featureCount
      var known = [Bool](repeating: false, count: width)
      func note(_ value: Double, _ column: Int) {
        if value != 0, Float(value).magnitude >= scored.truncation { known[column] = true }
      }
      switch scored.set.rows {
      case .dense(let values):
        for position in 0..<values.count { note(values[position], position % width) }
      case .sparse(_, let columns, let values):
        for (position, column) in columns.enumerated() { note(values[position], Int(column)) }
      }
      return known
    }
  }
}

extension ModelStorage {
  /// The index that answers for this model.
  package func index() throws -> ScoringIndex { try cachedIndex.value { try makeIndex() } }

  /// A new index that nothing else uses.
  ///
  /// - Parameters:
  ///   - method: nil: what suits the shape.
  package func makeIndex(method: ScoringIndex.Method? = nil) throws -> ScoringIndex {
    let scored = scoredPrototypes
    return try ScoringIndex(
      prototypes: scored.set, biases: scored.biases, classCount: scored.classCount, method: method,
      truncation: scored.truncation, workers: Parallel.workerCount(settings.threadCount))
  }

  /// Who answers for this model: the index, or the device that the options name.
  package func scoring() throws -> any DocumentScoring {
    guard settings.device != .cpu else { return try index() }
    return try cachedAnswering.value {
      try DeviceAnswering(settings.device, prototypes: scoredPrototypes) { try index() }
    }.scoring
  }

  package var deviceWarnings: [DeviceWarning] { cachedAnswering.existing?.warnings ?? [] }

  /// Refined weights where there are any, else the centres without their truncated coordinates.
  private var scoredPrototypes: ScoredPrototypes {
    guard let refined else {
      return ScoredPrototypes(
        set: prototypes, biases: biases(), classCount: classes.count, truncation: scoringTruncation)
    }
    return ScoredPrototypes(set: refined.weights, biases: refined.biases, classCount: classes.count)
  }

  /// Euclidean: ranking by x.c - |c|^2 / 2 is ranking by distance.
  private func biases() -> [Float]? {
    guard settings.distance == .euclidean else { return nil }
    return squaredNorms.map { Float(-$0 / 2) }
  }

  /// The magnitude below which coordinates are left out of scoring; 0 with refined weights.
  private var scoringTruncation: Float {
    cachedTruncation.value { refined == nil ? Self.truncation(of: prototypes, settings) : 0 }
  }

  /// The magnitude below which coordinates of centres are left out of scoring.
  private static func truncation(of prototypes: PrototypeSet, _ settings: TrainingOptions) -> Float {
    guard !settings.mode.isTruncatedInTraining, settings.truncationThreshold > 0 else { return 0 }
    guard let share = settings.percentileThreshold else { return Float(settings.truncationThreshold) }
    let values = prototypes.values
    let magnitudes = (0..<values.count).lazy.map { abs(values[$0]) }.filter { $0 > 1e-6 }
    guard !magnitudes.isEmpty else { return 0 }
    return Float(min(settings.truncationThreshold, Quantile.linear(Array(magnitudes), share)))
  }

  /// What scoring multiplies a document's value with: refined weights where there are any, else the centre without
  /// its truncated coordinates.
  package func scoringWeight(of prototype: Int, column: UInt32) -> Double {
    if let refined { return refined.weights.value(prototype, column: column) }
    let value = prototypes.value(prototype, column: column)
    return Float(value).magnitude >= scoringTruncation ? value : 0
  }

  /// What scoring adds whatever the document.
  package func scoringBias(of prototype: Int) -> Double {
    if let refined { return Double(refined.biases?[prototype] ?? 0) }
    return settings.distance == .euclidean ? Double(Float(-squaredNorms[prototype] / 2)) : 0
  }
}
