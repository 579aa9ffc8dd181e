extension RefinementTrainer {
  /// Some rows held out, and the prototypes of the others.
  private struct Trial {
    var split: HeldOutSplit
    var unseen: UnseenDocuments
    var prototypes: [[Prototype]]
  }

  private struct TriedRecipe {
    var recipe: RefinementRecipe
    var scores: HeldOutScores
  }

  /// Small sets: tries recipes on held-out rows, then refines on all.
  func refineSmall(_ wanted: [Int]) throws -> Outcome {
    let all = documents.documents
    let trials = try (0..<Self.splitCount).compactMap { try trial($0, wanted) }
    let plain = try scored(trials) { try plainScores($0.prototypes, $0.unseen) }
    let tried = try settings.recipes.map { try triedOut(lasting($0), trials) }
    let openSetTrials = try trials.enumerated().flatMap { index, trial in
      try unknownClassTrials(index..<index + 1, trial.prototypes, trial.split)
    }
    let training = try trainPrototypes(documents, wanted)
    // Ties go to the first; so does a set without any held-out row, where every class has one document.
    let best = tried.dropFirst().reduce(tried[0]) { $1.scores.accuracy > $0.scores.accuracy ? $1 : $0 }
    guard best.scores.accuracy >= plain.accuracy else {
      return keepingPrototypes(training, plain, tried: best.scores.accuracy)
    }
    let (table, halvings, _) = try refine(training.prototypes, best.recipe, on: all)
    // Where no row could be held out, the training rows judge: refinement must not do worse on what it learned from.
    if plain.isRight.isEmpty {
      let learned = try table.heldOutScores(all, of: documents, workers: workers).accuracy
      let known = try self.table(training.prototypes, scale: 1).heldOutScores(
        all, of: documents, workers: workers
      ).accuracy
      guard learned >= known else { return keepingPrototypes(training, plain, tried: learned) }
    }
    return outcome(training, table, best.recipe, halvings, best.scores, plain, openSetTrials)
  }

  /// nil where no row happened to be held out; in a tiny set another split may hold some out.
  private func trial(_ step: Int, _ wanted: [Int]) throws -> Trial? {
    let split = HeldOutSplit(documents, share: 0.12, seed: options.seed, step: UInt64(step))
    guard !split.heldOut.isEmpty else { return nil }
    return Trial(
      split: split, unseen: try unseen(split),
      prototypes: try trainPrototypes(documents.selecting(split.training), wanted).prototypes)
  }

  private static let splitCount = 5

  /// What a recipe says about held-out rows.
  private func triedOut(_ recipe: RefinementRecipe, _ trials: [Trial]) throws -> TriedRecipe {
    let scores = try scored(trials) {
      let table = try refine($0.prototypes, recipe, on: $0.split.training).table
      return try judged(table, $0.unseen, $0.prototypes)
    }
    return TriedRecipe(recipe: recipe, scores: scores)
  }

  /// The scores of each trial's held-out rows, one trial after the other.
  private func scored(
    _ trials: [Trial], by score: (Trial) throws -> HeldOutScores
  ) rethrows -> HeldOutScores {
    var scores = HeldOutScores()
    for trial in trials { scores.append(try score(trial)) }
    return scores
  }
}
