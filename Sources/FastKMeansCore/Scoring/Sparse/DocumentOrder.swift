import CFastKMeansKernels

/// An order of documents in which similar ones are neighbours: by the feature with the largest value, usually a
/// rare word. Neighbours then find each other's lists and rows in the cache. The answers do not depend on it.
///
/// Memory of one worker.
final class DocumentOrder {
  private var rows: [Int] = []
  private var keys: [UInt64] = []
  private let buffers = [TermBuffer(), TermBuffer(), TermBuffer()]

  /// Takes a chunk's documents one after another, and asks for what the next ones need while one is searched.
  ///
  /// - Parameters:
  ///   - documents: all documents.
  ///   - range: those of the chunk; not empty.
  ///   - directory: the features that the block knows.
  ///   - block: whose lists are asked for.
  ///   - body: gets each document's place in the order, its row, and its terms, which stay as they are until the body
  ///     has returned from the document after it.
  @inline(__always)
  func forEach(
    _ documents: ScaledRows, _ range: Range<Int>, _ directory: FeatureDirectory, _ block: BoundedBlock,
    _ body: (_ place: Int, _ row: Int, _ terms: Terms) throws -> Void
  ) rethrows {
    sort(documents, range)
    let rows = rows
    var next = buffers[0].take(documents, row: rows[0], directory: directory, factor: 1)
    for (place, row) in rows.enumerated() {
      let terms = next
      if place + 1 < rows.count {
        next = buffers[(place + 1) % 3].take(
          documents, row: rows[place + 1], directory: directory, factor: 1)
        fk_staged_fetch(block.features.pointer, block.entries.pointer, next.starts, next.count)
      }
      if place + 3 < rows.count { documents.fetch(rows[place + 3]) }
      try body(place, row, terms)
    }
  }

  /// Sorts the rows of `range`; dense rows keep their order.
  private func sort(_ documents: ScaledRows, _ range: Range<Int>) {
    rows.removeAll(keepingCapacity: true)
    guard case .sparse(let sparse) = documents.rows, range.count < 1 << 24 else {
      rows.append(contentsOf: range)
      return
    }
    keys.removeAll(keepingCapacity: true)
    for (index, row) in range.enumerated() {
      keys.append(UInt64(Self.strongestColumn(sparse, row)) << 32 | UInt64(index))
    }
    keys.sort()
    for key in keys { rows.append(range.lowerBound + Int(key & 0xFFFF_FFFF)) }
  }

  private static func strongestColumn(_ rows: SparseRows, _ row: Int) -> UInt32 {
    rows.withRow(row) { columns, values in
      guard !columns.isEmpty else { return 0 }
      var best = 0
      for position in values.indices where values[position] > values[best] { best = position }
      return columns[best]
    }
  }
}
