/// The learning state without its label type: prototypes by class, options, and what has been seen.
///
/// A value: every call works on a copy of what it changes and puts it in place when all is done, so that a call
/// that fails or is cancelled leaves nothing behind.
package struct Learner: Sendable {
  /// What a caller asked for; where that leaves something open, ``options`` has what a training chose.
  private var asked: ValidatedOptions
  /// What the last call tried on held-out rows.
  package internal(set) var choices: [TrainingChoice] = []
  package private(set) var options: ValidatedOptions
  package internal(set) var classes = ClassDictionary()
  /// The prototypes of each class index.
  package internal(set) var members: [ClassPrototypes] = []
  /// The number of the next prototype.
  package internal(set) var nextPrototype: UInt64 = 1
  /// The kind of rows that it learned from; nil until something has been learned.
  package internal(set) var shape: FeatureShape?
  /// What dense rows are read relative to, as the first rows had it; nil: as they are.
  var frame: FeatureFrame?
  /// Batches learned; each draws its own random numbers.
  package internal(set) var batchCount: UInt64 = 0
  /// What a fit's refinement made of the prototypes; nil if it was off or no better, or alive in a stream.
  var fittedWeights: RefinedWeights?
  /// Refined weights that learn from a stream.
  var streamWeights: StreamWeights?
  package internal(set) var calibration: Calibration?
  /// What held-out documents say about documents of unknown classes; nil where they say nothing.
  package internal(set) var openSet: OpenSet?
  /// When the model is to answer "none of these"; a new fit forgets it.
  package internal(set) var rejection: RejectionRule?
  /// Faster forgetting for some more documents.
  package var fasterForgetting = FasterForgetting()

  /// Forgetting on top of what the options say, after the data has changed.
  package struct FasterForgetting: Sendable, Equatable {
    /// In documents.
    package var halfLife = 1.0
    /// For how many more.
    package var documents = 0.0
  }

  package init(options: ValidatedOptions, classes: ClassDictionary = ClassDictionary()) {
    (asked, self.options) = (options, options)
    self.classes = classes
  }

  /// Puts what a state holds in place, checked by the caller.
  mutating func restore(
    members: [ClassPrototypes], nextPrototype: UInt64, shape: FeatureShape?, frame: FeatureFrame?,
    batchCount: UInt64,
    weights: RefinedWeights?, streamWeights: StreamWeights?, fasterForgetting: FasterForgetting
  ) {
    self.members = members
    self.nextPrototype = nextPrototype
    self.shape = shape
    self.frame = frame
    self.batchCount = batchCount
    fittedWeights = weights
    self.streamWeights = streamWeights
    self.fasterForgetting = fasterForgetting
  }

  /// What refinement made of the prototypes; nil if it is off or was no better.
  ///
  /// - Complexity: O(features x prototypes) while a stream goes on.
  package var refined: RefinedWeights? {
    guard let streamWeights, let shape else { return fittedWeights }
    return streamWeights.refinedWeights(members: members.map(\.ids), shape: shape, options: settings)
  }

  /// The prototypes of each class, as a model has them.
  ///
  /// - Complexity: O(stored values) to read.
  package internal(set) var prototypes: [[Prototype]] {
    get { members.map { $0.prototypes(precision: settings.precision) } }
    set {
      members = newValue.map { ClassPrototypes($0) }
      numberPrototypes()
    }
  }

  mutating func numberPrototypes() {
    for index in members.indices { members[index].number(from: &nextPrototype) }
  }

  /// Other options for the calls that follow; what has been learned stays.
  ///
  /// - Throws: ``OptionsError`` for an option that what has been learned depends on.
  package mutating func change(to changed: ValidatedOptions) throws(OptionsError) {
    let old = options.options
    var new = changed
    if shape != nil {
      if changed.options.isDistanceAutomatic { new = changed.comparing(by: old.distance) }
      try require("distance", new.options.distance.rawValue, old.distance.rawValue)
      try require("dtype", new.options.precision.rawValue, old.precision.rawValue)
      try require("mode", new.options.mode.rawValue, old.mode.rawValue)
    }
    (asked, options) = (changed, new)
  }

  private func require(_ parameter: String, _ value: String, _ learned: String) throws(OptionsError) {
    guard value != learned else { return }
    throw OptionsError(
      parameter: parameter, value: value,
      allowed: "\(learned), for the classifier has learned with it; a new classifier takes another")
  }

  /// Goes on from a model.
  package init(resuming model: ModelStorage) {
    (asked, options) = (model.options, model.options)
    classes = model.classes
    shape = model.prototypes.shape
    frame = model.frame
    members = model.prototypes.learnerPrototypes(classCount: model.classes.count).map { ClassPrototypes($0) }
    batchCount = model.batchCount
    fittedWeights = model.refined
    calibration = model.calibration
    openSet = model.openSet
    rejection = model.rejection?.rule
    numberPrototypes()
  }

  var settings: TrainingOptions { options.options }

  /// The numbers that prototypes are made of: what an index over them costs.
  ///
  /// - Complexity: O(prototypes).
  package var storedValueCount: Int {
    members.reduce(0) { $0 + $1.storedValueCount }
  }

  /// An immutable copy of what has been learned.
  package func model() throws -> ModelStorage {
    guard let shape, !members.isEmpty else { throw ClassifierError.notFitted }
    let set = PrototypeSet(prototypes, shape: shape, precision: settings.precision)
    return ModelStorage(
      options: options, classes: classes, prototypes: set, batchCount: batchCount, calibration: calibration,
      refined: refined?.of(set, precision: settings.precision),
      openSet: openSet, rejection: try rejectionThresholds(), frame: frame)
  }

  /// Classes that came after the rule was named have thresholds too.
  func rejectionThresholds() throws(OptionsError) -> Rejection? {
    guard let rejection, let openSet else { return nil }
    return try Rejection(rejection, openSet: openSet, classCount: classes.count)
  }

  /// Learns from all rows, forgetting what was learned before (unless `warm_start` is set).
  package mutating func fit(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, progress: ProgressHandler?
  ) throws -> TrainingReport {
    // A mode that learns in batches sees where a row stands, unless one batch has them all.
    let merging = settings.mode.trainer == nil || rows.rowCount <= settings.batchSize
    return try CountedRows.with(rows, labels: labels, weights: sampleWeights, merging: merging) {
      try fit($0, $1, $2, $3, progress)
    }
  }

  private mutating func fit(
    _ rows: FeatureRows, _ labels: LabelColumn, _ weights: [Double]?, _ copies: [Int]?,
    _ progress: ProgressHandler?
  ) throws -> TrainingReport {
    var next = settings.isWarmStart ? self : Learner(options: asked)
    let reporter = ProgressReporter(progress)
    let report = try reporter.run {
      let knownCount = next.classes.count
      let documents = try next.prepare(rows, labels: labels, sampleWeights: weights)
      try settings.prototypeCounts.check(next.classes.labels + labels.labels, areAll: true)
      guard next.classes.count > 1 else {
        throw InputError.oneClassOnly(label: next.classes.labels.first?.description ?? "")
      }
      if settings.distance == .cosine, documents.documents.isEmpty {
        throw InputError.allRowsZero
      }
      if next.isCosineDoubted(documents) {
        next.choices = try DistanceChoice(documents, options: settings).doubts(
          wanted: next.wantedCounts(documents), isFixed: next.classes.labels.map(next.isCountFixed))
      }
      var report = next.finished(
        try next.fit(documents, reporter), documents, knownClassCount: knownCount)
      if let copies {
        report.emptyDocumentCount = zip(copies, documents.norms.squaredNorms).reduce(0) {
          $1.1 == 0 ? $0 + $1.0 : $0
        }
      }
      return report
    }
    self = next
    return report
  }

  /// Whether held-out rows are asked if another distance is better than the cosine: for tables, whose lengths may count.
  private func isCosineDoubted(_ documents: TrainingSet) -> Bool {
    settings.distance == .cosine && !settings.isDistanceAutomatic && settings.mode.trainer == nil
      && !documents.isSparse && !settings.isWarmStart
  }

  /// Learns from one batch; labels not seen before become classes.
  ///
  /// - Parameters:
  ///   - initialization: how this batch's new classes start, in place of the option.
  package mutating func fitBatch(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, initialization: Initialization? = nil,
    measuringError: Bool = false, progress: ProgressHandler?
  ) throws -> TrainingReport {
    try CountedRows.with(rows, labels: labels, weights: sampleWeights, merging: false) {
      rows, labels, weights, _ in
      try fitBatch(rows, labels, weights, initialization, measuringError, progress)
    }
  }

  private mutating func fitBatch(
    _ rows: FeatureRows, _ labels: LabelColumn, _ weights: [Double]?, _ initialization: Initialization?,
    _ measuringError: Bool, _ progress: ProgressHandler?
  ) throws -> TrainingReport {
    var next = self
    if let initialization { next.options = options.starting(initialization) }
    let reporter = ProgressReporter(progress)
    let report: TrainingReport
    if let trainer = settings.mode.trainer {
      report = try reporter.run {
        let documents = try next.prepare(rows, labels: labels, sampleWeights: weights)
        let report = try next.train(trainer, documents, isOneBatch: true, reporter)
        return next.finished(report, documents, knownClassCount: classes.count)
      }
    } else {
      let (documents, plan) = try reporter.run {
        let documents = try next.prepare(rows, labels: labels, sampleWeights: weights)
        return (documents, try next.planBatch(documents, reporter))
      }
      var outcome = try reporter.run { try learnWeights(plan, documents, into: &next, reporter) }
      if outcome == nil, measuringError, !members.isEmpty { outcome = try predictions(documents) }
      let knownCount = classes.count
      // From here on nothing fails. This learner lets go of its classes, so that they are changed where they lie.
      members = []
      streamWeights = nil
      report = next.carryOut(plan, documents, outcome, knownClassCount: knownCount)
    }
    if initialization != nil { next.options = next.options.starting(settings.initialization) }
    self = next
    return report
  }
}

