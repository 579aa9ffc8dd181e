extension RefinementTrainer {
  /// Large sets: refines on all but a few thousand rows, which judge and calibrate; then learns from those too.
  func refineOnce(_ wanted: [Int]) throws -> Outcome {
    let share = min(0.05, 2_000 / Double(documents.documents.count))
    let split = HeldOutSplit(documents, share: share, seed: options.seed, step: 0)
    let isRich = documents.documents.count >= 20 * documents.classCount
    let recipe = lasting(isRich ? settings.smoothForManyRows : settings.thorough)
    // The k-means prototypes are trained without the held-out rows as well: else their accuracy would be optimistic,
    // and the comparison with refinement biased.
    let training = try trainPrototypes(documents.selecting(rowsBut(split.heldOut)), wanted)
    let plain = try plainScores(training.prototypes, split.heldOut)
    let (table, halvings, rates) = try refine(training.prototypes, recipe, on: split.training)
    let whole = try judged(table, split.heldOut, training.prototypes)
    let (scores, keptShare) = try droppingSmallWeights(table, whole, split.heldOut, training.prototypes)
    let trials = try unknownClassTrials(0..<Self.trialCount, training.prototypes, split)
    guard scores.accuracy >= plain.accuracy else {
      return try keepingPrototypes(trainPrototypes(documents, wanted), plain, tried: scores.accuracy)
    }
    // Two short passes: what the other rows have moved is not to be undone.
    var last = recipe.lasting(2)
    last.rate = 0.6 * recipe.rate
    try progress.begin(.refining, total: split.heldOut.count * last.epochs)
    var rows = documents
    rows.featureRates = rates
    _ = try Refinement(
      recipe: last, seed: options.seed, workers: workers, progress: progress, device: options.device
    ).run(table, rows: rows, documents: split.heldOut)
    guard table.isFinite else {
      return try keepingPrototypes(trainPrototypes(documents, wanted), plain, tried: scores.accuracy)
    }
    var outcome = Outcome(
      training: try countingAllRows(training, wanted), refined: weights(table),
      calibration: .fitted(to: scores), openSet: .fitted(known: scores.openSet, trials: trials))
    outcome.training.report.refinement = .done(
      RefinementReport(
        recipe: recipe.name, epochs: recipe.epochs, rateHalvings: halvings,
        heldOutCount: scores.isRight.count, heldOutAccuracy: scores.accuracy,
        prototypeAccuracy: plain.accuracy, keptShare: keptShare))
    return outcome
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
