extension RefinementTrainer {
  /// Some rows held out, the prototypes of the others, and what these say about the held-out ones; refined by each recipe.
  private struct Trial {
    var split: HeldOutSplit
    var prototypes: [[Prototype]]
    var plain: HeldOutScores
    var refined: [HeldOutScores]
  }

  private struct TriedRecipe {
    var recipe: RefinementRecipe
    var scores: HeldOutScores
  }

  /// Numbers of prototypes with what the trials said of them.
  private struct TriedCounts {
    var wanted: [Int]
    var trials: [Trial]
    /// Of the k-means prototypes.
    var plain: HeldOutScores
    /// By recipe; none where refinement is off.
    var recipes: [TriedRecipe]

    /// The better recipe; ties go to the first.
    var refined: TriedRecipe? {
      recipes.dropFirst().reduce(recipes.first) {
        $1.scores.accuracy > $0?.scores.accuracy ?? -1 ? $1 : $0
      }
    }
    var isRefinementBetter: Bool { (refined?.scores.accuracy ?? -1) >= plain.accuracy }
    var best: HeldOutScores { isRefinementBetter ? refined?.scores ?? plain : plain }

    var choices: [TrainingChoice] {
      let taken = isRefinementBetter ? refined?.recipe.name : nil
      return [TrainingChoice("recipe", "none", plain, isTaken: taken == nil)]
        + recipes.map {
          TrainingChoice("recipe", $0.recipe.name, $0.scores, isTaken: $0.recipe.name == taken)
        }
    }
  }

  /// Small sets: tries recipes and numbers of prototypes on held-out rows, then refines on all.
  func refineSmall(_ wanted: [Int], isFixed: [Bool]) throws -> Outcome {
    let all = documents.documents
    let (tried, choices) = try chosen(wanted, isFixed: isFixed)
    let openSetTrials = try tried.trials.enumerated().flatMap { index, trial in
      try unknownClassTrials(index..<index + 1, trial.prototypes, trial.split)
    }
    var training = try trainPrototypes(documents, tried.wanted)
    training.report.choices = choices
    guard let refined = tried.refined, tried.isRefinementBetter else {
      return keepingPrototypes(training, tried.plain, tried: tried.refined?.scores.accuracy ?? 0)
    }
    let (table, halvings, _, keptShare) = try refine(training.prototypes, refined.recipe, on: all)
    // Where no row could be held out, the training rows judge: refinement must not do worse on what it learned from.
    if tried.plain.isRight.isEmpty {
      let learned = try table.heldOutScores(all, of: documents, workers: workers).accuracy
      let known = try self.table(training.prototypes, scale: 1).heldOutScores(
        all, of: documents, workers: workers
      ).accuracy
      guard learned >= known else { return keepingPrototypes(training, tried.plain, tried: learned) }
    }
    return outcome(
      training, table, refined.recipe, halvings, refined.scores, tried.plain, openSetTrials,
      keptShare: keptShare)
  }

  /// What the report says about held-out rows, with the recipe that is best there; of an automatic number of prototypes,
  /// with the best one too.
  ///
  /// - Parameters: as for ``fit(limits:isFixed:)``.
  func heldOutScores(limits: [Int], isFixed: [Bool]) throws -> HeldOutScores {
    let trainer = scaled()
    let wanted = try prototypeCounts(limits: limits, isFixed: isFixed)
    return options.isPrototypeCountAutomatic
      ? try trainer.chosen(wanted, isFixed: isFixed).taken.best : try trainer.tried(wanted).best
  }

  /// Documents that pay for one more prototype at least, where held-out rows say how many pay.
  private static let leastMembers = 5
  private static let largestCount = 32

