import FastKMeansCore

extension TFIDFVectorizer {
  /// Learns the vocabulary and document frequencies, and makes the documents' rows in the same pass.
  ///
  /// Each document is read once; chunks of documents are counted in parallel, each worker with a vocabulary of its
  /// own, and these are merged. As columns are in the order of the terms, the result has the same bits for any
  /// number of workers.
  ///
  /// - Parameters:
  ///   - documents: at least one; UTF-8, or nearly.
  ///   - options: see ``TextOptions``; hashing with more than 24 bits can't be fitted.
  ///   - workers: how many threads; -1 for one a core.
  /// - Returns: the vectoriser, the rows, and how many invalid sequences were read as U+FFFD.
  /// - Throws: ``OptionsError``; ``InputError/noRows``; ``TextError``.
  /// - Complexity: O(bytes) expected time; the entries' 8 bytes each, the terms, and the rows are held at once.
  package static func fitTransform(
    _ documents: UTF8Documents, options: TextOptions = TextOptions(), workers: Int = -1
  ) throws -> VectorizedText {
    try documents.withDocuments { try fitTransform($0, options: options, workers: workers) }
  }

  /// The same for documents in memory that the caller owns.
  package static func fitTransform(
    _ documents: DocumentBytes, options: TextOptions, workers: Int
  ) throws -> VectorizedText {
    let options = try options.validated()
    try options.checkFittable()
    guard documents.count > 0 else { throw InputError.noRows }
    let workers = Parallel.workerCount(workers)
    guard options.columns.isEmpty else { return try fitColumns(documents, options, workers: workers) }
    return if options.hashingBits != nil {
      try fitHashing(documents, options, workers: workers)
    } else {
      try fitVocabulary(documents, options, workers: workers)
    }
  }

  /// Learns the vocabulary and document frequencies.
  ///
  /// - Parameters:
  ///   - documents: at least one; UTF-8, or nearly.
  ///   - options: see ``TextOptions``.
  ///   - workers: how many threads; -1 for one a core.
  /// - Returns: a new vectoriser.
  /// - Throws: as ``fitTransform(_:options:workers:)``.
  package static func fit(
    to documents: UTF8Documents, options: TextOptions = TextOptions(), workers: Int = -1
  ) throws -> TFIDFVectorizer {
    try fitTransform(documents, options: options, workers: workers).vectorizer
  }

  /// Learns the vocabulary and document frequencies of texts.
  ///
  /// - Parameters:
  ///   - texts: at least one.
  ///   - options: see ``TextOptions``.
  ///   - workers: how many threads; -1 for one a core.
  /// - Returns: a new vectoriser.
  /// - Throws: as ``fitTransform(_:options:workers:)``.
  public static func fit(
    to texts: some Collection<String>, options: TextOptions = TextOptions(), workers: Int = -1
  ) throws -> TFIDFVectorizer {
    try fit(to: UTF8Documents(texts), options: options, workers: workers)
  }

  /// Returns this vectoriser with more documents counted in its document frequencies, as streams need whose words change
  /// their frequency. The vocabulary stays.
  ///
  /// - Parameter rows: what ``transform(_:workers:)`` of this vectoriser, or of one with the same columns, gave for
  ///   these documents.
  /// - Returns: a vectoriser whose weights are those of all documents counted.
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
    let count = documentCount + rows.rowCount
    guard blocks.isEmpty else {
      let counted = blocks.map { $0.counting(Array(frequencies[$0.columns]), documentCount: count) }
      return TFIDFVectorizer(options, blocks: counted, documentCount: count)
    }
    return TFIDFVectorizer(
      options, vocabularies: parts.map(\.vocabulary), documentFrequencies: frequencies, documentCount: count)
  }
}

extension TFIDFVectorizer {
  private static func fitVocabulary(
    _ documents: DocumentBytes, _ options: TextOptions, workers: Int
  ) throws -> VectorizedText {
    var (selections, rows, repairCount) = ([VocabularySelection](), [[CountedRows]](), 0)
    var emptiness = TextError.emptyVocabulary(documents: documents.count)
    for kind in options.analyzer.kinds {
      let analyzer = Analyzer(options, kind)
      try documents.checkLengths(limit: analyzer.maxDocumentBytes)
      let counts = try CountedDocuments.count(documents, with: analyzer, workers: workers)
      let numbers = try counts.mergeTerms()
      let selection = VocabularySelection.select(counts.counters[0], options: options)
      if selection.vocabulary.count == 0 {
        emptiness = VocabularySelection.emptiness(
          counts.counters[0], kind: kind, options: options, documentCount: documents.count)
      }
      // For each worker the column of each of its terms.
      let columns = numbers.enumerated().map { worker, numbers in
        worker == 0 ? selection.columns : numbers.map { selection.columns[Int($0)] }
      }
      Parallel.forEach(count: counts.chunks.count, workers: workers) { _, index in
        let chunk = counts.chunks[index]
        chunk.rows.renumber(columns[chunk.counter])
        chunk.rows.sortRows(columnCount: selection.vocabulary.count)
      }
      selections.append(selection)
      rows.append(counts.chunks.map(\.rows))
      repairCount = counts.repairCount
    }
    guard selections.contains(where: { $0.vocabulary.count > 0 }) else { throw emptiness }
    let vectorizer = TFIDFVectorizer(
      options, vocabularies: selections.map(\.vocabulary),
      documentFrequencies: selections.flatMap(\.documentFrequencies), documentCount: documents.count)
    return VectorizedText(
      vectorizer: vectorizer,
      rows: try vectorizer.weighting.matrix(rows, columnCount: vectorizer.columnCount, workers: workers),
      repairCount: repairCount)
  }

  private static func fitHashing(
    _ documents: DocumentBytes, _ options: TextOptions, workers: Int
  ) throws -> VectorizedText {
    let unfitted = try TFIDFVectorizer(options)
    try documents.checkLengths(limit: unfitted.maxDocumentBytes)
    let (rows, repairCount) = unfitted.countKnownTerms(documents, workers: workers)
    var frequencies = [Int](repeating: 0, count: unfitted.columnCount)
    for (part, chunks) in zip(unfitted.parts, rows) {
      for chunk in chunks {
        for entry in chunk.entries.elements {
          frequencies[part.columns.lowerBound + CountedRows.key(entry)] += 1
        }
      }
    }
    let vectorizer = TFIDFVectorizer(
      options, vocabularies: unfitted.parts.map(\.vocabulary), documentFrequencies: frequencies,
      documentCount: documents.count)
    return VectorizedText(
      vectorizer: vectorizer,
      rows: try vectorizer.weighting.matrix(rows, columnCount: vectorizer.columnCount, workers: workers),
      repairCount: repairCount)
  }
}