extension Learner {
  /// Gives each class of the rows its first prototypes, mass 0, and learns nothing else.
  ///
  /// A training over several machines starts from them; `fit` with the same prototypes given goes the same way.
  package mutating func seed(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?
  ) throws {
    var next = self
    let documents = try next.prepare(rows, labels: labels, sampleWeights: sampleWeights)
    try next.takeGivenPrototypes()
    var wanted = next.wantedCounts(documents)
    if settings.refinement != .count(0) || settings.isPrototypeCountAutomatic {
      // As many as a local training would give.
      let ruled = try next.countsByRule(documents, wanted, limit: wanted.max() ?? 1)
      for index in wanted.indices where !next.isCountFixed(next.classes.labels[index]) {
        wanted[index] = min(wanted[index], ruled[index])
      }
    }
    let isNew = next.prototypes.map(\.isEmpty)
    try ClassSeeder(options: settings, progress: ProgressReporter(nil)).seed(
      &next.prototypes, from: documents, wanted: wanted, step: 0)
    for classIndex in isNew.indices where isNew[classIndex] {
      for member in next.prototypes[classIndex].indices {
        next.prototypes[classIndex][member].mass = 0
        next.prototypes[classIndex][member].sumScale = 0
      }
    }
    self = next
  }

  /// Checks what a caller hands over against what has been learned; labels not seen before become classes.
  mutating func prepare(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?
  ) throws -> TrainingSet {
    guard rows.rowCount > 0 else { throw InputError.noRows }
    try settings.device.check()
    var documents = try TrainingSet(
      rows, labels: labels, sampleWeights: sampleWeights, shape: shape, frame: frame,
      findsOrigin: findsOrigin, distance: settings.distance,
      workers: Parallel.workerCount(settings.threadCount)
    ) { counted in
      guard rows.columnCount > 0 else {
        throw InputError.badShape("\(rows.rowCount) rows without any feature")
      }
      _ = try classes.encode(counted)
      return (classes.lookUp(labels.labels), classes.count)
    }
    while members.count < classes.count { members.append(ClassPrototypes()) }
    choices = []
    if settings.isDistanceAutomatic {
      let choice = DistanceChoice(documents, options: settings)
      let (best, tried) = try choice.best(
        wanted: wantedCounts(documents), isFixed: classes.labels.map(isCountFixed))
      (options, documents, choices) = (options.comparing(by: best.distance), best.documents, tried)
    }
    (shape, frame) = (FeatureShape(rows), documents.frame)
    try settings.prototypeCounts.check(classes.labels, areAll: false)
    return documents
  }

