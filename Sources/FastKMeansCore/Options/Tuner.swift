/// Settings of a search for good options.
package struct TunerSettings: Sendable, Equatable {
  /// Candidates to try at most, the first being the options that one starts from.
  package var trialCount = 18
  /// Folds that the finalists are judged on; each holds out its share of the rows.
  package var foldCount = 5
  /// Seconds after which the search ends with the best that it has; nil: none. With a limit the outcome depends on the
  /// machine, without it on rows and seed alone.
  package var timeLimit: Double?
  /// Draws candidates, folds and shares.
  package var seed: UInt64 = 42

  package init() {}

  /// - Throws: ``OptionsError``.
  package func validate() throws(OptionsError) {
    guard trialCount >= 1 else {
      throw OptionsError(parameter: "trials", value: "\(trialCount)", allowed: "a whole number from 1")
    }
    if let timeLimit, !(timeLimit > 0) {
      throw OptionsError(parameter: "time_limit", value: "\(timeLimit)", allowed: "more than no time")
    }
  }
}

/// What a search tried, and how it did.
package struct TuningResult<Candidate: Sendable & Equatable>: Sendable, Equatable {
  /// The first is the base.
  package let candidates: [Candidate]
  package let outcome: SuccessiveHalving.Outcome

  package init(candidates: [Candidate], outcome: SuccessiveHalving.Outcome) {
    (self.candidates, self.outcome) = (candidates, outcome)
  }

  /// The options that did best.
  package var best: Candidate { candidates[outcome.best] }
}

/// Where a search stands.
package struct TuningProgress: Sendable, Equatable {
  /// Fits done, and to do at most.
  package let completed: Int
  package let total: Int
  /// The best accuracy on held-out rows so far, whatever the share of rows; nil before the first.
  package let bestAccuracy: Double?
}

/// Judges candidates on held-out rows: what rows and text have in common.
package struct Tuner {
  private let settings: TunerSettings
  private let folds: StratifiedFolds
  private let deadline: ContinuousClock.Instant?

  /// - Throws: ``OptionsError``, ``InputError/oneClassOnly(label:)``.
  package init(_ settings: TunerSettings, labels: LabelColumn) throws {
    try settings.validate()
    guard labels.labels.count > 1 else {
      throw InputError.oneClassOnly(label: labels.labels.first?.description ?? "")
    }
    self.settings = settings
    folds = try StratifiedFolds(labels, count: settings.foldCount, seed: settings.seed)
    deadline = settings.timeLimit.map { ContinuousClock.now.advanced(by: .seconds($0)) }
  }

  private var isTimeUp: Bool { deadline.map { ContinuousClock.now >= $0 } ?? false }

  /// Searches among `candidateCount` candidates.
  ///
  /// - Parameters:
  ///   - judge: fits a candidate to some rows and returns the share of others that it gets right; it passes the
  ///     handler on to what it calls, so that a search ends in time within a fit too.
  package func run(
    candidateCount: Int, progress: ((TuningProgress) throws -> Void)?,
    judge: (_ candidate: Int, _ training: [Int], _ heldOut: [Int], _ handler: ProgressHandler) throws ->
      Double
  ) throws -> SuccessiveHalving.Outcome {
    let search = SuccessiveHalving(
      candidateCount: candidateCount, foldCount: folds.count, rowCount: folds.foldOfRow.count)
    var (completed, best) = (0, Double?.none)
    func report() throws {
      try progress?(TuningProgress(completed: completed, total: search.taskCount, bestAccuracy: best))
    }
    return try search.run { task in
      if isTimeUp { throw SuccessiveHalving.TimeIsUp() }
      try report()
      let accuracy = try judge(task.candidate, training(task), folds.rows(of: task.fold)) { _ in
        if isTimeUp { throw SuccessiveHalving.TimeIsUp() }
        try report()
      }
      completed += 1
      best = max(best ?? 0, accuracy)
      try report()
      return accuracy
    }
  }

  /// A share of the rows outside of a fold: the same ones for every candidate, each class's share of them.
  private func training(_ task: SuccessiveHalving.Job) -> [Int] {
    let rows = folds.rows(butOf: task.fold)
    guard task.share < 1 else { return rows }
    var random = CounterRandom(seed: settings.seed, stream: 0x5A4E, step: UInt64(task.fold))
    return rows.filter { _ in random.nextUnit() < task.share }
  }
}
