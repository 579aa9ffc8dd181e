/// The learning state without its label type: prototypes by class, options, and what has been seen.
///
/// A value: every call works on a copy of what it changes and puts it in place when all is done, so that a call
/// that fails or is cancelled leaves nothing behind.
package struct Learner: Sendable {
  package private(set) var options: ValidatedOptions
  package private(set) var classes = ClassDictionary()
  /// Of each class index.
  package private(set) var prototypes: [[Prototype]] = []
  /// nil until something has been learned.
  package private(set) var featureCount: Int?
  package private(set) var isSparse = true
  /// Batches learned; each draws its own random numbers.
  package private(set) var batchCount: UInt64 = 0
  /// What refinement made of the prototypes; nil if it was off or no better.
  package private(set) var refined: RefinedWeights?
  package private(set) var calibration: Calibration?
  /// What held-out documents say about documents of unknown classes; nil where they say nothing.
  package private(set) var openSet: OpenSet?
  /// When the model is to answer "none of these"; a new fit forgets it.
  package private(set) var rejection: RejectionRule?

  package init(options: ValidatedOptions) { self.options = options }

  /// Goes on from a model.
  package init(resuming model: ModelStorage) {
    options = model.options
    classes = model.classes
    featureCount = model.prototypes.featureCount
    isSparse = model.prototypes.isSparse
    prototypes = model.prototypes.learnerPrototypes(classCount: model.classes.count)
    batchCount = model.batchCount
    refined = model.refinedWeights()
    calibration = model.calibration
    openSet = model.openSet
    rejection = model.rejection?.rule
  }

  private var settings: TrainingOptions { options.options }

  /// An immutable copy of what has been learned.
  package func model() throws -> ModelStorage {
    guard let featureCount, !prototypes.isEmpty else { throw ClassifierError.notFitted }
    let set = PrototypeSet(
      prototypes, featureCount: featureCount, isSparse: isSparse, precision: settings.precision)
    return ModelStorage(
      options: options, classes: classes, prototypes: set, batchCount: batchCount, calibration: calibration,
      refined: refined.map { refined in
        RefinedPrototypes(refined, of: set, isSparse: isSparse, precision: settings.precision)
      },
      openSet: openSet, rejection: try rejectionThresholds())
  }

  /// Classes that came after the rule was named have thresholds too.
  private func rejectionThresholds() throws(OptionsError) -> Rejection? {
    guard let rejection, let openSet else { return nil }
    return try Rejection(rejection, openSet: openSet, classCount: classes.count)
  }

  /// Learns from all rows, forgetting what was learned before (unless `warm_start` is set).
  package mutating func fit(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, progress: ProgressHandler?
  ) throws -> TrainingReport {
    var next = settings.isWarmStart ? self : Learner(options: options)
    let reporter = ProgressReporter(progress)
    let report = try reporter.run {
      let input = try next.prepare(rows, labels: labels, sampleWeights: sampleWeights)
      guard next.classes.count > 1 else {
        throw InputError.oneClassOnly(label: next.classes.labels.first?.description ?? "")
      }
      if settings.distance == .cosine, !input.hasDirections {
        throw InputError.allRowsZero
      }
      return try next.fit(rows, input, reporter)
    }
    self = next
    return report
  }

  /// Learns from one batch; labels not seen before become classes.
  ///
  /// - Parameters:
  ///   - initialization: how this batch's new classes start, in place of the option.
  package mutating func fitBatch(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, initialization: Initialization? = nil,
    progress: ProgressHandler?
  ) throws -> TrainingReport {
    var next = self
    if let initialization {
      var settings = self.settings
      settings.initialization = initialization
      next.options = try settings.validated()
    }
    let reporter = ProgressReporter(progress)
    let report = try reporter.run {
      let input = try next.prepare(rows, labels: labels, sampleWeights: sampleWeights)
      return try next.learnBatch(rows, input, reporter)
    }
    next.options = options
    self = next
    return report
  }
}

extension Learner {
  /// Input that has been checked against the state, in the form that training takes.
  private struct Input {
    var classIndices: [Int32]
    var partition: ClassPartition
    var norms: RowNorms
    var weights: [Float]?
    var wanted: [Int]
    var newClasses: [Label]

    /// Whether any row that counts has a length.
    var hasDirections: Bool {
      classIndices.indices.contains { classIndices[$0] >= 0 && norms.squaredNorms[$0] > 0 }
    }
  }

