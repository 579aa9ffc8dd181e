import CFastKMeansKernels

/// Takes a chunk's documents one after another, similar ones as neighbours, and asks for what the next ones need while
/// one is searched: memory of one worker.
final class DocumentWalk {
  private let order = RowOrder()
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
    _ rows: ScaledRows, _ range: Range<Int>, _ directory: FeatureDirectory, _ block: StagedBlock,
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
