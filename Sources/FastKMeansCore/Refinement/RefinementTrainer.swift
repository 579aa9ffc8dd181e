/// Trains prototypes and refines them: how many a class gets, which recipe, for how long, and whether the result is
/// better than the k-means prototypes on rows that were held out.
package struct RefinementTrainer: Sendable {
  private(set) var documents: TrainingSet
  /// Prototypes of each class to start from; a class without any is seeded.
  var initial: [[Prototype]]
  let options: TrainingOptions
  private(set) var progress: ProgressReporter
  let workers: Int
  let settings: Settings
  /// In how many of the rows each feature occurs at least, where the features were made from these rows; nil where some
  /// features occur in none, so that new documents may have any.
  private let leastFrequency: Int?

  /// A table of rows beyond this many bytes is refused before anything is allocated: dense documents, and devices.
  package static let byteLimit = 4 << 30

  /// What is the same for everybody; other values are for tests.
  package struct Settings: Sendable {
    /// Up to this many rows recipes are tried on all of them, in several splits; above, on a third, once.
    package var smallCount = 5_000
    package var byteLimit = RefinementTrainer.byteLimit
    package var recipes = [RefinementRecipe.featureRates, .oneRate]
    /// Above ``smallCount``, recipes are tried on about this many rows at most, and these of no fewer classes than this.
    package var triedCount = 100_000
    package var triedClasses = 1_000

    package init() {}
  }

  package struct Outcome {
    package var training: ByClassTrainer.Outcome
    /// nil if the k-means prototypes were better.
    package var refined: RefinedWeights?
    package var calibration: Calibration?
    package var openSet: OpenSet?
  }

  /// - Parameters:
  ///   - initial: prototypes of each class to start from; a class without any is seeded.
  package init(
    _ documents: TrainingSet, initial: [[Prototype]], options: TrainingOptions, progress: ProgressReporter,
    settings: Settings = Settings()
  ) {
    self.documents = documents
    self.initial = initial
    self.settings = settings
    var hard = options
    hard.isSoft = false
    self.options = hard
    self.progress = progress
    workers = Parallel.workerCount(options.threadCount)
    leastFrequency = Self.leastFrequency(documents)
  }

  private static func leastFrequency(_ documents: TrainingSet) -> Int? {
    // With more features than values, some occur in none; there may be billions of them.
    guard case .sparse(let rows) = documents.rows, rows.columnCount <= rows.nonZeroCount,
      let least = documents.frequencies(of: documents.partition.order)?.min()
    else { return nil }
    // A vocabulary leaves out rare terms only; a least frequency beyond that says that the features are of another kind.
    let limit = max(2, documents.partition.order.count / 1000)
    return (1...limit).contains(Int(least)) ? Int(least) : nil
  }

  /// - Parameters:
  ///   - limits: for each class the most prototypes it may get.
  ///   - isFixed: classes whose number was asked for, and is kept to.
  package func fit(limits: [Int], isFixed: [Bool]) throws -> Outcome {
    // Prototypes that are given may have features that the rows lack.
    guard initial.allSatisfy(\.isEmpty), let compaction = FeatureCompaction(documents.rows) else {
      return try fitAsIs(limits: limits, isFixed: isFixed)
    }
    var outcome = try compaction.withRows(documents) {
      try on($0).fitAsIs(limits: limits, isFixed: isFixed)
    }
    for classIndex in outcome.training.prototypes.indices {
      for member in outcome.training.prototypes[classIndex].indices {
        let center = outcome.training.prototypes[classIndex][member].center
        outcome.training.prototypes[classIndex][member].center = compaction.expanded(center)
      }
    }
    if let refined = outcome.refined {
      let expanded = refined.weights.byClass(
        refined.vectors.map(compaction.expanded), classCount: documents.classCount)
      outcome.refined = RefinedWeights(
        expanded, biases: refined.biases, unit: refined.unit, shape: FeatureShape(documents.rows),
        precision: options.precision)
    }
    return outcome
  }

  /// The same on other rows of the same documents.
  func on(_ documents: TrainingSet) -> RefinementTrainer {
    var trainer = self
    trainer.documents = documents
    return trainer
  }

  /// What `body` gives for every number below `count`, at the same time: a trial on few documents keeps one thread busy.
  ///
  /// - Parameters:
  ///   - documents: how many documents the trials go through together.
  ///   - body: gets this trainer with the progress of a part.
  func inParallel<Result>(
    count: Int, documents: Int, _ body: @Sendable (RefinementTrainer, Int) throws -> Result
  ) throws -> [Result] {
    try progress.begin(.refining, total: documents)
    var part = self
    part.progress = ProgressReporter(partOf: progress)
    // A device works on one refinement at a time.
    let workers = options.device == .cpu ? workers : 1
    let results = try Parallel.map(count: count, workers: workers) { [part] _, index in try body(part, index)
    }
    try progress.finish()
    return results
  }

  private func fitAsIs(limits: [Int], isFixed: [Bool]) throws -> Outcome {
    let least = byteCount(lanes: 1)
    guard least <= settings.byteLimit else { return try withoutRefinement(limits, neededBytes: least) }
    let wanted = try prototypeCounts(limits: limits, isFixed: isFixed)
    let needed = byteCount(lanes: wanted.reduce(0, +))
    guard needed <= settings.byteLimit else { return try withoutRefinement(wanted, neededBytes: needed) }
    let trainer = scaled()
    return documents.partition.order.count <= settings.smallCount
      ? try trainer.refineSmall(wanted, isFixed: isFixed) : try trainer.refineLarge(wanted, isFixed: isFixed)
  }

  /// The same; Euclidean: with the rows' deviation as the unit.
  func scaled() -> RefinementTrainer {
    guard options.distance == .euclidean else { return self }
    var scaled = documents
    scaled.unit = documents.rows.inverseDeviation
    return on(scaled)
  }

  func withoutRefinement(_ wanted: [Int], neededBytes: Int?) throws -> Outcome {
    var outcome = Outcome(training: try trainPrototypes(documents, wanted))
    outcome.training.report.refinement = .skipped(neededBytes: neededBytes)
    outcome.calibration = try calibration(of: outcome.training.prototypes, assigning: options)
    return outcome
  }

  /// Lists for sparse documents, whose work on the processor `auto` keeps there; a device that was named takes rows.
  private var layout: RefinementCells.Layout {
    documents.isSparse && [.cpu, .automatic].contains(options.device) ? .lists : .rows
  }

  /// What a table of rows takes; lists take what the documents need.
  func byteCount(lanes: Int) -> Int {
    layout == .rows ? RefinementCells.byteCount(lanes: lanes, features: documents.featureCount) : 0
  }

  func prototypeCounts(limits: [Int], isFixed: [Bool]) throws -> [Int] {
    let ruled = try PrototypeCountRule.counts(documents, limit: limits.max() ?? 1, workers: workers)
    return limited(
      limits.indices.map { isFixed[$0] ? limits[$0] : min(limits[$0], ruled[$0]) }, isFixed: isFixed)
  }

  func limited(_ counts: [Int], isFixed: [Bool]) -> [Int] {
    PrototypeCountRule.limited(counts, isFixed: isFixed, documents: documents, options: options)
  }
}