  private mutating func prepare(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?
  ) throws -> Input {
    guard rows.rowCount > 0 else { throw InputError.noRows }
    guard rows.rowCount <= Int(Int32.max) else {
      throw InputError.badShape("\(rows.rowCount) rows; a call takes at most 2^31 - 1")
    }
    guard labels.count == rows.rowCount else {
      throw InputError.lengthMismatch(what: "labels", expected: rows.rowCount, found: labels.count)
    }
    try checkFeatures(rows)
    let weights = try checkedWeights(sampleWeights, rowCount: rows.rowCount)
    let knownCount = classes.count
    // Rows of weight 0 are as good as absent; they bring no class.
    let present = weights.map { weights in labels.selectingRows(weights.indices.filter { weights[$0] > 0 }) }
    _ = try classes.encode(present ?? labels)
    let table = classes.lookUp(labels.labels)
    let classIndices = labels.indices.enumerated().map { row, index in
      weights.map { $0[row] > 0 } ?? true ? table[Int(index)] : -1
    }
    while prototypes.count < classes.count { prototypes.append([]) }
    return Input(
      classIndices: classIndices,
      partition: ClassPartition(classes: classIndices, classCount: classes.count),
      norms: try RowNorms(
        of: rows, distance: settings.distance, workers: Parallel.workerCount(settings.threadCount)),
      weights: weights, wanted: wantedCounts(), newClasses: Array(classes.labels[knownCount...]))
  }

  private mutating func checkFeatures(_ rows: FeatureRows) throws {
    let sparse = if case .sparse = rows { true } else { false }
    guard let known = featureCount else {
      guard rows.columnCount > 0 else {
        throw InputError.badShape("\(rows.rowCount) rows without any feature")
      }
      featureCount = rows.columnCount
      isSparse = sparse
      return
    }
    guard rows.columnCount == known else {
      throw InputError.featureCountMismatch(expected: known, found: rows.columnCount)
    }
    guard sparse == isSparse else {
      throw InputError.wrongKindOfInput(
        expected: isSparse ? "sparse rows" : "dense rows", found: sparse ? "sparse rows" : "dense rows")
    }
  }

  private func checkedWeights(_ weights: [Double]?, rowCount: Int) throws -> [Float]? {
    guard let weights else { return nil }
    guard weights.count == rowCount else {
      throw InputError.lengthMismatch(what: "sample weights", expected: rowCount, found: weights.count)
    }
    for (row, weight) in weights.enumerated() where !(0...RowNorms.largestWeight).contains(weight) {
      throw InputError.badSampleWeight(row: row, value: weight)
    }
    let rounded = weights.map { Float($0) }
    guard rounded.contains(where: { $0 > 0 }) else {
      throw InputError.badSampleWeight(row: 0, value: weights[0])
    }
    return rounded
  }

  private func wantedCounts() -> [Int] {
    // Positions count in sorted order, which is index order for the classes of one `fit`.
    let sorted = classes.labels.indices.sorted { classes.labels[$0] < classes.labels[$1] }
    var settings = settings
    if settings.isPrototypeCountAutomatic { settings.prototypesPerClass = PrototypeCountRule.automaticLimit }
    var wanted = [Int](repeating: settings.prototypesPerClass, count: classes.count)
    for (position, index) in sorted.enumerated() {
      wanted[index] = settings.prototypeCount(for: classes.labels[index], position: position)
    }
    return wanted
  }

  /// `k_init='auto'`: as many as size and variety of a class pay for; what `k_list` asks for is kept to.
  private func countsByRule(_ rows: FeatureRows, _ input: Input) throws -> [Int] {
    let isFixed = classes.labels.map(isCountFixed)
    let count = { (rows: FeatureRows) in
      let ruled = try PrototypeCountRule.counts(
        rows, partition: input.partition, norms: input.norms, limit: PrototypeCountRule.automaticLimit,
        workers: Parallel.workerCount(settings.threadCount))
      return PrototypeCountRule.limited(
        isFixed.indices.map { isFixed[$0] ? input.wanted[$0] : ruled[$0] }, isFixed: isFixed,
        partition: input.partition, featureCount: rows.columnCount, isSparse: rows.isSparse, options: settings
      )
    }
    // The rule keeps a table over all features.
    return try FeatureCompaction(rows)?.withRows(rows, count) ?? count(rows)
  }

  private func isCountFixed(_ label: Label) -> Bool {
    switch settings.prototypeCounts {
    case .none: false
    case .byLabel(let table): table[label] != nil
    case .byPosition: true
    }
  }

  /// Takes over prototypes that the caller gives, for classes that have none yet.
  private mutating func takeGivenPrototypes() throws {
    guard case .prototypes(let given, let labels) = settings.initialization else { return }
    guard labels.count == given.rowCount else {
      throw InputError.lengthMismatch(
        what: "labels of the prototypes", expected: given.rowCount, found: labels.count)
    }
    guard given.columnCount == featureCount else {
      throw InputError.featureCountMismatch(expected: featureCount ?? 0, found: given.columnCount)
    }
    let isUnseeded = prototypes.map(\.isEmpty)
    for (row, label) in labels.enumerated() {
      // Classes that have not come up yet get theirs when they do.
      guard let index = classes.index(of: label), isUnseeded[index] else { continue }
      var center = given.vector(row, isSparse: isSparse)
      let norm = center.squaredNorm.squareRoot()
      if settings.distance == .cosine, norm > 0 { center = center.scaled(by: 1 / norm) }
      let mass = settings.mode == .reference ? 1.0 : 0
      prototypes[index].append(
        Prototype(center: center.rounded(to: settings.precision), sumScale: mass, mass: mass))
    }
  }

