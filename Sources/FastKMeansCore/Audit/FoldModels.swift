/// Models of which each has not seen one fold of the rows, so that all of them together answer every row as a new one.
///
/// Nothing is held out beyond the fold itself: the recipe of refinement is the one that is right most often on the first
/// fold, and the caller calibrates on the answers. So five folds cost about what two fits cost.
struct FoldModels {
  private let options: TrainingOptions
  private let documents: TrainingSet
  private let classes: ClassDictionary
  /// Of each class, how many prototypes were asked for, and whether that is kept to.
  private let wanted: [Int]
  private let isFixed: [Bool]
  private let folds: StratifiedFolds
  private let progress: ProgressReporter

  /// A model, and the rows that it has not seen.
  struct Fold {
    /// Its classes are those of the rows that it learned from.
    let storage: ModelStorage
    /// Positions among all rows.
    let heldOut: [Int]
    let rows: FeatureRows
  }

  /// - Throws: ``OptionsError`` for a number of folds out of range.
  init(
    _ documents: TrainingSet, labels: LabelColumn, classes: ClassDictionary, wanted: [Int], isFixed: [Bool],
    foldCount: Int, options: TrainingOptions, progress: ProgressReporter
  ) throws(OptionsError) {
    folds = try StratifiedFolds(labels, count: foldCount, seed: options.seed)
    self.options = options
    self.documents = documents
    self.classes = classes
    self.wanted = wanted
    self.isFixed = isFixed
    self.progress = progress
  }

  /// Calls `body` for each fold. Where the rows outside of a fold have one class only, its rows are passed over.
  func forEach(_ body: (Fold) throws -> Void) throws {
    var chosen: RefinementRecipe??
    for fold in 0..<folds.count {
      let heldOut = folds.rows(of: fold)
      guard !heldOut.isEmpty, let part = try Part(self, fold) else { continue }
      let prototypes = try part.trainer.trainPrototypes(part.trainer.documents, part.wanted)
        .prototypes
      try documents.rows.selecting(heldOut).withRows { rows in
        let storages = try (chosen.map { [$0] } ?? part.recipes).map { recipe in
          (recipe, try storage(part, prototypes, recipe))
        }
        let best = storages.count == 1 ? 0 : try mostAccurate(storages.map(\.1), rows, heldOut)
        if chosen == nil { chosen = .some(storages[best].0) }
        try body(Fold(storage: storages[best].1, heldOut: heldOut, rows: rows))
      }
    }
  }

  /// The rows outside of a fold, under the indices of the classes that they have.
  private struct Part {
    let trainer: RefinementTrainer
    let classes: ClassDictionary
    let wanted: [Int]

    /// nil where they have fewer than two classes.
    init?(_ models: FoldModels, _ fold: Int) throws {
      let all = models.documents
      var counts = [Int](repeating: 0, count: models.classes.count)
      for (row, index) in all.classes.enumerated() where models.folds.foldOfRow[row] != fold {
        counts[Int(index)] += all.isEmpty(row) && models.options.distance == .cosine ? 0 : 1
      }
      let kept = counts.indices.filter { counts[$0] > 0 }
      guard kept.count > 1, let classes = try? ClassDictionary(labels: kept.map { models.classes.labels[$0] })
      else { return nil }
      var positions = [Int32](repeating: -1, count: counts.count)
      for (position, index) in kept.enumerated() { positions[index] = Int32(position) }
      var documents = all.relabelled(
        all.classes.enumerated().map { row, index in
          models.folds.foldOfRow[row] == fold ? -1 : positions[Int(index)]
        }, classCount: kept.count)
      if models.options.distance == .euclidean { documents.unit = documents.rows.inverseDeviation }
      trainer = RefinementTrainer(
        documents, initial: [[Prototype]](repeating: [], count: kept.count), options: models.options,
        progress: models.progress)
      self.classes = classes
      wanted = try trainer.prototypeCounts(
        limits: kept.map { models.wanted[$0] }, isFixed: kept.map { models.isFixed[$0] })
    }

    /// What refinement may do; nil: nothing, which is all that is left where its table would be too large.
    var recipes: [RefinementRecipe?] {
      let options = trainer.options
      guard options.refinement != .count(0),
        trainer.byteCount(lanes: wanted.reduce(0, +)) <= trainer.settings.byteLimit
      else { return [nil] }
      return trainer.settings.recipes.map(trainer.lasting) + [nil]
    }
  }

  private func storage(
    _ part: Part, _ prototypes: [[Prototype]], _ recipe: RefinementRecipe?
  ) throws -> ModelStorage {
    let trainer = part.trainer
    let set = PrototypeSet(prototypes, shape: FeatureShape(documents.rows), precision: options.precision)
    let refined = try recipe.map {
      trainer.weights(try trainer.refine(prototypes, $0, on: trainer.documents.documents).table)
    }
    return ModelStorage(
      options: try options.validated(), classes: part.classes, prototypes: set, batchCount: 0,
      refined: refined?.of(set, precision: options.precision))
  }

  private func mostAccurate(_ storages: [ModelStorage], _ rows: FeatureRows, _ heldOut: [Int]) throws -> Int {
    let right = try storages.map { storage in
      let classOf = storage.classes.labels.map { classes.index(of: $0) ?? -1 }
      return zip(try ClassScoring(storage).predictedClasses(rows), heldOut).count { predicted, row in
        classOf[Int(predicted)] == Int(documents.classes[row])
      }
    }
    return right.indices.max { (right[$0], $1) < (right[$1], $0) } ?? 0
  }
}

extension Learner {
  /// Calls `body` with a model for each fold of the rows, which has not seen them.
  ///
  /// - Parameters:
  ///   - rows: at least two classes. Rows of a fold are passed over where the others have one class only.
  ///   - foldCount: from 2 to the number of rows.
  ///   - body: gets the model, the positions of the fold's rows, and these rows as the model takes them; then the declared
  ///     column of each of its columns.
  /// - Throws: ``InputError``; ``OptionsError`` for folds out of range, and in a mode that learns in batches.
  package func forEachFold(
    of rows: FeatureRows, labels: LabelColumn, foldCount: Int, progress: ProgressHandler?,
    _ body: (ModelStorage, [Int], FeatureRows, _ declared: @escaping (Int) -> Int) throws -> Void
  ) throws {
    guard settings.mode.trainer == nil else {
      throw OptionsError(parameter: "mode", value: settings.mode.rawValue, allowed: Mode.default.rawValue)
    }
    var settings = settings
    if case .prototypes = settings.initialization {
      settings.initialization = TrainingOptions().initialization
    }
    var learner = Learner(options: try settings.validated())
    let documents = try learner.prepare(rows, labels: labels, sampleWeights: nil)
    let classes = learner.classes
    guard classes.count > 1 else {
      throw InputError.oneClassOnly(label: classes.labels.first?.description ?? "")
    }
    if settings.distance == .cosine, documents.documents.isEmpty { throw InputError.allRowsZero }
    let reporter = ProgressReporter(progress)
    try reporter.run {
      func run(_ documents: TrainingSet, _ declared: @escaping (Int) -> Int) throws {
        try FoldModels(
          documents, labels: labels, classes: classes, wanted: learner.wantedCounts(documents),
          isFixed: classes.labels.map(learner.isCountFixed), foldCount: foldCount,
          options: learner.settings, progress: reporter
        ).forEach { try body($0.storage, $0.heldOut, $0.rows, declared) }
      }
      guard let compaction = FeatureCompaction(documents.rows) else { return try run(documents) { $0 } }
      try compaction.withRows(documents) { try run($0, compaction.declared) }
    }
  }
}
