extension RefinementTrainer {
  /// Large sets: refines on all but a few thousand rows, which judge and calibrate; then learns from those too.
  func refineOnce(_ input: Input, _ wanted: [Int], _ rows: RefinementRows) throws -> Outcome {
    let documents = usable(input, rows)
    let share = min(0.05, 2_000 / Double(documents.count))
    let split = HeldOutSplit(input.partition, share: share, seed: options.seed, step: 0) {
      !rows.isEmpty(Int($0))
    }
    let isRich = documents.count >= 20 * input.partition.classCount
    let recipe = lasting(isRich ? settings.brisk : settings.thorough)
    // Prototypes that have seen the held-out rows would be judged too well, and lend that to the refined ones.
    let training = try trainPrototypes(input, wanted, documents: rowsBut(split.heldOut, input))
    let plain = try plainTable(training.prototypes, input, rows).heldOutScores(
      split.heldOut, rows: rows, classes: input.classes, workers: workers)
    let (table, halvings, rates) = try refine(
      training.prototypes, input, recipe, documents: split.training, rows)
    let whole = try judged(table, split.heldOut, input, rows, training.prototypes)
    let (scores, keptShare) = try cutDown(table, whole, split.heldOut, input, rows, training.prototypes)
    let trials = try unknownClassTrials(0..<Self.trialCount, training.prototypes, input, rows, split)
    guard scores.accuracy >= plain.accuracy else {
      return try keepingPrototypes(
        trainPrototypes(input, wanted, documents: nil), plain, tried: scores.accuracy)
    }
    // Two short passes: what the other rows have moved is not to be undone.
    var last = recipe.lasting(2)
    last.rate = 0.6 * recipe.rate
    try progress.begin(.refining, total: split.heldOut.count * last.epochs)
    _ = try Refinement(
      recipe: last, seed: options.seed, workers: workers, progress: progress, device: options.device
    ).run(
      table, rows: rows, documents: split.heldOut, classes: input.classes, weights: input.relativeWeights,
      rates: rates)
    guard table.isFinite else {
      return try keepingPrototypes(
        trainPrototypes(input, wanted, documents: nil), plain, tried: scores.accuracy)
    }
    var outcome = Outcome(
      training: try countingAllRows(training, input, wanted), refined: weights(table, rows),
      calibration: .fitted(to: scores),
      openSet: .fitted(known: scores.openSet, trials: trials))
    outcome.training.report.refinement = .done(
      RefinementReport(
        recipe: recipe.name, epochs: recipe.epochs, rateHalvings: halvings,
        heldOutCount: scores.isRight.count,
        heldOutAccuracy: scores.accuracy, prototypeAccuracy: plain.accuracy, keptShare: keptShare))
    return outcome
  }

  private func rowsBut(_ heldOut: [Int32], _ input: Input) -> [Int32] {
    var isHeldOut = [Bool](repeating: false, count: input.classes.count)
    for row in heldOut { isHeldOut[Int(row)] = true }
    return input.partition.order.filter { !isHeldOut[Int($0)] }
  }

  /// The prototypes with the held-out rows counted in: one epoch more, from where they lie, over all rows.
  private func countingAllRows(
    _ training: ByClassTrainer.Outcome, _ input: Input, _ wanted: [Int]
  ) throws -> ByClassTrainer.Outcome {
    var once = options
    once.maxEpochs = 1
    once.mergeThreshold = nil
    let counted = try ByClassTrainer(options: once, progress: progress).fit(
      input.rows, partition: input.partition, norms: input.norms, weights: input.weights, wanted: wanted,
      initial: training.prototypes)
    // Refined weights belong to prototypes one by one; a class that lost one keeps those it had.
    var outcome = training
    for (classIndex, members) in counted.prototypes.enumerated()
    where members.count == training.prototypes[classIndex].count {
      outcome.prototypes[classIndex] = members
    }
    return outcome
  }
}
