/// Trains prototypes and refines them: how many a class gets, which recipe, for how long, and whether the result is
/// better than the k-means prototypes on rows that were held out.
package struct RefinementTrainer {
  let documents: TrainingSet
  /// Prototypes of each class to start from; a class without any is seeded.
  let initial: [[Prototype]]
  let options: TrainingOptions
  let progress: ProgressReporter
  let workers: Int
  let settings: Settings

  /// Dense weights beyond this many bytes are refused before anything is allocated.
  package static let byteLimit = 4 << 30

  /// What is the same for everybody; other values are for tests.
  package struct Settings: Sendable {
    /// Up to this many rows the recipe is chosen by trying; above, the number of documents a class decides.
    package var trialLimit = 20_000
    package var byteLimit = RefinementTrainer.byteLimit
    package var hinge = RefinementRecipe.hinge
    package var thorough = RefinementRecipe.thorough
    package var smooth = RefinementRecipe.smooth
    package var smoothForManyRows = RefinementRecipe.smoothForManyRows
    /// nil for the layout that suits the size.
    package var layout: RefinementCells.Layout?

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
      try RefinementTrainer($0, initial: initial, options: options, progress: progress, settings: settings)
        .fitAsIs(limits: limits, isFixed: isFixed)
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

  private func fitAsIs(limits: [Int], isFixed: [Bool]) throws -> Outcome {
    let least = byteCount(lanes: 1)
    guard least <= settings.byteLimit else { return try withoutRefinement(limits, neededBytes: least) }
    let wanted = try prototypeCounts(limits: limits, isFixed: isFixed)
    let needed = byteCount(lanes: wanted.reduce(0, +))
    guard needed <= settings.byteLimit else { return try withoutRefinement(wanted, neededBytes: needed) }
    var scaled = documents
    if options.distance == .euclidean { scaled.unit = documents.rows.inverseDeviation }
    let trainer = RefinementTrainer(
      scaled, initial: initial, options: options, progress: progress, settings: settings)
    return documents.partition.order.count <= settings.trialLimit
      ? try trainer.chooseByTrial(wanted) : try trainer.refineOnce(wanted)
  }

  private func withoutRefinement(_ wanted: [Int], neededBytes: Int) throws -> Outcome {
    var outcome = Outcome(training: try trainPrototypes(documents, wanted))
    outcome.training.report.refinement = .skipped(neededBytes: neededBytes)
    return outcome
  }

  /// What the table of so many prototypes takes.
  private func byteCount(lanes: Int) -> Int {
    layout(lanes: lanes).byteCount(lanes: lanes, features: documents.featureCount)
  }

  /// Tiles where the size asks for them; devices take rows.
  private func layout(lanes: Int) -> RefinementCells.Layout {
    options.device == .cpu
      ? settings.layout ?? .suiting(lanes: lanes, features: documents.featureCount) : .rows
  }

  private func prototypeCounts(limits: [Int], isFixed: [Bool]) throws -> [Int] {
    let ruled = try PrototypeCountRule.counts(documents, limit: limits.max() ?? 1, workers: workers)
    return PrototypeCountRule.limited(
      limits.indices.map { isFixed[$0] ? limits[$0] : min(limits[$0], ruled[$0]) }, isFixed: isFixed,
      documents: documents, options: options)
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
      unit: options.distance == .euclidean ? documents.unit : nil,
      layout: layout(lanes: prototypes.reduce(0) { $0 + $1.count }))
  }

  /// What k-means prototypes say about documents that they have not seen, with the scores that a model of them has;
  /// Euclidean: with others in the same order.
  func plainScores(_ prototypes: [[Prototype]], _ heldOut: [Int32]) throws -> HeldOutScores {
    try table(prototypes, scale: 1).heldOutScores(heldOut, of: documents, workers: workers)
  }

  /// Refines; a run whose loss grows beyond its start, or is no number, starts again at half the rate.
  func refine(
    _ prototypes: [[Prototype]], _ recipe: RefinementRecipe, on training: [Int32]
  ) throws -> (table: RefinementTable, halvings: Int, rates: FeatureRates?) {
    var recipe = recipe
    var rows = documents
    rows.featureRates = recipe.rates(documents, documents: training)
    for halvings in 0... {
      let table = try table(prototypes, scale: recipe.scale)
      try progress.begin(.refining, total: training.count * recipe.epochs)
      let statistics = try Refinement(
        recipe: recipe, seed: options.seed, workers: workers, progress: progress, device: options.device
      ).run(table, rows: rows, documents: training)
      let first = statistics.first?.meanLoss ?? 0
      let last = statistics.last?.meanLoss ?? 0
      if last.isFinite, last <= 4 * first + 1, table.isFinite { return (table, halvings, rows.featureRates) }
      guard halvings < 8 else { break }
      recipe.rate /= 2
    }
    return (try table(prototypes, scale: recipe.scale), 8, rows.featureRates)
  }

  /// What refined weights say about documents that neither they nor the prototypes have seen.
  ///
  /// - Parameter least: as for ``RefinementTable/heldOutScores(_:of:workers:least:)``.
  func judged(
    _ table: RefinementTable, _ heldOut: [Int32], _ prototypes: [[Prototype]], least: UInt16 = 0
  ) throws -> HeldOutScores {
    var scores = try table.heldOutScores(heldOut, of: documents, workers: workers, least: least)
    scores.openSet = scores.openSetFeatures(
      documents: heldOut, rows: documents.rows, prototypes: prototypes)
    return scores
  }

  /// Weights that a table of tiles keeps: measured, 30 % cost nothing on text, and halve again what a model takes.
  private static let keptShare = 0.3
  /// Held-out accuracy that this may cost; half a standard error of 2,000 rows.
  private static let keptLoss = 0.002

  /// Leaves the smallest weights of a table of tiles out, if held-out rows do not miss them.
  ///
  /// - Returns: what the held-out rows are told now, and the share of the weights that stay.
  func droppingSmallWeights(
    _ table: RefinementTable, _ scores: HeldOutScores, _ heldOut: [Int32], _ prototypes: [[Prototype]]
  ) throws -> (scores: HeldOutScores, keptShare: Double) {
    guard let least = table.least(keeping: Self.keptShare, workers: workers) else { return (scores, 1) }
    let cut = try judged(table, heldOut, prototypes, least: least)
    guard cut.accuracy >= scores.accuracy - Self.keptLoss else { return (scores, 1) }
    table.drop(below: least, workers: workers)
    return (cut, Self.keptShare)
  }

  /// Trials that leave classes out, each others.
  func unknownClassTrials(
    _ steps: Range<Int>, _ prototypes: [[Prototype]], _ split: HeldOutSplit
  ) throws -> [OpenSet.Trial] {
    guard documents.classCount > 2 else { return [] }
    let trial = UnknownClassTrial(
      prototypes: prototypes, documents: documents, split: split, recipe: settings.smooth, options: options,
      workers: workers, progress: progress)
    return try steps.map { try trial.run(step: UInt64($0)) }
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

  func keepingPrototypes(
    _ training: ByClassTrainer.Outcome, _ plain: HeldOutScores, tried: Double
  ) -> Outcome {
    var outcome = Outcome(training: training)
    // The Euclidean model's scores are others than the table's.
    if options.distance == .cosine { outcome.calibration = .fitted(to: plain) }
    outcome.training.report.refinement = .noBetter(
      heldOutAccuracy: tried, prototypeAccuracy: plain.accuracy)
    return outcome
  }
}
