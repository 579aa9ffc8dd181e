import FastKMeansCore

extension TFIDFVectorizer {
  /// Makes the documents' rows. Terms that the vocabulary lacks are left out.
  ///
  /// - Parameters:
  ///   - documents: any number; UTF-8, or nearly.
  ///   - workers: how many threads; -1 for one a core. The result has the same bits for any number.
  /// - Returns: the rows and how many invalid sequences were read as U+FFFD.
  /// - Throws: ``TextError/notFitted``, ``TextError/documentTooLong(document:bytes:limit:)``.
  /// - Complexity: O(bytes) expected time; twice the rows' memory at most.
  package func transform(_ documents: UTF8Documents, workers: Int = -1) throws -> VectorizedText {
    try documents.withDocuments { try transform($0, workers: workers) }
  }

  /// The same for documents in memory that the caller owns.
  package func transform(_ documents: DocumentBytes, workers: Int) throws -> VectorizedText {
    guard isFitted else { throw TextError.notFitted }
    let workers = Parallel.workerCount(workers)
    try documents.checkLengths()
    let (chunks, repairCount) = try countKnownTerms(documents, workers: workers)
    let rows = try weighting.matrix(chunks, columnCount: columnCount, workers: workers)
    return VectorizedText(vectorizer: self, rows: rows, repairCount: repairCount)
  }

  /// Makes the texts' rows. Terms that the vocabulary lacks are left out.
  ///
  /// - Parameters:
  ///   - texts: any number.
  ///   - workers: how many threads; -1 for one a core.
  /// - Returns: a row for each text.
  /// - Throws: ``TextError/notFitted``, ``TextError/documentTooLong(document:bytes:limit:)``.
  public func transform(_ texts: some Collection<String>, workers: Int = -1) throws -> CSRMatrix {
    try transform(UTF8Documents(texts), workers: workers).rows
  }

  /// Makes one text's row.
  ///
  /// - Throws: ``TextError/notFitted``, ``TextError/documentTooLong(document:bytes:limit:)``.
  public func transform(_ text: String) throws -> CSRMatrix {
    try transform(UTF8Documents(CollectionOfOne(text)), workers: 1).rows
  }

  /// Returns the column of a term, written as the tokeniser writes it; `nil` where the vocabulary lacks it.
  package func column(of term: String) -> Int? {
    var term = term
    return term.withUTF8 { term in
      if let bits = options.hashingBits { return Int(MurmurHash3.column(of: term, bits: bits)) }
      return vocabulary.withLookup { $0.id(of: term) }
    }
  }
}

extension TFIDFVectorizer {
  /// The terms of a document by their hashed column, more than one where hashes collide; empty with a vocabulary.
  ///
  /// A hashing vectoriser keeps no terms, so those of the document are read and hashed again.
  package func hashedTerms(of document: String) -> [Int: [String]] {
    guard isHashing else { return [:] }
    var options = options
    (options.hashingBits, options.minDocumentFrequency, options.maxFeatures) = (nil, 1, nil)
    // A document without a term has no vocabulary, and no feature to name.
    guard let own = try? Self.fit(to: CollectionOfOne(document), options: options, workers: 1) else {
      return [:]
    }
    let terms = (0..<own.columnCount).compactMap(own.term)
    return Dictionary(grouping: terms) { column(of: $0) ?? -1 }
  }

  /// Counts the terms that have columns, by chunks of documents.
  func countKnownTerms(
    _ documents: DocumentBytes, workers: Int
  ) throws -> (chunks: [CountedRows], repairCount: Int) {
    let ranges = documents.chunks(workers: workers)
    let slots = WorkerScratch<(rows: CountedRows, repairCount: Int)?>(workers: ranges.count) { nil }
    Parallel.forEach(count: ranges.count, workers: workers) { _, index in
      let counted = countKnownTerms(documents, ranges[index])
      slots.with(index) { $0 = counted }
    }
    let chunks = ranges.indices.compactMap { index in slots.with(index) { $0 } }
    return (chunks.map(\.rows), chunks.reduce(0) { $0 + $1.repairCount })
  }

  /// Appends the columns of a batch's terms, as far as they have any.
  @inline(__always)
  private func appendColumns(of batch: TermBatch, _ lookup: TermLookup, to columns: RawBuffer<UInt64>) {
    columns.reserve(batch.count)
    if let bits = options.hashingBits {
      for index in 0..<batch.count {
        let column = MurmurHash3.column(of: batch.term(index), bits: bits)
        columns.append(CountedRows.entry(key: Int(column), count: 1))
      }
      return
    }
    batch.prepare(for: lookup)
    for index in 0..<batch.count {
      if let id = lookup.find(batch.term(index), key: batch.key(index)).id {
        columns.append(CountedRows.entry(key: id, count: 1))
      }
    }
  }

  /// Counts the terms that have columns in some of the documents.
  private func countKnownTerms(
    _ documents: DocumentBytes, _ range: Range<Int>
  ) -> (rows: CountedRows, repairCount: Int) {
    let byteCount = documents.offsets[range.upperBound] - documents.offsets[range.lowerBound]
    let rows = CountedRows(documents: range.count, byteCount: byteCount)
    let scratch = Analyzer.Scratch()
    var repairCount = 0
    vocabulary.withLookup { lookup in
      for document in range {
        repairCount += analyzer.forEachBatch(in: documents[document], scratch: scratch) { batch in
          appendColumns(of: batch, lookup, to: rows.entries)
        }
        rows.endRow()
      }
    }
    rows.sortRows(columnCount: columnCount)
    return (rows, repairCount)
  }
}
