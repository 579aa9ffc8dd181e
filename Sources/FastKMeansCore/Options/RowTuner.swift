/// Searches for training options that do well on rows.
public struct RowTuner: Sendable {
  public var settings: TunerSettings
  public var space: TuningSpace

  public init(settings: TunerSettings = TunerSettings(), space: TuningSpace = TuningSpace()) {
    self.settings = settings
    self.space = space
  }

  /// What was tried, and how it did.
  public struct Result: Sendable, Equatable {
    /// The first is the base.
    public let candidates: [TrainingOptions]
    package let outcome: SuccessiveHalving.Outcome

    /// The options that did best.
    public var best: TrainingOptions { candidates[outcome.best] }
  }

  /// - Parameters:
  ///   - rows: documents.
  ///   - labels: one for each row; at least two classes.
  ///   - base: what does not vary, and the candidate to beat.
  ///   - progress: called before and after each fit and now and then within; an error thrown from it ends the search
  ///     and reaches the caller.
  /// - Throws: ``OptionsError``, ``InputError``; whatever `progress` throws.
  /// - Complexity: some `trialCount / 9 x folds` fits on all rows.
  /// - Determinism: without a time limit, the same rows, settings and base give the same result.
  public func search(
    _ rows: Features, labels: LabelColumn, base: TrainingOptions = TrainingOptions(),
    progress: ((TuningProgress) throws -> Void)? = nil
  ) throws -> Result {
    guard labels.count == rows.rowCount else {
      throw InputError.lengthMismatch(what: "labels", expected: rows.rowCount, found: labels.count)
    }
    _ = try base.validated()
    let candidates = space.candidates(base, count: settings.trialCount, seed: settings.seed)
    let outcome = try Tuner(settings, labels: labels).run(
      candidateCount: candidates.count, progress: progress
    ) { candidate, training, heldOut, handler in
      try HeldOutAccuracy.measure(
        candidates[candidate], rows.selectingRows(training), labels.selectingRows(training),
        rows.selectingRows(heldOut), labels.selectingRows(heldOut), handler)
    }
    return Result(candidates: candidates, outcome: outcome)
  }
}

/// Fits to some rows and counts how many others come out right.
package enum HeldOutAccuracy {
  /// - Throws: what fitting and `handler` throw.
  package static func measure(
    _ options: TrainingOptions, _ training: Features, _ trainingLabels: LabelColumn, _ heldOut: Features,
    _ heldOutLabels: LabelColumn, _ handler: ProgressHandler
  ) throws -> Double {
    guard heldOut.rowCount > 0 else { return 0 }
    return try withoutActuallyEscaping(handler) { handler in
      var classifier = try FastKMeansClassifier<Label>(options)
      try classifier.fit(training, labels: trainingLabels, progress: handler)
      let predicted = try classifier.model.predict(heldOut)
      let right = predicted.indices.count { predicted[$0] == heldOutLabels[$0] }
      return Double(right) / Double(heldOut.rowCount)
    }
  }
}
