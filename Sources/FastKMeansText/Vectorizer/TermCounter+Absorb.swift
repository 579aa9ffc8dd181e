extension TermCounter {
  /// Adds another counter's terms and totals, and returns the number here of each of its terms.
  func absorb(_ other: TermCounter) -> [UInt32] {
    (0..<other.table.count).map { id in
      let merged = table.insert(other.table.term(id))
      if merged == totals.count { totals.append(Totals()) }
      totals.pointer[merged].documents += other.totals.pointer[id].documents
      totals.pointer[merged].occurrences += other.totals.pointer[id].occurrences
      return UInt32(truncatingIfNeeded: merged)
    }
  }
}
