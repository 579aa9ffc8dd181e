extension TFIDFVectorizer {
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
  func countKnownTerms(
    _ documents: DocumentBytes, _ range: Range<Int>
  ) -> (rows: CountedRows, repairCount: Int) {
    let byteCount = documents.offsets[range.upperBound] - documents.offsets[range.lowerBound]
    let rows = CountedRows(documents: range.count, byteCount: byteCount)
    let scratch = TermReader.Scratch()
    var repairCount = 0
    vocabulary.withLookup { lookup in
      for document in range {
        repairCount += reader.forEachBatch(in: documents[document], scratch: scratch) { batch in
          appendColumns(of: batch, lookup, to: rows.entries)
        }
        rows.endRow()
      }
    }
    rows.sortRows(columnCount: columnCount)
    return (rows, repairCount)
  }

  /// The column of a term's bytes.
  func column(of term: UnsafeBufferPointer<UInt8>) -> Int? {
    if let bits = options.hashingBits { return Int(MurmurHash3.column(of: term, bits: bits)) }
    return vocabulary.withLookup { $0.id(of: term) }
  }
}
