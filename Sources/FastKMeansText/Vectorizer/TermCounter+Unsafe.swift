import FastKMeansCore

/// Counts the terms of documents with its own growing vocabulary: what one worker needs while fitting.
///
/// `@unchecked Sendable`: used by one worker at a time, and read by several once counting is over.
final class TermCounter: @unchecked Sendable {
  /// What was seen of a term in all documents of this counter; in one place, for it is read with one cache miss.
  struct Totals: BitwiseCopyable {
    /// Where the term stands in the row that is being counted; out of date unless that place names the term.
    fileprivate var place: UInt32 = 0
    /// There are fewer than 2^32 documents.
    var documents: UInt32 = 0
    var occurrences = 0
  }

  let table = TermTable()
  let totals = RawBuffer<Totals>(capacity: 1 << 12)
  private(set) var repairCount = 0
  private let analyzer: Analyzer
  private let scratch: Analyzer.Scratch

  init(_ analyzer: Analyzer) {
    self.analyzer = analyzer
    scratch = Analyzer.Scratch(for: analyzer)
  }

  /// Counts one document and adds its row to `rows`.
  func count(_ text: UnsafeBufferPointer<UInt8>, into rows: CountedRows) throws(TextError) {
    guard table.count + analyzer.maxTermCount(byteCount: text.count) <= TermSlots.maxTerms else {
      throw TextError.tooManyTerms(limit: TermSlots.maxTerms)
    }
    let entries = rows.entries
    let rowStart = entries.count
    repairCount += analyzer.forEachTerm(in: text, scratch: scratch, number: number) { ids in
      count(ids, entries, rowStart: rowStart)
    }
    rows.endRow()
  }

  /// Appends the terms' numbers, new ones among them.
  private func number(_ batch: TermBatch, _ ids: RawBuffer<UInt32>) {
    batch.prepare(for: table.lookup)
    ids.reserve(batch.count)
    for index in 0..<batch.count {
      ids.append(UInt32(truncatingIfNeeded: table.insert(batch.term(index), key: batch.key(index))))
    }
    totals.reserve(table.count &- totals.count)
    while totals.count < table.count { totals.append(Totals()) }
  }

  /// Counts some terms of the row that starts at `rowStart`.
  private func count(
    _ ids: UnsafeMutableBufferPointer<UInt32>, _ entries: RawBuffer<UInt64>, rowStart: Int
  ) {
    entries.reserve(ids.count)
    for id in ids {
      let term = totals.pointer + Int(id)
      term.pointee.occurrences &+= 1
      let place = rowStart &+ Int(term.pointee.place)
      if place < entries.count, CountedRows.key(entries.pointer[place]) == Int(id) {
        entries.pointer[place] &+= 1
      } else {
        term.pointee.place = UInt32(truncatingIfNeeded: entries.count &- rowStart)
        term.pointee.documents &+= 1
        entries.pointer[entries.count] = CountedRows.entry(key: Int(id), count: 1)
        entries.count &+= 1
      }
    }
  }
}

extension TermCounter {
  /// Adds another counter's terms and totals, and returns the number here of each of its terms.
  func absorb(_ other: TermCounter) -> [UInt32] {
    (0..<other.table.count).map { id in
      let merged = table.insert(other.table.term(id))
      if merged == totals.count { totals.append(Totals()) }
      totals.pointer[merged].documents &+= other.totals.pointer[id].documents
      totals.pointer[merged].occurrences += other.totals.pointer[id].occurrences
      return UInt32(truncatingIfNeeded: merged)
    }
  }
}

/// All documents' counts, by chunk, with the numbers that each worker gave the terms it met.
struct CountedDocuments: Sendable {
  struct Chunk: Sendable {
    let rows: CountedRows
    /// The worker whose term numbers the rows use.
    let counter: Int
  }

  let chunks: [Chunk]
  let counters: [TermCounter]

  var repairCount: Int { counters.reduce(0) { $0 + $1.repairCount } }

  /// Counts the terms of all documents.
  static func count(
    _ documents: DocumentBytes, with analyzer: Analyzer, workers: Int
  ) throws -> CountedDocuments {
    let ranges = documents.chunks(workers: workers)
    let workers = max(1, min(workers, ranges.count))
    let counters = (0..<workers).map { _ in TermCounter(analyzer) }
    let slots = WorkerScratch<Chunk?>(workers: ranges.count) { nil }
    try Parallel.forEach(count: ranges.count, workers: workers) { worker, index in
      let range = ranges[index]
      let byteCount = documents.offsets[range.upperBound] - documents.offsets[range.lowerBound]
      let rows = CountedRows(documents: range.count, byteCount: byteCount)
      for document in range { try counters[worker].count(documents[document], into: rows) }
      slots.with(index) { $0 = Chunk(rows: rows, counter: worker) }
    }
    return CountedDocuments(
      chunks: ranges.indices.compactMap { index in slots.with(index) { $0 } }, counters: counters)
  }

  /// Adds all workers' terms to those of the first.
  ///
  /// The order of its terms then depends on which worker met what; what is made of them must not.
  ///
  /// - Returns: for each worker but the first the number there of each of its terms.
  func mergeTerms() throws(TextError) -> [[UInt32]] {
    var numbers: [[UInt32]] = [[]]
    for counter in counters.dropFirst() {
      guard counters[0].table.count + counter.table.count <= TermSlots.maxTerms else {
        throw TextError.tooManyTerms(limit: TermSlots.maxTerms)
      }
      numbers.append(counters[0].absorb(counter))
    }
    return numbers
  }
}
