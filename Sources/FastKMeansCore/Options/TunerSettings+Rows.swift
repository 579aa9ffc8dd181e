extension TunerSettings {
  /// Searches for training options that do well on rows.
  ///
  /// - Parameters:
  ///   - rows: documents.
  ///   - labels: one for each row; at least two classes.
  ///   - base: what does not vary, and the candidate to beat.
  ///   - progress: called before and after each fit and now and then within; an error thrown from it ends the search
  ///     and reaches the caller.
  /// - Throws: ``OptionsError``, ``InputError``; whatever `progress` throws.
  /// - Complexity: some `trialCount / 9 x folds` fits on all rows.
  /// - Determinism: without a time limit, the same rows, settings and base give the same result.
  package func search(
    _ rows: Features, labels: LabelColumn, base: TrainingOptions = TrainingOptions(),
    progress: ((TuningProgress) throws -> Void)? = nil
  ) throws -> TuningResult<TrainingOptions> {
    guard labels.count == rows.rowCount else {
      throw InputError.lengthMismatch(what: "labels", expected: rows.rowCount, found: labels.count)
    }
    _ = try base.validated()
    let candidates = TuningSpace.candidates(base, count: trialCount, seed: seed)
    let outcome = try Tuner(self, labels: labels).run(
      candidateCount: candidates.count, progress: progress
    ) { candidate, training, heldOut, handler in
      try HeldOutAccuracy.measure(
        candidates[candidate], rows.selectingRows(training), labels.selectingRows(training),
        rows.selectingRows(heldOut), labels.selectingRows(heldOut), handler)
    }
    return TuningResult(candidates: candidates, outcome: outcome)
  }
}

extension TrainingOptions {
  /// Searches for options that answer vectors well that were held out: other numbers of prototypes, epochs of refinement
  /// and distances than these.
  ///
  /// ```swift
  /// let options = try TrainingOptions().tuned(on: embeddings, labels: labels)
  /// var learner = try Classifier<String>.Learner(options)
  /// ```
  ///
  /// - Parameters:
  ///   - rows: the vectors; some are held out in turn.
  ///   - labels: one for each row; at least two classes.
  ///   - trials: how many options to try at most, these included; from 1.
  ///   - folds: how many parts the best are judged on, from 2.
  ///   - progress: called now and then with the number of fits done and to do at most; an error that it throws ends the
  ///     search.
  /// - Returns: the options that did best, with ``seed`` and all else as here.
  /// - Throws: ``OptionsError``; ``InputError``; whatever `progress` throws.
  /// - Complexity: that of some `trials / 9 x folds` fits.
  public func tuned(
    on rows: some VectorRows, labels: [some ClassLabel], trials: Int = 18, folds: Int = 5,
    progress: ((_ completed: Int, _ total: Int) throws -> Void)? = nil
  ) throws -> TrainingOptions {
    var settings = TunerSettings()
    (settings.trialCount, settings.foldCount, settings.seed) = (trials, folds, seed)
    return try settings.search(rows.features, labels: LabelColumn(labels), base: self) {
      try progress?($0.completed, $0.total)
    }.best
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