  /// Whether the first rows may move the origin. The reference mode compares rows by the cosine as they are; an automatic
  /// distance finds an origin for each candidate.
  private var findsOrigin: Bool {
    !settings.isDistanceAutomatic && (settings.distance == .euclidean || settings.mode.trainer == nil)
  }

  /// How many prototypes the options ask for, of each class: at most those that it has and one for each of its documents,
  /// for the option may be any number.
  func wantedCounts(_ documents: TrainingSet) -> [Int] {
    // Positions count in sorted order, which is index order for the classes of one `fit`.
    let sorted = classes.labels.indices.sorted { classes.labels[$0] < classes.labels[$1] }
    var settings = settings
    if settings.isPrototypeCountAutomatic { settings.prototypesPerClass = PrototypeCountRule.automaticLimit }
    var wanted = [Int](repeating: settings.prototypesPerClass, count: classes.count)
    for (position, index) in sorted.enumerated() {
      wanted[index] = min(
        settings.prototypeCount(for: classes.labels[index], position: position),
        max(1, members[index].count + documents.partition.count(of: index)))
    }
    return wanted
  }

  /// `k_init='auto'`: as many as size and variety of a class pay for; what `k_list` asks for is kept to.
  private func countsByRule(
    _ documents: TrainingSet, _ wanted: [Int], limit: Int = PrototypeCountRule.automaticLimit
  ) throws -> [Int] {
    let isFixed = classes.labels.map(isCountFixed)
    let count = { (documents: TrainingSet) in
      let ruled = try PrototypeCountRule.counts(
        documents, limit: limit, workers: Parallel.workerCount(settings.threadCount))
      return PrototypeCountRule.limited(
        isFixed.indices.map { isFixed[$0] ? wanted[$0] : ruled[$0] }, isFixed: isFixed, documents: documents,
        options: settings)
    }
    // The rule keeps a table over all features.
    return try FeatureCompaction(documents.rows)?.withRows(documents, count) ?? count(documents)
  }

