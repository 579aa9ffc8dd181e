import FastKMeansCore

/// Which terms become columns, and in what order.
struct VocabularySelection {
  let vocabulary: TermIndex
  /// By column.
  let documentFrequencies: [Int]
  /// By term of the table: its column, or ``CountedRows/dropped``.
  let columns: [UInt32]

  /// Keeps the terms in enough documents and not in too many, then the most frequent ones, and puts them in code point
  /// order. None may be left.
  static func select(_ terms: TermCounter, options: TextOptions) -> VocabularySelection {
    let frequencies =
      options
      .minDocumentFrequency...max(
        options.minDocumentFrequency, options.maxDocumentFrequency ?? .max)
    var kept = (0..<terms.table.count).filter {
      frequencies.contains(Int(terms.totals.pointer[$0].documents))
    }
    sort(&kept, by: terms.table)
    if let limit = options.maxFeatures, kept.count > limit { kept = mostFrequent(kept, limit, terms) }
    return make(kept, terms)
  }

  /// Why none of the terms is left.
  static func emptiness(
    _ terms: TermCounter, kind: Analyzer.Kind, options: TextOptions, documentCount: Int
  ) -> TextError {
    guard terms.table.count > 0 else {
      return switch kind {
      case .words: .emptyVocabulary(documents: documentCount)
      case .characters:
        .textsTooShort(documents: documentCount, characters: options.characterNGrams.lowerBound)
      case .charactersOfPieces: .textsTooShort(documents: documentCount, characters: 1)
      }
    }
    let minimum = options.minDocumentFrequency
    let isCommon = terms.totals.elements.contains { $0.documents >= minimum }
    if let most = options.maxDocumentFrequency, isCommon {
      return .noTermsBelow(maximumDocumentFrequency: most, documents: documentCount)
    }
    return .noTermsRemain(minimumDocumentFrequency: minimum, documents: documentCount)
  }

  private static func make(_ kept: [Int], _ terms: TermCounter) -> VocabularySelection {
    var bytes: [UInt8] = []
    var offsets = [0]
    var columns = [UInt32](repeating: CountedRows.dropped, count: terms.table.count)
    for (column, id) in kept.enumerated() {
      bytes.append(contentsOf: terms.table.term(id))
      offsets.append(bytes.count)
      columns[id] = UInt32(truncatingIfNeeded: column)
    }
    return VocabularySelection(
      vocabulary: TermIndex(bytes: bytes, offsets: offsets),
      documentFrequencies: kept.map { Int(terms.totals.pointer[$0].documents) }, columns: columns)
  }

  /// The `limit` terms with the most occurrences, in the order they came; of equals the first ones.
  private static func mostFrequent(_ ids: [Int], _ limit: Int, _ terms: TermCounter) -> [Int] {
    let counts = ids.map { terms.totals.pointer[$0].occurrences }
    let threshold = counts.sorted(by: >)[limit - 1]
    var equals = limit - counts.reduce(0) { $0 + ($1 > threshold ? 1 : 0) }
    var taken: [Int] = []
    taken.reserveCapacity(limit)
    for (id, count) in zip(ids, counts) where count >= threshold {
      if count == threshold {
        guard equals > 0 else { continue }
        equals -= 1
      }
      taken.append(id)
    }
    return taken
  }

  private struct SortKey {
    /// The first eight bytes as one number, so that most comparisons touch no text.
    let prefix: UInt64
    let id: Int
  }

  /// Sorts terms by their bytes, which for UTF-8 is the order of code points.
  private static func sort(_ ids: inout [Int], by table: TermTable) {
    var keys = ids.map { SortKey(prefix: prefix(of: table.term($0)), id: $0) }
    keys.sort { one, other in
      if one.prefix != other.prefix { return one.prefix < other.prefix }
      return table.term(one.id).lexicographicallyPrecedes(table.term(other.id))
    }
    ids = keys.map(\.id)
  }

  private static func prefix(of term: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var prefix: UInt64 = 0
    for index in 0..<8 { prefix = prefix << 8 | (index < term.count ? UInt64(term[index]) : 0) }
    return prefix
  }
}
