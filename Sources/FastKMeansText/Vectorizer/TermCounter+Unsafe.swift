/// Counts the terms of documents with a growing vocabulary of its own: what one worker needs while fitting.
///
/// `@unchecked Sendable`: used by one worker at a time, and read by several once counting is over.
final class TermCounter: @unchecked Sendable {
  /// What was seen of a term in all documents of this counter.
  struct Totals: BitwiseCopyable {
    var documents = 0
    var occurrences = 0
  }

  let table = TermTable()
  let totals = RawBuffer<Totals>(capacity: 1 << 12)
  private(set) var repairCount = 0
  /// Where a term stands in the row that is being counted; out of date unless that place names the term.
  private let places = RawBuffer<UInt32>(capacity: 1 << 12)
  private let scratch = TermReader.Scratch()

  /// Counts one document and adds its row to `rows`.
  func count(_ text: UnsafeBufferPointer<UInt8>, with reader: TermReader, into rows: CountedRows)
    throws(TextError)
  {
    guard table.count + reader.maxTermCount(byteCount: text.count) <= TermSlots.maxTerms else {
      throw TextError.tooManyTerms(limit: TermSlots.maxTerms)
    }
    let entries = rows.entries
    let rowStart = entries.count
    repairCount += reader.forEachBatch(in: text, scratch: scratch) { batch in
      count(batch, entries, rowStart: rowStart)
    }
    rows.endRow()
    for position in rowStart..<entries.count {
      let entry = entries.pointer[position]
      let id = CountedRows.key(entry)
      totals.pointer[id].documents &+= 1
      totals.pointer[id].occurrences &+= CountedRows.count(entry)
    }
  }

  /// Counts some terms of the row that starts at `rowStart`.
  private func count(_ batch: TermBatch, _ entries: RawBuffer<UInt64>, rowStart: Int) {
    batch.prepare(for: table.lookup)
    entries.reserve(batch.count)
    for index in 0..<batch.count {
      let id = table.insert(batch.term(index), hash: batch.hash(index))
      if id == places.count {
        places.append(0)
        totals.append(Totals())
      }
      let place = rowStart &+ Int(places.pointer[id])
      if place < entries.count, CountedRows.key(entries.pointer[place]) == id {
        entries.pointer[place] &+= 1
      } else {
        places.pointer[id] = UInt32(truncatingIfNeeded: entries.count &- rowStart)
        entries.pointer[entries.count] = CountedRows.entry(key: id, count: 1)
        entries.count &+= 1
      }
    }
  }
}
