extension TFIDFVectorizer {
  /// Calls `body` with a function from a term's bytes to its column.
  @inline(__always)
  func withColumns<Result>(_ body: ((UnsafeBufferPointer<UInt8>) -> UInt32?) -> Result) -> Result {
    if let bits = options.hashingBits {
      return body { MurmurHash3.column(of: $0, bits: bits) }
    }
    return vocabulary.withLookup { lookup in
      body { term in lookup.id(of: term).map { UInt32(truncatingIfNeeded: $0) } }
    }
  }

  /// Counts the terms that have columns in some of the documents.
  func countKnownTerms(
    _ documents: DocumentBytes, _ range: Range<Int>
  ) -> (rows: CountedRows, repairCount: Int) {
    let byteCount = documents.offsets[range.upperBound] - documents.offsets[range.lowerBound]
    let rows = CountedRows(documents: range.count, byteCount: byteCount)
    let scratch = TermReader.Scratch()
    let columns = RawBuffer<UInt32>(capacity: 256)
    var repairCount = 0
    withColumns { columnOf in
      for document in range {
        columns.count = 0
        repairCount += reader.forEachTerm(in: documents[document], scratch: scratch) { term in
          if let column = columnOf(term) { columns.append(column) }
        }
        rows.appendRow(columns.elements)
      }
    }
    return (rows, repairCount)
  }
}
