/// Trains prototypes and refines them: how many a class gets, which recipe, for how long, and whether the result is
/// better than the k-means prototypes on rows that were held out.
package struct RefinementTrainer {
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
    package var brisk = RefinementRecipe.brisk
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

  package struct Input {
    package var rows: FeatureRows
    package var partition: ClassPartition
    package var norms: RowNorms
    package var classes: [Int32]
    package var weights: [Float]?
    /// The same divided by their mean: what counts in refinement is how documents compare.
    private(set) var relativeWeights: [Float]?
    /// For each class the most prototypes it may get.
    package var limits: [Int]
    /// Classes whose number was asked for, and is kept to.
    package var isFixed: [Bool]
    package var initial: [[Prototype]]

    package init(
      rows: FeatureRows, partition: ClassPartition, norms: RowNorms, classes: [Int32], weights: [Float]?,
      limits: [Int], isFixed: [Bool], initial: [[Prototype]]
    ) {
      self.rows = rows
      self.partition = partition
      self.norms = norms
      self.classes = classes
      self.weights = weights
      self.limits = limits
      self.isFixed = isFixed
      self.initial = initial
      relativeWeights = weights.map { weights in
        let total = partition.order.reduce(0.0) { $0 + Double(weights[Int($1)]) }
        guard total > 0 else { return weights }
        return weights.map { Float(Double($0) * Double(partition.order.count) / total) }
      }
    }
  }

  package init(options: TrainingOptions, progress: ProgressReporter, settings: Settings = Settings()) {
    self.settings = settings
    var hard = options
    hard.isSoft = false
    self.options = hard
    self.progress = progress
    workers = Parallel.workerCount(options.threadCount)
  }

  package func fit(_ input: Input) throws -> Outcome {
    // Prototypes that are given may have features that the rows lack.
    guard input.initial.allSatisfy(\.isEmpty), let compaction = FeatureCompaction(input.rows) else {
      return try fitAsIs(input)
    }
    var outcome = try compaction.withRows(input.rows) { rows in
      var compact = input
      compact.rows = rows
      return try fitAsIs(compact)
    }
    for classIndex in outcome.training.prototypes.indices {
      for member in outcome.training.prototypes[classIndex].indices {
        let center = outcome.training.prototypes[classIndex][member].center
        outcome.training.prototypes[classIndex][member].center = compaction.expanded(center)
      }
    }
    if let refined = outcome.refined {
      outcome.refined?.vectors = refined.vectors.map { $0.map(compaction.expanded) }
    }
    return outcome
  }

  private func fitAsIs(_ input: Input) throws -> Outcome {
    let least = byteCount(lanes: 1, input)
    guard least <= settings.byteLimit else {
      var outcome = Outcome(training: try trainPrototypes(input, input.limits, documents: nil))
      outcome.training.report.refinement = .skipped(neededBytes: least)
      return outcome
    }
    let wanted = try prototypeCounts(input)
    let rows = RefinementRows(
      input.rows, norms: input.norms, unit: options.distance == .euclidean ? unit(of: input) : 1)
    let needed = byteCount(lanes: wanted.reduce(0, +), input)
    guard needed <= settings.byteLimit else {
      var outcome = Outcome(training: try trainPrototypes(input, wanted, documents: nil))
      outcome.training.report.refinement = .skipped(neededBytes: needed)
      return outcome
    }
    let documentCount = input.partition.order.count
    return documentCount <= settings.trialLimit
      ? try chooseByTrial(input, wanted, rows) : try refineOnce(input, wanted, rows)
  }

  /// What the table of so many prototypes takes.
  private func byteCount(lanes: Int, _ input: Input) -> Int {
    layout(lanes: lanes, input).byteCount(lanes: lanes, features: input.rows.columnCount)
  }

  /// Tiles where the size asks for them; devices take rows.
  private func layout(lanes: Int, _ input: Input) -> RefinementCells.Layout {
    options.device == .cpu
      ? settings.layout ?? .suiting(lanes: lanes, features: input.rows.columnCount) : .rows
  }

  private func prototypeCounts(_ input: Input) throws -> [Int] {
    let ruled = try PrototypeCountRule.counts(
      input.rows, partition: input.partition, norms: input.norms, limit: input.limits.max() ?? 1,
      workers: workers)
    return PrototypeCountRule.limited(
      input.limits.indices.map { input.isFixed[$0] ? input.limits[$0] : min(input.limits[$0], ruled[$0]) },
      isFixed: input.isFixed, partition: input.partition, featureCount: input.rows.columnCount,
      isSparse: input.rows.isSparse, options: options)
  }

  /// 1 / the root mean squared distance of rows to their mean.
  private func unit(of input: Input) -> Float {
    var sum = [Double](repeating: 0, count: input.rows.columnCount)
    var squares = 0.0
    for row in 0..<input.rows.rowCount {
      squares += input.rows.squaredNorm(of: row)
      input.rows.add(row, to: &sum)
    }
    let count = Double(input.rows.rowCount)
    let variance = squares / count - sum.reduce(0) { $0 + ($1 / count) * ($1 / count) }
    return variance > 1e-30 ? Float(1 / variance.squareRoot()) : 1
  }
}

