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

  /// Numbers of prototypes with what the trials said of them.
  private struct TriedCounts {
    var wanted: [Int]
    var trials: [Trial]
    /// Of the k-means prototypes.
    var plain: HeldOutScores
    /// The better recipe; nil where none is to be tried.
    var refined: TriedRecipe?

    var isRefinementBetter: Bool { (refined?.scores.accuracy ?? -1) >= plain.accuracy }
    var best: HeldOutScores { isRefinementBetter ? refined?.scores ?? plain : plain }
  }

  /// Small sets: tries recipes and numbers of prototypes on held-out rows, then refines on all.
  func refineSmall(_ wanted: [Int], isFixed: [Bool]) throws -> Outcome {
    let all = documents.documents
    let tried = try chosen(wanted, isFixed: isFixed)
    let openSetTrials = try tried.trials.enumerated().flatMap { index, trial in
      try unknownClassTrials(index..<index + 1, trial.prototypes, trial.split)
    }
    let training = try trainPrototypes(documents, tried.wanted)
    guard let refined = tried.refined, tried.isRefinementBetter else {
      return keepingPrototypes(training, tried.plain, tried: tried.refined?.scores.accuracy ?? 0)
    }
    let (table, halvings, _) = try refine(training.prototypes, refined.recipe, on: all)
    // Where no row could be held out, the training rows judge: refinement must not do worse on what it learned from.
    if tried.plain.isRight.isEmpty {
      let learned = try table.heldOutScores(all, of: documents, workers: workers).accuracy
      let known = try self.table(training.prototypes, scale: 1).heldOutScores(
        all, of: documents, workers: workers
      ).accuracy
      guard learned >= known else { return keepingPrototypes(training, tried.plain, tried: learned) }
    }
    return outcome(training, table, refined.recipe, halvings, refined.scores, tried.plain, openSetTrials)
  }

  /// How often the answers would be right: on held-out rows, with the recipe and the numbers that are best there.
  ///
  /// - Returns: 0 where no row could be held out.
  /// - Parameters: as for ``fit(limits:isFixed:)``.
  package func heldOutAccuracy(limits: [Int], isFixed: [Bool]) throws -> Double {
    try scaled().chosen(prototypeCounts(limits: limits, isFixed: isFixed), isFixed: isFixed).best.accuracy
  }

  /// Documents that pay for one more prototype at least, where held-out rows say how many pay.
  private static let leastMembers = 5
  private static let largestCount = 32

  /// The numbers of prototypes, and the recipe, that held-out rows speak for.
  ///
  /// With `k_init='auto'` the classes get more and more, by powers of two, until two steps in a row bring nothing: a step is
  /// taken if it mends more documents than it breaks by more than chance would (one standard error of a paired comparison).
  private func chosen(_ wanted: [Int], isFixed: [Bool]) throws -> TriedCounts {
    var best = try tried(wanted)
    guard options.isPrototypeCountAutomatic, initial.allSatisfy(\.isEmpty) else { return best }
    var (last, misses, count) = (wanted, 0, 2)
    while misses < 2, count <= Self.largestCount {
      let next = limited(
        wanted.indices.map { index in
          let most = documents.partition.count(of: index) / Self.leastMembers
          return isFixed[index] ? wanted[index] : max(wanted[index], min(count, most))
        }, isFixed: isFixed)
      count *= 2
      guard next != last else { continue }
      last = next
      let more = try tried(next)
      if more.best.isBetter(than: best.best) { (best, misses) = (more, 0) } else { misses += 1 }
    }
    return best
  }

  private func tried(_ wanted: [Int]) throws -> TriedCounts {
    let trials = try (0..<Self.splitCount).compactMap { try trial($0, wanted) }
    let plain = try scored(trials) { try plainScores($0.prototypes, $0.unseen) }
    var refined: TriedRecipe?
    if options.refinement != .count(0) {
      // Ties go to the first; so does a set without any held-out row, where every class has one document.
      for recipe in settings.recipes.map(lasting) {
        let scores = try scored(trials) {
          let table = try refine($0.prototypes, recipe, on: $0.split.training).table
          return try judged(table, $0.unseen, $0.prototypes)
        }
        if scores.accuracy > refined?.scores.accuracy ?? -1 {
          refined = TriedRecipe(recipe: recipe, scores: scores)
        }
      }
    }
    return TriedCounts(wanted: wanted, trials: trials, plain: plain, refined: refined)
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

  /// The scores of each trial's held-out rows, one trial after the other.
  private func scored(
    _ trials: [Trial], by score: (Trial) throws -> HeldOutScores
  ) rethrows -> HeldOutScores {
    var scores = HeldOutScores()
    for trial in trials { scores.append(try score(trial)) }
    return scores
  }
}

extension HeldOutScores {
  /// Whether these mend more of the same documents than they break, by more than one standard error of the difference.
  func isBetter(than other: HeldOutScores) -> Bool {
    let pairs = zip(isRight, other.isRight)
    let mended = Double(pairs.count { $0 && !$1 })
    let broken = Double(pairs.count { !$0 && $1 })
    return mended - broken > (mended + broken).squareRoot()
  }
}
