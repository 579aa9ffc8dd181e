import CFastKMeansKernels

/// An order of documents in which similar ones are neighbours: by the feature with the largest value, usually a
/// rare word. Neighbours then find each other's lists and rows in the cache; at 15,000 prototypes that is a tenth
/// to a fifth of the time. The answers do not depend on it.
final class DocumentOrder {
  private(set) var rows: [Int] = []
  private var keys: [UInt64] = []

  /// Sorts the rows of `range`; dense rows keep their order.
  func sort(_ scaled: ScaledRows, _ range: Range<Int>) {
    rows.removeAll(keepingCapacity: true)
    guard case .sparse(let sparse) = scaled.rows, range.count < 1 << 24 else {
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

/// Takes a chunk's documents one after another, similar ones as neighbours, and asks for what the next ones need while
/// one is searched: memory of one worker.
final class DocumentWalk {
  private let order = DocumentOrder()
  private let buffers = [TermBuffer(), TermBuffer(), TermBuffer()]

  /// - Parameters:
  ///   - rows: all documents.
  ///   - range: those of the chunk; not empty.
  ///   - directory: the features that the block knows.
  ///   - block: whose lists are asked for.
  ///   - body: gets each document's place in the walk, its row, and its terms, which stay as they are until the body has
  ///     returned from the document after it.
  @inline(__always)
  func forEach(
    _ rows: ScaledRows, _ range: Range<Int>, _ directory: FeatureDirectory, _ block: BoundedBlock,
    _ body: (_ place: Int, _ row: Int, _ terms: Terms) throws -> Void
  ) rethrows {
    order.sort(rows, range)
    let order = order.rows
    var next = buffers[0].take(rows, row: order[0], directory: directory, factor: 1)
    for (place, row) in order.enumerated() {
      let terms = next
      if place + 1 < order.count {
        next = buffers[(place + 1) % 3].take(rows, row: order[place + 1], directory: directory, factor: 1)
        fk_staged_fetch(block.features.pointer, block.entries.pointer, next.starts, next.count)
      }
      if place + 3 < order.count { rows.fetch(order[place + 3]) }
      try body(place, row, terms)
    }
  }
}