extension RefinementTrainer {
  /// k-means prototypes from all documents, or from some.
  func trainPrototypes(
    _ input: Input, _ wanted: [Int], documents: [Int32]?
  ) throws -> ByClassTrainer.Outcome {
    let partition =
      documents.map {
        ClassPartition(of: $0, classes: input.classes, classCount: input.partition.classCount)
      } ?? input.partition
    return try ByClassTrainer(options: options, progress: progress).fit(
      input.rows, partition: partition, norms: input.norms, weights: input.weights, wanted: wanted,
      initial: input.initial)
  }

  func table(
    _ prototypes: [[Prototype]], _ input: Input, _ recipe: RefinementRecipe, _ rows: RefinementRows
  )
    throws -> RefinementTable
  {
    try RefinementTable(
      prototypes, featureCount: input.rows.columnCount, scale: recipe.scale,
      unit: options.distance == .euclidean ? rows.unit : nil,
      layout: layout(lanes: prototypes.reduce(0) { $0 + $1.count }, input))
  }

  /// The prototypes with the scores that a model of them has; Euclidean: with others in the same order.
  func plainTable(
    _ prototypes: [[Prototype]], _ input: Input, _ rows: RefinementRows
  ) throws -> RefinementTable {
    var asTheyAre = settings.smooth
    asTheyAre.scale = 1
    return try table(prototypes, input, asTheyAre, rows)
  }

  /// Refines; a run whose loss grows beyond its start, or is no number, starts again at half the rate.
  func refine(
    _ prototypes: [[Prototype]], _ input: Input, _ recipe: RefinementRecipe, documents: [Int32],
    _ rows: RefinementRows
  ) throws -> (table: RefinementTable, halvings: Int, rates: FeatureRates?) {
    var recipe = recipe
    let rates = recipe.rates(
      rows, documents: documents, classes: input.classes, classCount: input.partition.classCount)
    for halvings in 0... {
      let table = try table(prototypes, input, recipe, rows)
      try progress.begin(.refining, total: documents.count * recipe.epochs)
      let statistics = try Refinement(
        recipe: recipe, seed: options.seed, workers: workers, progress: progress, device: options.device
      ).run(
        table, rows: rows, documents: documents, classes: input.classes, weights: input.relativeWeights,
        rates: rates)
      let first = statistics.first?.meanLoss ?? 0
      let last = statistics.last?.meanLoss ?? 0
      if last.isFinite, last <= 4 * first + 1, table.isFinite { return (table, halvings, rates) }
      guard halvings < 8 else { return (try self.table(prototypes, input, recipe, rows), halvings, rates) }
      recipe.rate /= 2
    }
    return (try table(prototypes, input, recipe, rows), 0, rates)
  }

  /// What refined weights say about documents that neither they nor the prototypes have seen.
  func judged(
    _ table: RefinementTable, _ heldOut: [Int32], _ input: Input, _ rows: RefinementRows,
    _ prototypes: [[Prototype]]
  ) throws -> HeldOutScores {
    var scores = try table.heldOutScores(heldOut, rows: rows, classes: input.classes, workers: workers)
    scores.openSet = scores.openSetFeatures(
      documents: heldOut, rows: input.rows, prototypes: prototypes)
    return scores
  }

  /// Weights that a table of tiles keeps: measured, 30 % cost nothing on text, and halve again what a model takes.
  private static let keptShare = 0.3
  /// Held-out accuracy that this may cost; half a standard error of 2,000 rows.
  private static let keptLoss = 0.002

  /// Leaves the smallest weights of a table of tiles out, if held-out rows do not miss them.
  ///
  /// - Returns: what the held-out rows are told now, and the share of the weights that stay.
  func cutDown(
    _ table: RefinementTable, _ scores: HeldOutScores, _ heldOut: [Int32], _ input: Input,
    _ rows: RefinementRows, _ prototypes: [[Prototype]]
  ) throws -> (scores: HeldOutScores, keptShare: Double) {
    guard let least = table.least(keeping: Self.keptShare, workers: workers) else { return (scores, 1) }
    var cut = try table.heldOutScores(
      heldOut, rows: rows, classes: input.classes, workers: workers, least: least)
    guard cut.accuracy >= scores.accuracy - Self.keptLoss else { return (scores, 1) }
    table.drop(below: least, workers: workers)
    cut.openSet = cut.openSetFeatures(documents: heldOut, rows: input.rows, prototypes: prototypes)
    return (cut, Self.keptShare)
  }

  /// Trials that leave classes out, each others.
  func unknownClassTrials(
    _ steps: Range<Int>, _ prototypes: [[Prototype]], _ input: Input, _ rows: RefinementRows,
    _ split: HeldOutSplit
  ) throws -> [OpenSet.Trial] {
    guard input.partition.classCount > 2 else { return [] }
    let trial = UnknownClassTrial(
      prototypes: prototypes, input: input, rows: rows, training: split.training, heldOut: split.heldOut,
      recipe: settings.smooth, options: options, workers: workers, progress: progress)
    return try steps.map { try trial.run(step: UInt64($0)) }
  }

  /// Trials of a fit at least.
  static let trialCount = 3

  func usable(_ input: Input, _ rows: RefinementRows) -> [Int32] {
    input.partition.order.filter { !rows.isEmpty(Int($0)) }.sorted()
  }

  func lasting(_ recipe: RefinementRecipe) -> RefinementRecipe {
    if case .count(let epochs) = options.refinement { recipe.lasting(epochs) } else { recipe }
  }

  func weights(_ table: RefinementTable, _ rows: RefinementRows) -> RefinedWeights {
    table.refinedWeights(
      isSparse: rows.isSparse, unit: rows.unit, truncation: Float(options.truncationThreshold))
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
