extension ClassifierModel {
  /// What the model can tell about documents of classes that it has never seen; nil for a model that was not refined,
  /// has fewer than three classes, or had too few documents to hold some out.
  package var openSet: OpenSet? { storage.openSet }

  /// When this model answers "none of these"; nil: only to documents without any known feature.
  package var rejection: RejectionRule? { storage.rejection?.rule }

  /// The same model, which rejects documents by a rule; nil takes a rule back.
  ///
  /// - Throws: ``ClassifierError/unsupported(_:)`` for a model that cannot tell (see ``openSet``); ``OptionsError``
  ///   for a rate finer than its held-out documents can tell.
  /// - Complexity: O(n log n + classes) for n held-out documents.
  package func rejecting(_ rule: RejectionRule?) throws -> ClassifierModel {
    var copy = self
    guard let rule else {
      copy.storage.rejection = nil
      return copy
    }
    guard let openSet = storage.openSet else {
      throw ClassifierError.unsupported(
        "this model cannot tell unknown classes; train it with refinement, at least three classes and some dozens of"
          + " documents")
    }
    copy.storage.rejection = try Rejection(rule, openSet: openSet, classCount: storage.classes.count)
    return copy
  }

  /// A copy that accepts this share of the documents of unknown classes and rejects the others.
  ///
  /// Labels and confidences stay as they are: ``Answer/isRejected`` says more often that none of the classes fits. The
  /// rate goes with the classifier into its file.
  ///
  /// - Parameters:
  ///   - falseAcceptRate: above 0, below 1; nil rejects only documents in which nothing is known.
  ///   - isPerClass: whether each answered class keeps the rate on its own.
  /// - Throws: ``ClassifierError/unsupported(_:)`` for a classifier that cannot tell unknown classes;
  ///   ``OptionsError`` for a rate out of range or finer than the held-out documents of the training can tell.
  public func rejecting(falseAcceptRate: Double?, isPerClass: Bool = false) throws -> ClassifierModel {
    try rejecting(falseAcceptRate.map { try RejectionRule(.falseAccept, rate: $0, isPerClass: isPerClass) })
  }

  /// A copy that rejects this share of the documents of known classes.
  ///
  /// - Parameters:
  ///   - falseRejectRate: above 0, below 1.
  ///   - isPerClass: whether each answered class keeps the rate on its own.
  /// - Throws: as ``rejecting(falseAcceptRate:isPerClass:)``.
  public func rejecting(falseRejectRate: Double, isPerClass: Bool = false) throws -> ClassifierModel {
    try rejecting(RejectionRule(.falseReject, rate: falseRejectRate, isPerClass: isPerClass))
  }
}
