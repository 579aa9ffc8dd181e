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

  /// A copy that rejects more documents, by a rate that it keeps: of one of the two that can be named.
  ///
  /// Labels and confidences stay as they are: ``Answer/isRejected`` says more often that none of the classes fits. The
  /// rate goes with the classifier into its file. Without any rate only documents in which nothing is known are rejected.
  ///
  /// - Parameters:
  ///   - falseAcceptRate: the share of the documents of unknown classes that is accepted; above 0, below 1.
  ///   - falseRejectRate: the share of the documents of known classes that is rejected; above 0, below 1.
  ///   - isPerClass: whether each answered class keeps the rate on its own.
  /// - Throws: ``ClassifierError/unsupported(_:)`` for a classifier that cannot tell unknown classes: it was not refined,
  ///   has fewer than three classes, or learned from too few documents. ``OptionsError`` for two rates, a rate out of range,
  ///   or one finer than the held-out documents of the training can tell.
  public func rejecting(
    falseAcceptRate: Double? = nil, falseRejectRate: Double? = nil, isPerClass: Bool = false
  ) throws -> ClassifierModel {
    guard falseAcceptRate == nil || falseRejectRate == nil else {
      throw OptionsError(
        parameter: "falseRejectRate", value: "given beside falseAcceptRate", allowed: "one of the two")
    }
    let accept = try falseAcceptRate.map { try RejectionRule(.falseAccept, rate: $0, isPerClass: isPerClass) }
    return try rejecting(
      accept ?? falseRejectRate.map { try RejectionRule(.falseReject, rate: $0, isPerClass: isPerClass) })
  }
}