  private mutating func fit(
    _ rows: FeatureRows, _ input: Input, _ reporter: ProgressReporter
  ) throws -> TrainingReport {
    try takeGivenPrototypes()
    let report: TrainingReport
    switch settings.mode {
    case .default where settings.refinement != .count(0):
      let outcome = try RefinementTrainer(options: settings, progress: reporter).fit(
        RefinementTrainer.Input(
          rows: rows, partition: input.partition, norms: input.norms, classes: input.classIndices,
          weights: input.weights, limits: input.wanted, isFixed: classes.labels.map(isCountFixed),
          initial: prototypes))
      prototypes = outcome.training.prototypes
      report = outcome.training.report
      refined = outcome.refined
      calibration = outcome.calibration
      openSet = outcome.openSet
    case .default:
      let wanted =
        settings.isPrototypeCountAutomatic ? try countsByRule(rows, input) : input.wanted
      let outcome = try ByClassTrainer(options: settings, progress: reporter).fit(
        rows, partition: input.partition, norms: input.norms, weights: input.weights, wanted: wanted,
        initial: prototypes)
      prototypes = outcome.prototypes
      report = outcome.report
    case .reference:
      try seedUnseenClasses(rows, input, reporter)
      report = try ReferenceTrainer(options: settings, progress: reporter).fit(
        &prototypes, rows: rows, classes: input.classIndices, norms: input.norms, weights: input.weights)
    }
    return finished(report, input)
  }

  private mutating func learnBatch(
    _ rows: FeatureRows, _ input: Input, _ reporter: ProgressReporter
  ) throws -> TrainingReport {
    try takeGivenPrototypes()
    let report: TrainingReport
    switch settings.mode {
    case .default:
      let counts = prototypes.map(\.count)
      report = try BatchUpdater(options: settings, step: batchCount, progress: reporter).update(
        &prototypes, with: rows, partition: input.partition, norms: input.norms, weights: input.weights,
        wanted: input.wanted)
      if let refined {
        let follower = RefinementFollower(options: settings, step: batchCount, progress: reporter)
        self.refined = try follower.follow(
          refined, prototypes: prototypes, countsBefore: counts,
          keepsPositions: report.prunedCount == 0 && report.mergedCount == 0, rows: rows,
          classes: input.classIndices, norms: input.norms, weights: input.weights)
      }
    case .reference:
      try seedUnseenClasses(rows, input, reporter)
      report = try ReferenceTrainer(options: settings, progress: reporter).update(
        &prototypes, with: rows, classes: input.classIndices, norms: input.norms, weights: input.weights)
    }
    return finished(report, input)
  }

  /// What every call that learned does at its end.
  private mutating func finished(_ report: TrainingReport, _ input: Input) -> TrainingReport {
    batchCount += 1
    var report = report
    report.newClasses = input.newClasses
    report.emptyDocumentCount = input.norms.zeroRowCount
    return report
  }

  private mutating func seedUnseenClasses(
    _ rows: FeatureRows, _ input: Input, _ reporter: ProgressReporter
  ) throws {
    try ClassSeeder(options: settings, progress: reporter).seed(
      &prototypes, from: rows, partition: input.partition, norms: input.norms, weights: input.weights,
      wanted: input.wanted, step: batchCount)
  }
}

extension Features {
  /// One row as a vector of the kind that the prototypes are.
  fileprivate func vector(_ row: Int, isSparse: Bool) -> PrototypeVector {
    switch self {
    case .sparse(let matrix):
      let range = matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1]
      guard !isSparse else {
        return PrototypeVector(
          columns: Array(matrix.columns[range]), values: matrix.values[range].map(Double.init))
      }
      var dense = [Double](repeating: 0, count: matrix.columnCount)
      for position in range { dense[Int(matrix.columns[position])] = Double(matrix.values[position]) }
      return PrototypeVector(dense: dense)
    case .dense(let matrix):
      let values = matrix.values[row * matrix.columnCount..<(row + 1) * matrix.columnCount]
      guard isSparse else { return PrototypeVector(dense: values.map(Double.init)) }
      let kept = values.enumerated().filter { $0.element != 0 }
      return PrototypeVector(columns: kept.map { UInt32($0.offset) }, values: kept.map { Double($0.element) })
    }
  }
}
