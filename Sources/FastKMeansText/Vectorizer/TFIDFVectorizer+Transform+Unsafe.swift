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
    guard blocks.isEmpty else {
      return try transform(try documents.fields(of: options.columns), workers: workers)
    }
    try documents.checkLengths(limit: maxDocumentBytes)
    let (chunks, repairCount) = countKnownTerms(documents, workers: workers)
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
  package func transform(_ text: String) throws -> CSRMatrix {
    try transform(UTF8Documents(CollectionOfOne(text)), workers: 1).rows
  }

  /// Returns the column of a term, written as the analyzer writes it; `nil` where the vocabulary lacks it. With words and
  /// characters at once, n-grams of characters begin with a plus sign.
  package func column(of term: String) -> Int? {
    var term = term
    return term.withUTF8 { term in
      let isMarked = parts.count > 1 && term.first == TermPart.mark
      return parts.first { $0.isMarked == isMarked }?.column(
        of: isMarked ? UnsafeBufferPointer(rebasing: term.dropFirst()) : term)
    }
  }
}

extension TFIDFVectorizer {
  var maxDocumentBytes: Int { parts.map(\.analyzer.maxDocumentBytes).min() ?? UTF8Documents.maxDocumentBytes }

  /// Counts the terms that have columns, of each part by chunks of documents.
  func countKnownTerms(
    _ documents: DocumentBytes, workers: Int
  ) -> (parts: [[CountedRows]], repairCount: Int) {
    let ranges = documents.chunks(workers: workers)
    let counted = parts.map { $0.countKnownTerms(documents, ranges, workers: workers) }
    // Every part reads all bytes.
    return (counted.map(\.chunks), counted.first?.repairCount ?? 0)
  }
}