  /// The numbers of prototypes, and the recipe, that held-out rows speak for.
  ///
  /// One prototype a class is tried beside those that are wanted. With `k_init='auto'` the classes then get more and more, by
  /// powers of two, until two steps in a row bring nothing. A step is taken if it corrects more documents than it breaks, by
  /// more than one standard error of a paired comparison.
  private func chosen(
    _ wanted: [Int], isFixed: [Bool]
  ) throws -> (taken: TriedCounts, choices: [TrainingChoice]) {
    var all = [try tried(wanted)]
    var (best, misses, count) = (0, 0, 2)
    if let ones = oneEach(wanted, isFixed: isFixed) {
      all.append(try tried(ones))
      if all[1].best.isBetter(than: all[0].best) { best = 1 }
    }
    let grows = options.isPrototypeCountAutomatic && initial.allSatisfy(\.isEmpty)
    while grows, misses < 2, count <= Self.largestCount {
      let next = limited(
        wanted.indices.map { index in
          let most = documents.partition.count(of: index) / Self.leastMembers
          return isFixed[index] ? wanted[index] : max(wanted[index], min(count, most))
        }, isFixed: isFixed)
      count *= 2
      guard all.allSatisfy({ $0.wanted != next }) else { continue }
      all.append(try tried(next))
      if all[all.count - 1].best.isBetter(than: all[best].best) {
        (best, misses) = (all.count - 1, 0)
      } else {
        misses += 1
      }
    }
    let counts = all.indices.map { index in
      TrainingChoice(
        "prototypes", "\(all[index].wanted.reduce(0, +))", all[index].best, isTaken: index == best)
    }
    return (all[best], (all.count > 1 ? counts : []) + all[best].choices)
  }

  /// One prototype for each class whose number was not asked for; nil where that is what they have, or where prototypes are given.
  func oneEach(_ wanted: [Int], isFixed: [Bool]) -> [Int]? {
    let ones = wanted.indices.map { isFixed[$0] ? wanted[$0] : min(1, wanted[$0]) }
    return ones != wanted && initial.allSatisfy(\.isEmpty) ? ones : nil
  }

  private func tried(_ wanted: [Int]) throws -> TriedCounts {
    let recipes = options.refinement == .count(0) ? [] : settings.recipes.map(lasting)
    let epochs = recipes.reduce(0) { $0 + $1.epochs }
    let trials = try inParallel(
      count: Self.splitCount, documents: Self.splitCount * (1 + epochs) * documents.partition.order.count
    ) { try $0.trial($1, wanted, recipes) }.compactMap { $0 }
    func joined(_ scores: (Trial) -> HeldOutScores) -> HeldOutScores {
      var all = HeldOutScores()
      for trial in trials { all.append(scores(trial)) }
      return all
    }
    return TriedCounts(
      wanted: wanted, trials: trials, plain: joined(\.plain),
      recipes: recipes.indices.map { index in
        TriedRecipe(recipe: recipes[index], scores: joined { $0.refined[index] })
      })
  }

  /// nil where no row happened to be held out; in a tiny set another split may hold some out.
  private func trial(_ step: Int, _ wanted: [Int], _ recipes: [RefinementRecipe]) throws -> Trial? {
    let split = smallSplit(step)
    guard !split.heldOut.isEmpty else { return nil }
    let unseen = try unseen(split)
    let prototypes = try trainPrototypes(documents.selecting(split.training), wanted).prototypes
    return Trial(
      split: split, prototypes: prototypes, plain: try plainScores(prototypes, unseen),
      refined: try recipes.map {
        try judged(refine(prototypes, $0, on: split.training).table, unseen, prototypes)
      })
  }

  static let splitCount = 5

  func smallSplit(_ step: Int) -> HeldOutSplit {
    HeldOutSplit(documents, share: 0.12, seed: options.seed, step: UInt64(step))
  }
}

extension TrainingChoice {
  init(_ subject: String, _ candidate: String, _ scores: HeldOutScores, isTaken: Bool) {
    self.init(
      subject: subject, candidate: candidate, accuracy: scores.accuracy, rowCount: scores.isRight.count,
      isTaken: isTaken)
  }
}

extension HeldOutScores {
  /// Whether these are right about more weight of the same documents, by more than some standard errors of the difference.
  func isBetter(than other: HeldOutScores, errors: Double = 1) -> Bool {
    var (difference, variance) = (0.0, 0.0)
    for position in isRight.indices where isRight[position] != other.isRight[position] {
      let weight = Double(weights[position])
      difference += isRight[position] ? weight : -weight
      variance += weight * weight
    }
    return difference > errors * variance.squareRoot()
  }
}
