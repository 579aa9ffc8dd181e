extension TextClassifier {
  /// Audits texts by models of folds: wrong labels, and texts that repeat others.
  ///
  /// ```swift
  /// let audit = try TextClassifier.audit(texts, labels: labels)
  /// for issue in audit.issues { print(issue.label, issue.suggested, issue.reasons.map(\.term)) }
  /// ```
  ///
  /// - Parameters:
  ///   - texts: any number of each class.
  ///   - labels: the class of each text.
  ///   - folds: each is answered by a model of the others; from 2 to the number of texts.
  ///   - options: of these models, and how texts are turned into vectors.
  ///   - similarity: texts are duplicates from this cosine on, above 0, at most 1; nil does not look for them.
  ///   - progress: called now and then on this thread; an error that it throws cancels the call.
  /// - Throws: ``InputError``; ``OptionsError``; ``TextError`` if no term remains; whatever `progress` throws.
  public static func audit(
    _ texts: [String], labels: [String], folds: Int = 5, options: Options = Options(),
    similarity: Double? = 0.95, progress: ProgressHandler? = nil
  ) throws -> DataAudit<String> {
    let made = try TFIDFVectorizer.fitTransform(
      UTF8Documents(texts), options: options.text, workers: options.training.threadCount)
    var audit = try DataAudit(
      made.rows, labels: labels, folds: folds, options: options.training, similarity: similarity,
      progress: progress)
    for index in audit.labels.indices where !audit.labels[index].reasons.isEmpty {
      let names = FeatureNames(made.vectorizer, document: texts[audit.labels[index].row])
      audit.labels[index].reasons = names.reasons(
        for: audit.labels[index].reasons.map { ($0.feature ?? 0, $0.weight) })
    }
    return audit
  }

  /// The fewest classes for each text that hold the right one as often as is asked.
  ///
  /// The promise holds on average over texts that come as those of the training came. The set of a text is what its answer
  /// names, best first, at least one class; a text without any known word has no promise and is rejected.
  ///
  /// - Parameters:
  ///   - texts: any number.
  ///   - coverage: how often a set is to hold the right class, above 0, below 1.
  ///   - isPerClass: whether the promise holds for the texts of each class, where enough of them were held out.
  /// - Throws: ``ClassifierError/unsupported(_:)`` for a classifier that kept no held-out answers; ``OptionsError`` for a
  ///   coverage out of range, or beyond what the best ten classes give; ``TextError``.
  public func classify(
    _ texts: [String], coverage: Double, isPerClass: Bool = false
  ) throws -> [Answer<String>] {
    let rows = try vectorizer.transform(
      UTF8Documents(texts), workers: contents.model.options.threadCount)
    return try contents.model.sets(.sparse(rows.rows), coverage: coverage, isPerClass: isPerClass)
      .map(Answer<String>.init)
  }

  /// Which texts to label next: those of whose classes the classifier is least sure, spread over its prototypes, without near
  /// duplicates.
  ///
  /// - Parameters:
  ///   - texts: those to choose from, at least one.
  ///   - count: how many to choose, at least 1.
  ///   - similarity: texts are near duplicates from this cosine on, above 0, at most 1.
  ///   - seed: of the draws among texts of equal worth.
  /// - Returns: the most valuable first; fewer than asked where too few differ from one another. Of each: its position among
  ///   `texts`, its best class with its probability, and by how much this lies above the probability of the second class: the
  ///   smaller this margin, the less sure; 0 for a text of which nothing is known.
  /// - Throws: ``OptionsError`` for a value out of range; ``InputError/noRows``; ``TextError`` for a text that is too long.
  public func select(
    from texts: [String], count: Int = 100, similarity: Double = 0.9, seed: UInt64 = 42
  ) throws -> [(row: Int, label: String, confidence: Float, margin: Float)] {
    let rows = try vectorizer.transform(
      UTF8Documents(texts), workers: contents.model.options.threadCount)
    return try contents.model.select(
      from: .sparse(rows.rows), count: count, similarity: similarity, seed: seed
    ).map { ($0.row, $0.label.description, $0.confidence, $0.margin) }
  }
}
