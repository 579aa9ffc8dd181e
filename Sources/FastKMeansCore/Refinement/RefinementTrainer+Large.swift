extension RefinementTrainer {
  /// Held-out documents that judge and calibrate at most.
  private static let heldOutCount = 2_000.0

  var heldOutShare: Double { min(0.1, Self.heldOutCount / Double(max(1, documents.documents.count))) }

  /// Where more than this share of the documents is held out, all of it is learned once more at the end.
  private static let largestLoss = 0.05

  /// Chooses a recipe, and whether classes get several prototypes, on a part of the documents. Refines on all but a few
  /// thousand, which judge and calibrate; then learns from those too.
  func refineLarge(_ most: [Int], isFixed: [Bool]) throws -> Outcome {
    let split = HeldOutSplit(documents, share: heldOutShare, seed: options.seed, step: 0)
    // With one document a class, time grows with the square of their number and nothing could say what it brings.
    if split.heldOut.isEmpty, options.refinement == .automatic {
      return try withoutRefinement(most, neededBytes: nil)
    }
    let unseen = try unseen(split)
    let (recipe, takesOneEach, choices) = try chosenOnAPart(most, isFixed: isFixed)
    let wanted = takesOneEach ? oneEach(most, isFixed: isFixed) ?? most : most
    // The k-means prototypes are trained without the held-out rows as well: else their accuracy would be optimistic,
    // and the comparison with refinement biased.
    var training = try trainPrototypes(documents.selecting(rowsBut(split.heldOut)), wanted)
    training.report.choices = choices
    let plain = try plainScores(training.prototypes, unseen)
    let (table, halvings, rates, within) = try refine(training.prototypes, recipe, on: split.training)
    let whole = try judged(table, unseen, training.prototypes)
    let (scores, share) = try droppingSmallWeights(table, whole, unseen, training.prototypes)
    let trials = try unknownClassTrials(0..<Self.trialCount, training.prototypes, split)
    let isBetter = scores.accuracy >= plain.accuracy
    training.report.choices += [
      TrainingChoice("recipe", "none", plain, isTaken: !isBetter),
      TrainingChoice("recipe", recipe.name, scores, isTaken: isBetter),
    ]
    guard isBetter else {
      return try keepingPrototypes(onAllRows(wanted, training.report), plain, tried: scores.accuracy)
    }
    guard heldOutShare <= Self.largestLoss else {
      let all = try onAllRows(wanted, training.report)
      let (table, halvings, _, within) = try refine(all.prototypes, recipe, on: documents.documents)
      return outcome(
        all, table, recipe, halvings, scores, plain, trials, keptShare: within * table.keep(share: share))
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
      keptShare: within * share)
  }

  private func onAllRows(_ wanted: [Int], _ report: TrainingReport) throws -> ByClassTrainer.Outcome {
    var training = try trainPrototypes(documents, wanted)
    training.report.choices = report.choices
    return training
  }

  /// What is best on documents that it has not seen, after a part of the others.
  private typealias Chosen = (recipe: RefinementRecipe, takesOneEach: Bool, choices: [TrainingChoice])

  private func chosenOnAPart(_ wanted: [Int], isFixed: [Bool]) throws -> Chosen {
    let recipes = settings.recipes.map(lasting)
    guard recipes.count > 1 || oneEach(wanted, isFixed: isFixed) != nil else {
      return (recipes[0], false, [])
    }
    let (some, classes) = onSomeClasses()
    return try some.chosenOnAPart(recipes, limits: classes.map { isFixed[$0] ? 1 : wanted[$0] })
  }

  /// The same on some of the classes, drawn by lot: enough for a trial on a part of their rows.
  ///
  /// Fewer classes and not fewer rows of each: how many rows a class has decides which recipe is better.
  private func onSomeClasses() -> (trainer: RefinementTrainer, classes: [Int]) {
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
    guard taken < classes.count else { return (self, Array(0..<partition.classCount)) }
    let chosen = classes[..<taken].sorted()
    var numbers = [Int32](repeating: -1, count: partition.classCount)
    for (number, classIndex) in chosen.enumerated() { numbers[classIndex] = Int32(number) }
    var trainer = on(
      documents.relabelled(
        documents.classes.map { $0 < 0 ? -1 : numbers[Int($0)] }, classCount: chosen.count))
    trainer.initial = chosen.map { initial[$0] }
    return (trainer, chosen)
  }

  /// The share of the documents on which recipes are tried at most.
  private static let triedShare = 1.0 / 3

  /// - Parameter limits: the most prototypes of each class.
  private func chosenOnAPart(_ recipes: [RefinementRecipe], limits: [Int]) throws -> Chosen {
    let tried = min(Self.triedShare, Double(settings.triedCount) / Double(documents.documents.count))
    let parts = HeldOutSplit(documents, share: 1 - tried, seed: options.seed, step: 1)
    let rest = documents.selecting(parts.heldOut)
    let share = min(1, Self.heldOutCount / Double(parts.heldOut.count))
    let judges = HeldOutSplit(rest, share: share, seed: options.seed, step: 2)
    let split = HeldOutSplit(training: parts.training, heldOut: judges.heldOut)
    let unseen = try unseen(split)
    let part = documents.selecting(split.training)
    func scores(_ recipes: [RefinementRecipe], _ prototypes: [[Prototype]]) throws -> [HeldOutScores] {
      let documents = recipes.reduce(0) { $0 + $1.epochs } * split.training.count
      return try inParallel(count: recipes.count, documents: documents) { trainer, index in
        let table = try trainer.refine(prototypes, recipes[index], on: split.training).table
        return try trainer.judged(table, unseen, prototypes)
      }
    }
    // One prototype a class: which recipe is better does not depend on their number.
    let ones = [Int](repeating: 1, count: documents.classCount)
    let single = try trainPrototypes(part, ones).prototypes
    let byRecipe = try scores(recipes, single)
    var best = 0
    for index in byRecipe.indices where byRecipe[index].accuracy > byRecipe[best].accuracy { best = index }
    let choices = recipes.indices.map {
      TrainingChoice("recipe", recipes[$0].name, byRecipe[$0], isTaken: $0 == best)
    }
    let ruled = try PrototypeCountRule.counts(part, limit: limits.max() ?? 1, workers: workers)
    let counts = zip(limits, ruled).map { min($0, $1) }
    guard counts != ones, initial.allSatisfy(\.isEmpty) else { return (recipes[best], false, choices) }
    let several = try trainPrototypes(part, counts).prototypes
    // Several are refined only where they seem to hurt: k-means alone is asked first, which costs little.
    guard try plainScores(single, unseen).isBetter(than: plainScores(several, unseen)) else {
      return (recipes[best], false, choices)
    }
    let refined = try scores([recipes[best]], several)[0]
    let takesOneEach = byRecipe[best].isBetter(than: refined)
    let counted = [
      TrainingChoice("prototypes", "\(ones.count)", byRecipe[best], isTaken: takesOneEach),
      TrainingChoice("prototypes", "\(counts.reduce(0, +))", refined, isTaken: !takesOneEach),
    ]
    return (recipes[best], takesOneEach, choices + counted)
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