extension RefinementTrainer {
  /// k-means prototypes of these documents.
  func trainPrototypes(_ documents: TrainingSet, _ wanted: [Int]) throws -> ByClassTrainer.Outcome {
    try ByClassTrainer(options: options, progress: progress).fit(documents, wanted: wanted, initial: initial)
  }

  /// - Parameter scale: the length that each prototype starts with.
  func table(_ prototypes: [[Prototype]], scale: Double) throws -> RefinementTable {
    try RefinementTable(
      prototypes, featureCount: documents.featureCount, scale: scale,
      unit: options.distance == .euclidean ? documents.unit : nil, layout: layout)
  }

  /// What k-means prototypes say about documents that they have not seen; Euclidean: of rows times their unit.
  func plainScores(_ prototypes: [[Prototype]], _ unseen: UnseenDocuments) throws -> HeldOutScores {
    try judged(table(prototypes, scale: 1), unseen, prototypes)
  }

  /// Some documents that training does not see, as a new document would come.
  func unseen(_ split: HeldOutSplit) throws -> UnseenDocuments {
    try UnseenDocuments(
      split.heldOut, of: documents, training: split.training, leastFrequency: leastFrequency,
      distance: options.distance, workers: workers)
  }

  /// Refines; a run whose loss grows beyond its start, or is no number, starts again at half the rate.
  ///
  /// - Returns: among others the share of the weights that a byte limit leaves.
  func refine(
    _ prototypes: [[Prototype]], _ recipe: RefinementRecipe, on training: [Int32]
  ) throws -> (table: RefinementTable, halvings: Int, rates: FeatureRates?, keptShare: Double) {
    var recipe = recipe
    var rows = documents
    rows.featureRates = recipe.ratesFeatures ? FeatureRates(documents, documents: training) : nil
    for halvings in 0... {
      let table = try table(prototypes, scale: recipe.scale)
      try progress.begin(.refining, total: training.count * recipe.epochs)
      let statistics = try Refinement(
        recipe: recipe, seed: options.seed, workers: workers, progress: progress, device: options.device
      ).run(table, rows: rows, documents: training)
      let first = statistics.first?.meanLoss ?? 0
      let last = statistics.last?.meanLoss ?? 0
      if last.isFinite, last <= 4 * first + 1, table.isFinite {
        return (table, halvings, rows.featureRates, table.keep(atMost: weightLimit(prototypes)))
      }
      guard halvings < 8 else { break }
      recipe.rate /= 2
    }
    let table = try table(prototypes, scale: recipe.scale)
    return (table, 8, rows.featureRates, table.keep(atMost: weightLimit(prototypes)))
  }