  func isCountFixed(_ label: Label) -> Bool {
    switch settings.prototypeCounts {
    case .none: false
    case .byLabel(let table): table[label] != nil
    case .byPosition: true
    }
  }

  /// Takes over prototypes that the caller gives, for classes that have none yet.
  mutating func takeGivenPrototypes() throws {
    guard case .prototypes(let given, let labels) = settings.initialization else { return }
    guard labels.count == given.rowCount else {
      throw InputError.lengthMismatch(
        what: "labels of the prototypes", expected: given.rowCount, found: labels.count)
    }
    guard let shape, given.columnCount == shape.featureCount else {
      throw InputError.featureCountMismatch(expected: shape?.featureCount ?? 0, found: given.columnCount)
    }
    var starts = [[Prototype]](repeating: [], count: classes.count)
    let relative = given.relative(to: frame)
    for (row, label) in labels.enumerated() {
      // Classes that have not come up yet get theirs when they do.
      guard let index = classes.index(of: label), members[index].count == 0 else { continue }
      var center = relative.vector(row, isSparse: shape.isSparse)
      let norm = center.squaredNorm.squareRoot()
      if settings.distance == .cosine, norm > 0 { center = center.scaled(by: 1 / norm) }
      let mass = settings.mode.givenMass
      starts[index].append(
        Prototype(center: center.rounded(to: settings.precision), sumScale: mass, mass: mass))
    }
    for index in starts.indices where !starts[index].isEmpty {
      members[index] = ClassPrototypes(starts[index])
    }
  }

  private mutating func fit(
    _ documents: TrainingSet, _ reporter: ProgressReporter
  ) throws -> TrainingReport {
    if let trainer = settings.mode.trainer {
      return try train(trainer, documents, isOneBatch: false, reporter)
    }
    try takeGivenPrototypes()
    let report: TrainingReport
    let wanted = wantedCounts(documents)
    if settings.refinement != .count(0) {
      let outcome = try RefinementTrainer(
        documents, initial: withoutSums(), options: settings, progress: reporter
      ).fit(limits: wanted, isFixed: classes.labels.map(isCountFixed))
      prototypes = outcome.training.prototypes
      report = outcome.training.report
      fittedWeights = outcome.refined
      streamWeights = nil
      calibration = outcome.calibration
      openSet = outcome.openSet
    } else {
      let given = withoutSums()
      let outcome = try ByClassTrainer(options: settings, progress: reporter).fit(
        documents,
        wanted: settings.isPrototypeCountAutomatic ? countsByRule(documents, wanted) : wanted,
        initial: given)
      prototypes = outcome.prototypes
      report = outcome.report
      calibration = try RefinementTrainer(
        documents, initial: given, options: settings, progress: reporter
      ).calibration(of: outcome.prototypes, assigning: settings)
    }
    return report
  }
}

extension Features {
  /// Dense rows in a frame; sparse rows as they are.
  fileprivate func relative(to frame: FeatureFrame?) -> Features {
    frame == nil ? self : withRows { $0.relative(to: frame).copied() }
  }

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
