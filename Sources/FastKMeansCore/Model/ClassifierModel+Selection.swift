extension ClassifierModel {
  /// Which vectors to label next: those of whose classes the classifier is least sure, spread over its prototypes, without
  /// near duplicates.
  ///
  /// - Parameters:
  ///   - rows: the vectors to choose from, at least one.
  ///   - count: how many to choose, at least 1.
  ///   - similarity: vectors are near duplicates from this cosine on, above 0, at most 1.
  ///   - seed: of the draws among vectors of equal worth.
  /// - Returns: the most valuable first; fewer than asked where too few differ from one another. Of each: its position among
  ///   `rows`, its best class with its probability, and by how much this lies above the probability of the second class: the
  ///   smaller this margin, the less sure; 0 for a vector of which nothing is known.
  /// - Throws: ``OptionsError`` for a value out of range; ``InputError``.
  /// - Determinism: the same bits for any number of threads.
  public func select(
    from rows: some VectorRows, count: Int = 100, similarity: Double = 0.9, seed: UInt64 = 42
  ) throws -> [(row: Int, label: Class, confidence: Float, margin: Float)] {
    try select(from: rows.features, count: count, similarity: similarity, seed: seed)
  }

  package func select(
    from rows: Features, count: Int, similarity: Double, seed: UInt64
  ) throws -> [(row: Int, label: Class, confidence: Float, margin: Float)] {
    var settings = RowSelection.Settings()
    (settings.count, settings.similarity, settings.seed) = (count, similarity, seed)
    let labels = storage.classes.labels
    let selection = try rows.withRows { try RowSelection(from: $0, model: storage, settings: settings) }
    return selection.choices.compactMap { choice in
      Class(label: labels[choice.classIndex]).map {
        (row: choice.row, label: $0, confidence: choice.confidence, margin: choice.margin)
      }
    }
  }
}