  /// The weights that a byte limit leaves room for beside the prototypes.
  private func weightLimit(_ prototypes: [[Prototype]]) -> Int {
    guard options.isPrototypeCountAutomatic, let limit = options.automaticByteLimit else { return .max }
    let values = prototypes.joined().reduce(0) { $0 + $1.center.values.count }
    return max(0, limit / (options.precision.byteCount + MemoryLayout<UInt32>.size) - values)
  }

  /// What weights say about documents that neither they nor the prototypes have seen.
  ///
  /// - Parameter least: as for ``RefinementTable/heldOutScores(_:of:workers:least:)``.
  func judged(
    _ table: RefinementTable, _ unseen: UnseenDocuments, _ prototypes: [[Prototype]], least: Float = 0
  ) throws -> HeldOutScores {
    try unseen.withSet { set in
      let rows = set.documents
      var scores = try table.heldOutScores(rows, of: set, workers: workers, least: least)
      scores.openSet = scores.openSetFeatures(documents: rows, rows: set.rows, prototypes: prototypes)
      return scores
    }
  }

  /// Weights that a large table keeps: on text, half cost nothing.
  private static let keptShare = 0.5
  /// Held-out accuracy that this may cost.
  private static let keptLoss = 0.0005

  /// Leaves the smallest weights of a large table out, if held-out documents do not miss them.
  ///
  /// - Returns: what the held-out rows are told now, and the share of the weights that stay.
  func droppingSmallWeights(
    _ table: RefinementTable, _ scores: HeldOutScores, _ unseen: UnseenDocuments, _ prototypes: [[Prototype]]
  ) throws -> (scores: HeldOutScores, keptShare: Double) {
    guard let least = table.least(keeping: Self.keptShare) else { return (scores, 1) }
    let cut = try judged(table, unseen, prototypes, least: least)
    guard cut.accuracy >= scores.accuracy - Self.keptLoss else { return (scores, 1) }
    return (cut, table.keep(share: Self.keptShare))
  }

  /// Trials that leave classes out, each others.
  func unknownClassTrials(
    _ steps: Range<Int>, _ prototypes: [[Prototype]], _ split: HeldOutSplit
  ) throws -> [OpenSet.Trial] {
    guard documents.classCount > 2 else { return [] }
    let trial = UnknownClassTrial(
      prototypes: prototypes, documents: documents, split: split, recipe: settings.recipes[0],
      options: options, workers: workers, progress: progress)
    return try inParallel(count: steps.count, documents: steps.count * UnknownClassTrial.trainingCount) {
      trainer, index in
      var trial = trial
      trial.progress = trainer.progress
      return try trial.run(step: UInt64(steps.lowerBound + index))
    }
  }

  /// Trials of a fit at least.
  static let trialCount = 3

  func lasting(_ recipe: RefinementRecipe) -> RefinementRecipe {
    if case .count(let epochs) = options.refinement { recipe.lasting(epochs) } else { recipe }
  }

  func weights(_ table: RefinementTable) -> RefinedWeights {
    table.refinedWeights(
      isSparse: documents.isSparse, unit: documents.unit, truncation: Float(options.truncationThreshold),
      precision: options.precision)
  }

  /// - Parameters:
  ///   - scores, plain: what the refined and the k-means prototypes said about held-out documents.
  func outcome(
    _ training: ByClassTrainer.Outcome, _ table: RefinementTable, _ recipe: RefinementRecipe,
    _ halvings: Int, _ scores: HeldOutScores, _ plain: HeldOutScores, _ trials: [OpenSet.Trial],
    keptShare: Double
  ) -> Outcome {
    // What learned from a few more documents may have more weights again.
    _ = table.keep(atMost: weightLimit(training.prototypes))
    var outcome = Outcome(
      training: training, refined: weights(table), calibration: .fitted(to: scores),
      openSet: .fitted(known: scores.openSet, trials: trials))
    outcome.training.report.refinement = .done(
      RefinementReport(
        recipe: recipe.name, epochs: recipe.epochs, rateHalvings: halvings,
        heldOutCount: scores.isRight.count, heldOutAccuracy: scores.accuracy,
        prototypeAccuracy: plain.accuracy, keptShare: keptShare))
    return outcome
  }

  func keepingPrototypes(
    _ training: ByClassTrainer.Outcome, _ plain: HeldOutScores, tried: Double
  ) -> Outcome {
    var outcome = Outcome(training: training)
    outcome.calibration = .fitted(to: plain.ofRows(unit: documents.unit))
    outcome.training.report.refinement = .noBetter(
      heldOutAccuracy: tried, prototypeAccuracy: plain.accuracy)
    return outcome
  }
}
