extension RefinementTrainer {
  /// Held-out documents that judge and calibrate at most.
  private static let heldOutCount = 2_000.0

  var heldOutShare: Double { min(0.1, Self.heldOutCount / Double(max(1, documents.documents.count))) }

  /// Where more than this share of the documents is held out, all of it is learned once more at the end.
  private static let largestLoss = 0.05

  /// Chooses a recipe on a part of the documents and refines on all but a few thousand, which judge and calibrate; then
  /// learns from those too.
  func refineLarge(_ wanted: [Int]) throws -> Outcome {
    let share = heldOutShare
    let split = HeldOutSplit(documents, share: share, seed: options.seed, step: 0)
    // With one document a class, time grows with the square of their number and nothing could say what it brings.
    if split.heldOut.isEmpty, options.refinement == .automatic {
      return try withoutRefinement(wanted, neededBytes: nil)
    }
    let unseen = try unseen(split)
    let (recipe, choices) = try chosenOnAPart()
    // The k-means prototypes are trained without the held-out rows as well: else their accuracy would be optimistic,
    // and the comparison with refinement biased.
    var training = try trainPrototypes(documents.selecting(rowsBut(split.heldOut)), wanted)
    training.report.choices = choices
    let plain = try plainScores(training.prototypes, unseen)
    let (table, halvings, rates) = try refine(training.prototypes, recipe, on: split.training)
    let whole = try judged(table, unseen, training.prototypes)
    let (scores, keptShare) = try droppingSmallWeights(table, whole, unseen, training.prototypes)
    let trials = try unknownClassTrials(0..<Self.trialCount, training.prototypes, split)
    let isBetter = scores.accuracy >= plain.accuracy
    training.report.choices += [
      TrainingChoice("recipe", "none", plain, isTaken: !isBetter),
      TrainingChoice("recipe", recipe.name, scores, isTaken: isBetter),
    ]
    guard isBetter else {
      return try keepingPrototypes(onAllRows(wanted, training.report), plain, tried: scores.accuracy)
    }
    guard share <= Self.largestLoss else {
      let all = try onAllRows(wanted, training.report)
      let (table, halvings, _) = try refine(all.prototypes, recipe, on: documents.documents)
      return outcome(all, table, recipe, halvings, scores, plain, trials)
    }
    // One gentle pass: what the other documents have moved is not to be undone.
    var last = recipe.lasting(1)
    last.rate = 0.1 * recipe.rate
    try progress.begin(.refining, total: split.heldOut.count)
    var rows = documents
    rows.featureRates = rates
    _ = try Refinement(
      recipe: last, seed: options.seed, workers: workers, progress: progress, device: options.device
    ).run(table, rows: rows, documents: split.heldOut, leavesOneOut: false)
    guard table.isFinite else {
      return try keepingPrototypes(onAllRows(wanted, training.report), plain, tried: scores.accuracy)
    }
    return outcome(
      try countingAllRows(training, wanted), table, recipe, halvings, scores, plain, trials,
      keptShare: keptShare)
  }

  private func onAllRows(_ wanted: [Int], _ report: TrainingReport) throws -> ByClassTrainer.Outcome {
    var training = try trainPrototypes(documents, wanted)
    training.report.choices = report.choices
    return training
  }

  /// The recipe that is best on documents that it has not seen, after a part of the others.
  private func chosenOnAPart() throws -> (recipe: RefinementRecipe, choices: [TrainingChoice]) {
    let recipes = settings.recipes.map(lasting)
    guard recipes.count > 1 else { return (recipes[0], []) }
    return try onSomeClasses().chosenOnAPart(recipes)
  }

  /// The same on some of the classes, drawn by lot: enough for a trial on a part of their rows.
  ///
  /// Fewer classes and not fewer rows of each: how many rows a class has decides which recipe is better.
  private func onSomeClasses() -> RefinementTrainer {
    let partition = documents.partition
    var random = CounterRandom(seed: options.seed, stream: 0xC1A55E5)
    var classes = (0..<partition.classCount).filter { partition.count(of: $0) > 0 }
    random.shuffle(&classes)
    let wanted = Int(Double(settings.triedCount) / Self.triedShare)
    var rows = 0
    var taken = 0
    while taken < classes.count, rows < wanted || taken < settings.triedClasses {
      rows += partition.count(of: classes[taken])
      taken += 1
    }
    guard taken < classes.count else { return self }
    let chosen = classes[..<taken].sorted()
    var numbers = [Int32](repeating: -1, count: partition.classCount)
    for (number, classIndex) in chosen.enumerated() { numbers[classIndex] = Int32(number) }
    var trainer = on(
      documents.relabelled(
        documents.classes.map { $0 < 0 ? -1 : numbers[Int($0)] }, classCount: chosen.count))
    trainer.initial = chosen.map { initial[$0] }
    return trainer
  }

  /// The share of the documents on which recipes are tried at most.
  private static let triedShare = 1.0 / 3

  private func chosenOnAPart(
    _ recipes: [RefinementRecipe]
  ) throws -> (recipe: RefinementRecipe, choices: [TrainingChoice]) {
    let tried = min(Self.triedShare, Double(settings.triedCount) / Double(documents.documents.count))
    let parts = HeldOutSplit(documents, share: 1 - tried, seed: options.seed, step: 1)
    let rest = documents.selecting(parts.heldOut)
    let share = min(1, Self.heldOutCount / Double(parts.heldOut.count))
    let judges = HeldOutSplit(rest, share: share, seed: options.seed, step: 2)
    let split = HeldOutSplit(training: parts.training, heldOut: judges.heldOut)
    let unseen = try unseen(split)
    // One prototype a class: which recipe is better does not depend on their number.
    let prototypes = try trainPrototypes(
      documents.selecting(split.training), [Int](repeating: 1, count: documents.classCount)
    ).prototypes
    let scores = try recipes.map { recipe in
      try judged(refine(prototypes, recipe, on: split.training).table, unseen, prototypes)
    }
    var best = 0
    for index in scores.indices where scores[index].accuracy > scores[best].accuracy { best = index }
    let choices = recipes.indices.map {
      TrainingChoice("recipe", recipes[$0].name, scores[$0], isTaken: $0 == best)
    }
    return (recipes[best], choices)
  }

  private func rowsBut(_ heldOut: [Int32]) -> [Int32] {
    var isHeldOut = [Bool](repeating: false, count: documents.classes.count)
    for row in heldOut { isHeldOut[Int(row)] = true }
    return documents.partition.order.filter { !isHeldOut[Int($0)] }
  }

  /// The prototypes with the held-out rows counted in: one epoch more, from where they lie, over all rows.
  private func countingAllRows(
    _ training: ByClassTrainer.Outcome, _ wanted: [Int]
  ) throws -> ByClassTrainer.Outcome {
    var once = options
    once.maxEpochs = 1
    once.mergeThreshold = nil
    let counted = try ByClassTrainer(options: once, progress: progress).fit(
      documents, wanted: wanted, initial: training.prototypes)
    // Refined weights belong to prototypes one by one; a class that lost one keeps those it had.
    var outcome = training
    for (classIndex, members) in counted.prototypes.enumerated()
    where members.count == training.prototypes[classIndex].count {
      outcome.prototypes[classIndex] = members
    }
    return outcome
  }
}
