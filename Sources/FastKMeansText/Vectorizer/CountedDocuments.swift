import FastKMeansCore

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
    _ documents: DocumentBytes, with reader: TermReader, workers: Int
  ) throws -> CountedDocuments {
    let ranges = documents.chunks(workers: workers)
    let workers = max(1, min(workers, ranges.count))
    let counters = (0..<workers).map { _ in TermCounter() }
    let slots = WorkerScratch<Chunk?>(workers: ranges.count) { nil }
    try Parallel.forEach(count: ranges.count, workers: workers) { worker, index in
      let range = ranges[index]
      let byteCount = documents.offsets[range.upperBound] - documents.offsets[range.lowerBound]
      let rows = CountedRows(documents: range.count, byteCount: byteCount)
      for document in range { try counters[worker].count(documents[document], with: reader, into: rows) }
      slots.with(index) { $0 = Chunk(rows: rows, counter: worker) }
    }
    return CountedDocuments(
      chunks: ranges.indices.compactMap { index in slots.with(index) { $0 } }, counters: counters)
  }

  /// One table of all workers' terms.
  ///
  /// The order of its terms depends on which worker met what; what is made of it must not.
  func merged() throws(TextError) -> MergedTerms {
    let table = counters[0]
    var numbers: [[UInt32]] = [[]]
    for counter in counters.dropFirst() {
      guard table.table.count + counter.table.count <= TermSlots.maxTerms else {
        throw TextError.tooManyTerms(limit: TermSlots.maxTerms)
      }
      numbers.append(table.absorb(counter))
    }
    return MergedTerms(table: table, numbers: numbers)
  }
}

/// The terms of all workers in one table.
struct MergedTerms: Sendable {
  let table: TermCounter
  /// For each worker but the first the merged number of each of its terms; the first's are the merged ones.
  let numbers: [[UInt32]]

  /// For each term number of a worker the column, given the columns of merged terms.
  func columns(of counter: Int, _ columns: [UInt32]) -> [UInt32] {
    counter == 0 ? columns : numbers[counter].map { columns[Int($0)] }
  }
}
