extension RefinementTrainer {
  /// Some rows held out, and the prototypes of the others.
  private struct Trial {
    var split: HeldOutSplit
    var prototypes: [[Prototype]]
  }

  private struct TriedRecipe {
    var recipe: RefinementRecipe
    var scores: HeldOutScores
  }

  /// Small sets: tries recipes on held-out rows, then refines on all.
  func chooseByTrial(_ wanted: [Int]) throws -> Outcome {
    let all = documents.documents
    let splitCount = min(5, max(1, settings.trialLimit / max(1, all.count)))
    let trials = try (0..<splitCount).compactMap { try trial($0, wanted) }
    let plain = try scored(trials) { try plainScores($0.prototypes, $0.split.heldOut) }
    let tried = try tried(trials)
    let openSetTrials = try trials.enumerated().flatMap { index, trial in
      let count = splitCount < Self.trialCount ? Self.trialCount : 1
      return try unknownClassTrials(
        index * count..<(index + 1) * count, trial.prototypes, trial.split)
    }
    let training = try trainPrototypes(documents, wanted)
    // Ties go to the first; so does a set without any held-out row, where every class has one document.
    let best = tried.dropFirst().reduce(tried[0]) { $1.scores.accuracy > $0.scores.accuracy ? $1 : $0 }
    guard best.scores.accuracy >= plain.accuracy else {
      return keepingPrototypes(training, plain, tried: best.scores.accuracy)
    }
    let (table, halvings, _) = try refine(training.prototypes, best.recipe, on: all)
    var outcome = Outcome(
      training: training, refined: weights(table), calibration: .fitted(to: best.scores),
      openSet: .fitted(known: best.scores.openSet, trials: openSetTrials))
    outcome.training.report.refinement = .done(
      RefinementReport(
        recipe: best.recipe.name, epochs: best.recipe.epochs, rateHalvings: halvings,
        heldOutCount: plain.isRight.count, heldOutAccuracy: best.scores.accuracy,
        prototypeAccuracy: plain.accuracy))
    return outcome
  }

  /// nil where no row happened to be held out; in a tiny set another split may hold some out.
  private func trial(_ step: Int, _ wanted: [Int]) throws -> Trial? {
    let split = HeldOutSplit(documents, share: 0.12, seed: options.seed, step: UInt64(step))
    guard !split.heldOut.isEmpty else { return nil }
    return Trial(
      split: split,
      prototypes: try trainPrototypes(documents.selecting(split.training), wanted).prototypes)
  }

  /// Held-out accuracy by which one recipe may be behind another and still be as good: half a standard error of
  /// two thousand rows.
  private static let trialNoise = 0.005

  /// What the recipes say about held-out rows, those for few documents first.
  ///
  /// The thorough one, which costs as much as the others together, is left out where few documents are not what
  /// makes the set hard: there the hinge is behind the smooth loss already.
  private func tried(_ trials: [Trial]) throws -> [TriedRecipe] {
    func tried(_ recipe: RefinementRecipe) throws -> TriedRecipe {
      let recipe = lasting(recipe)
      let scores = try scored(trials) {
        let table = try refine($0.prototypes, recipe, on: $0.split.training).table
        return try judged(table, $0.split.heldOut, $0.prototypes)
      }
      return TriedRecipe(recipe: recipe, scores: scores)
    }
    let hinge = try tried(settings.hinge)
    let smooth = try tried(settings.smooth)
    guard hinge.scores.accuracy >= smooth.scores.accuracy - Self.trialNoise else { return [hinge, smooth] }
    return [hinge, try tried(settings.thorough), smooth]
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
