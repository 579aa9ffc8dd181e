extension ClassifierModel {
  /// The smallest set of classes for each vector that holds the right one as often as is asked.
  ///
  /// The promise holds on average over vectors that come as those of the training came. The set of a vector is what its answer
  /// names, best first, at least one class; a vector without any known value has no promise and is rejected.
  ///
  /// - Parameters:
  ///   - rows: the vectors.
  ///   - coverage: how often a set is to hold the right class, above 0, below 1.
  ///   - isPerClass: whether the promise holds for the vectors of each class, where enough of them were held out; sets are
  ///     larger then.
  /// - Throws: ``ClassifierError/unsupported(_:)`` for a classifier that kept no held-out answers: it was not refined, comes
  ///   from a file of an earlier version, or had too few vectors. ``OptionsError`` for a coverage out of range, or beyond what
  ///   the best ten classes give. ``InputError``.
  public func classify(
    _ rows: some VectorRows, coverage: Double, isPerClass: Bool = false
  ) throws -> [Answer<Class>] {
    try sets(rows.features, coverage: coverage, isPerClass: isPerClass)
  }

  package func sets(
    _ rows: Features, coverage: Double, isPerClass: Bool, parts: ClassScoring.AnswerParts = .all
  ) throws -> [Answer<Class>] {
    let thresholds = try storage.setThresholds(coverage: coverage, isPerClass: isPerClass)
    var answers = try classify(rows, top: Calibration.nearCount, parts: parts)
    for row in answers.indices {
      let best = answers[row].best
      answers[row].classes =
        [best]
        + answers[row].classes.dropFirst().filter {
          $0.confidence >= thresholds[Int(storage.prototypes.classIndices[$0.prototype])]
        }
    }
    return answers
  }
}

extension ModelStorage {
  /// The least confidence that puts each class into a set.
  ///
  /// - Throws: as ``ClassifierModel/classify(_:coverage:isPerClass:)``.
  package func setThresholds(coverage: Double, isPerClass: Bool) throws -> [Float] {
    guard let truths = calibration?.truths else {
      throw ClassifierError.unsupported(
        "this model kept no answers to held-out documents, which a promise rests on; train it with this version, with"
          + " refinement and some dozens of documents")
    }
    return try truths.thresholds(coverage: coverage, isPerClass: isPerClass, classCount: classes.count)
  }
}
