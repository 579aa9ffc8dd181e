extension ClassifierModel {
  /// What the model can tell about documents of classes that it has never seen; nil for a model that was not refined,
  /// has fewer than three classes, or had too few documents to hold some out.
  public var openSet: OpenSet? { storage.openSet }

  /// When this model answers "none of these"; nil: only to documents without any known feature.
  public var rejection: RejectionRule? { storage.rejection?.rule }

  /// The same model, which rejects documents by a rule; nil takes a rule back.
  ///
  /// Labels and confidences stay as they are: ``Answer/isRejected`` says more often that none of them holds. The rule
  /// goes with the model into its file.
  ///
  /// - Throws: ``ClassifierError/unsupported(_:)`` for a model that cannot tell (see ``openSet``); ``OptionsError``
  ///   for a rate finer than its held-out documents can tell.
  /// - Complexity: O(n log n + classes) for n held-out documents.
  public func rejecting(_ rule: RejectionRule?) throws -> ClassifierModel {
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

  /// The same model, which rejects so that it accepts this share of the documents of unknown classes.
  ///
  /// - Parameters:
  ///   - falseAcceptRate: above 0, below 1.
  ///   - isPerClass: whether each predicted class keeps the rate on its own.
  /// - Throws: as ``rejecting(_:)``; ``OptionsError`` for a rate out of range.
  public func rejecting(falseAcceptRate: Double, isPerClass: Bool = false) throws -> ClassifierModel {
    try rejecting(RejectionRule(.falseAccept, rate: falseAcceptRate, isPerClass: isPerClass))
  }

  /// The same model, which rejects this share of the documents of known classes.
  ///
  /// - Parameters:
  ///   - falseRejectRate: above 0, below 1.
  ///   - isPerClass: whether each predicted class keeps the rate on its own.
  /// - Throws: as ``rejecting(_:)``; ``OptionsError`` for a rate out of range.
  public func rejecting(falseRejectRate: Double, isPerClass: Bool = false) throws -> ClassifierModel {
    try rejecting(RejectionRule(.falseReject, rate: falseRejectRate, isPerClass: isPerClass))
  }
}
