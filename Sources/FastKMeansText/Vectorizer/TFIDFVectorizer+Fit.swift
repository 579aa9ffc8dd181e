import FastKMeansCore

extension TFIDFVectorizer {
  /// Learns the vocabulary and document frequencies, and gives the documents' rows in the same pass.
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
  ) throws -> FittedText {
    try documents.withDocuments { try fitTransform($0, options: options, workers: workers) }
  }

  /// The same for documents that someone else owns.
  package static func fitTransform(
    _ documents: DocumentBytes, options: TextOptions, workers: Int
  ) throws -> FittedText {
    let options = try options.validated()
    try options.options.checkFittable()
    guard documents.count > 0 else { throw InputError.noRows }
    let workers = Parallel.workerCount(workers)
    try documents.checkLengths()
    return if let bits = options.options.hashingBits {
      try fitHashing(documents, options, bits: bits, workers: workers)
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

  /// Learns the vocabulary and document frequencies; the texts' bytes are copied.
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

  /// A vectoriser with the options of this one, fitted to these texts.
  ///
  /// - Parameters:
  ///   - texts: at least one.
  ///   - workers: how many threads; -1 for one a core.
  /// - Returns: a new vectoriser.
  /// - Throws: as ``fitTransform(_:options:workers:)``.
  package func fitted(to texts: some Collection<String>, workers: Int = -1) throws -> TFIDFVectorizer {
    try Self.fit(to: texts, options: options, workers: workers)
  }

  /// A vectoriser with the options of this one, fitted to these documents.
  ///
  /// - Parameters:
  ///   - documents: at least one; UTF-8, or nearly.
  ///   - workers: how many threads; -1 for one a core.
  /// - Returns: a new vectoriser.
  /// - Throws: as ``fitTransform(_:options:workers:)``.
  package func fitted(to documents: UTF8Documents, workers: Int = -1) throws -> TFIDFVectorizer {
    try Self.fit(to: documents, options: options, workers: workers)
  }
}

extension TFIDFVectorizer {
  private static func fitVocabulary(
    _ documents: DocumentBytes, _ options: ValidatedTextOptions, workers: Int
  ) throws -> FittedText {
    let counts = try CountedDocuments.count(documents, with: TermReader(options), workers: workers)
    let merged = try counts.merged()
    let selection = try VocabularySelection.select(
      merged.table, options: options.options, documentCount: documents.count)
    let columns = counts.counters.indices.map { merged.columns(of: $0, selection.columns) }
    Parallel.forEach(count: counts.chunks.count, workers: workers) { _, index in
      let chunk = counts.chunks[index]
      chunk.rows.renumber(columns[chunk.counter])
      chunk.rows.sortRows(columnCount: selection.vocabulary.count)
    }
    let vectorizer = TFIDFVectorizer(
      options, vocabulary: selection.vocabulary, documentFrequencies: selection.documentFrequencies,
      inverseDocumentFrequencies: selection.documentFrequencies.map {
        TermWeighting.inverseDocumentFrequency(documents: $0, of: documents.count)
      }, documentCount: documents.count)
    let rows = try vectorizer.weighting.matrix(
      counts.chunks.map(\.rows), columnCount: vectorizer.columnCount, workers: workers)
    return FittedText(vectorizer: vectorizer, rows: rows, repairCount: counts.repairCount)
  }

  private static func fitHashing(
    _ documents: DocumentBytes, _ options: ValidatedTextOptions, bits: Int, workers: Int
  ) throws -> FittedText {
    let reader = try TFIDFVectorizer(options.options)
    let (chunks, repairCount) = try reader.countKnownTerms(documents, workers: workers)
    var frequencies = [Int](repeating: 0, count: 1 << bits)
    for rows in chunks {
      for entry in rows.entries.elements { frequencies[CountedRows.key(entry)] += 1 }
    }
    let vectorizer = TFIDFVectorizer(
      options, vocabulary: reader.vocabulary, documentFrequencies: frequencies,
      inverseDocumentFrequencies: frequencies.map {
        TermWeighting.inverseDocumentFrequency(documents: $0, of: documents.count)
      }, documentCount: documents.count)
    let rows = try vectorizer.weighting.matrix(
      chunks, columnCount: vectorizer.columnCount, workers: workers)
    return FittedText(vectorizer: vectorizer, rows: rows, repairCount: repairCount)
  }
}
