import FastKMeansCore

/// The columns of one kind of terms: words, or n-grams of characters.
struct TermPart: Sendable {
  /// Stands before the name of n-grams of characters where there are words, too. No word has it, and it sorts before
  /// every word, so all terms are told apart and stay in code point order.
  static let mark = UInt8(ascii: "+")

  let analyzer: Analyzer
  /// Empty when hashing.
  let vocabulary: TermIndex
  let columns: Range<Int>
  /// The columns are 2 to the power of this; `nil` for a vocabulary.
  let hashingBits: Int?
  /// Whether ``mark`` stands before the terms' names.
  let isMarked: Bool

  /// What a vectoriser reads, in the order of its columns.
  static func parts(_ options: TextOptions, vocabularies: [TermIndex]) -> [TermPart] {
    let kinds = options.analyzer.kinds
    let bits = options.hashingBits.map { $0 - (kinds.count - 1) }
    var start = 0
    return zip(kinds, vocabularies).map { kind, vocabulary in
      let count = bits.map { 1 << $0 } ?? vocabulary.count
      defer { start += count }
      return TermPart(
        analyzer: Analyzer(options, kind), vocabulary: vocabulary, columns: start..<start + count,
        hashingBits: bits, isMarked: kinds.count > 1 && kind != .words)
    }
  }

  /// The name of a column's term; `nil` when hashing.
  func name(of column: Int) -> [UInt8]? {
    let id = column - columns.lowerBound
    guard id < vocabulary.count else { return nil }
    return (isMarked ? [Self.mark] : [])
      + vocabulary.bytes[vocabulary.offsets[id]..<vocabulary.offsets[id + 1]]
  }

  /// The column of a term, without its mark.
  func column(of term: UnsafeBufferPointer<UInt8>) -> Int? {
    let id =
      hashingBits.map { Int(MurmurHash3.column(of: term, bits: $0)) }
      ?? vocabulary.withLookup { $0.id(of: term) }
    return id.map { columns.lowerBound + $0 }
  }
}

extension TermPart {
  /// Counts the terms that have columns; entries have columns of this part, from 0.
  ///
  /// - Returns: the rows by chunks of documents, and how many invalid sequences were read as U+FFFD.
  func countKnownTerms(
    _ documents: DocumentBytes, _ ranges: [Range<Int>], workers: Int
  ) -> (chunks: [CountedRows], repairCount: Int) {
    let workers = max(1, min(workers, ranges.count))
    let scratch = WorkerScratch<Analyzer.Scratch>(workers: workers) { Analyzer.Scratch(for: analyzer) }
    let slots = WorkerScratch<(rows: CountedRows, repairCount: Int)?>(workers: ranges.count) { nil }
    Parallel.forEach(count: ranges.count, workers: workers) { worker, index in
      let counted = scratch.with(worker) { countKnownTerms(documents, ranges[index], $0) }
      slots.with(index) { $0 = counted }
    }
    let chunks = ranges.indices.compactMap { index in slots.with(index) { $0 } }
    return (chunks.map(\.rows), chunks.reduce(0) { $0 + $1.repairCount })
  }

  private func countKnownTerms(
    _ documents: DocumentBytes, _ range: Range<Int>, _ scratch: Analyzer.Scratch
  ) -> (rows: CountedRows, repairCount: Int) {
    let byteCount = documents.offsets[range.upperBound] - documents.offsets[range.lowerBound]
    let rows = CountedRows(documents: range.count, byteCount: byteCount)
    var repairCount = 0
    vocabulary.withLookup { lookup in
      for document in range {
        repairCount += analyzer.forEachTerm(
          in: documents[document], scratch: scratch, number: { appendColumns(of: $0, lookup, to: $1) }
        ) { columns in
          rows.entries.reserve(columns.count)
          for column in columns { rows.entries.append(CountedRows.entry(key: Int(column), count: 1)) }
        }
        rows.endRow()
      }
    }
    rows.sortRows(columnCount: columns.count)
    return (rows, repairCount)
  }

  /// Appends the columns of a batch's terms, as far as they have any.
  @inline(__always)
  private func appendColumns(of batch: TermBatch, _ lookup: TermLookup, to columns: RawBuffer<UInt32>) {
    columns.reserve(batch.count)
    if let hashingBits {
      for index in 0..<batch.count {
        columns.append(MurmurHash3.column(of: batch.term(index), bits: hashingBits))
      }
      return
    }
    batch.prepare(for: lookup)
    for index in 0..<batch.count {
      if let id = lookup.find(batch.term(index), key: batch.key(index)).id {
        columns.append(UInt32(truncatingIfNeeded: id))
      }
    }
  }
}
