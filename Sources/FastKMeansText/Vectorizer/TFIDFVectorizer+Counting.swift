import FastKMeansCore

extension TFIDFVectorizer {
  /// The same vectoriser with documents added to those that its frequencies count: for streams, whose words change
  /// their frequency. The vocabulary stays.
  ///
  /// - Parameter rows: what ``transform(_:workers:)`` of this vectoriser, or of one with the same columns, gave for
  ///   these documents.
  /// - Returns: a vectoriser whose weights are those of all documents seen.
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)`` for rows of another vectoriser; ``OptionsError``
  ///   for one that hashes to more columns than frequencies are kept for.
  /// - Complexity: O(columns + non-zeros).
  package func counting(_ rows: CSRMatrix) throws -> TFIDFVectorizer {
    try options.checkFittable()
    guard rows.columnCount == columnCount else {
      throw InputError.featureCountMismatch(expected: columnCount, found: rows.columnCount)
    }
    var frequencies = documentFrequencies
    if frequencies.isEmpty { frequencies = [Int](repeating: 0, count: columnCount) }
    for column in rows.columns { frequencies[Int(column)] += 1 }
    let total = documentCount + rows.rowCount
    return TFIDFVectorizer(
      try options.validated(), vocabulary: vocabulary, documentFrequencies: frequencies,
      inverseDocumentFrequencies: frequencies.map {
        TermWeighting.inverseDocumentFrequency(documents: $0, of: total)
      }, documentCount: total)
  }
}
