import CFastKMeansKernels

/// Refinement leaves a trace of nearly every feature in nearly every prototype, and most of it says nothing: tables so
/// large that this matters for memory are cut down before a model is made of them.
extension RefinementTable {
  /// The magnitude (a bfloat16 without its sign) that a share of the weights that are not 0 reach; nil for a table of
  /// rows, which is small.
  ///
  /// - Complexity: O(features x prototypes).
  func least(keeping share: Double, workers: Int) -> UInt16? {
    guard case .tiles(let cells, let count) = cells else { return nil }
    let tallies = WorkerScratch(workers: workers) { [UInt64](repeating: 0, count: 1 << 15) }
    let size = featureCount * RefinementCells.tileLanes
    Parallel.forEach(count: count, workers: workers) { worker, tile in
      tallies.with(worker) { fk_tile_tally(cells.pointer + tile * size, size, &$0) }
    }
    var tally = [UInt64](repeating: 0, count: 1 << 15)
    for worker in 0..<workers {
      tallies.with(worker) { for magnitude in tally.indices { tally[magnitude] += $0[magnitude] } }
    }
    tally[0] = 0
    let wanted = UInt64((Double(tally.reduce(0, +)) * share).rounded(.up))
    var above: UInt64 = 0
    for magnitude in tally.indices.reversed() {
      above += tally[magnitude]
      if above >= wanted { return UInt16(max(1, magnitude)) }
    }
    return 1
  }

  /// Sets weights of a smaller magnitude to 0; tiles only.
  ///
  /// - Complexity: O(features x prototypes).
  func drop(below least: UInt16, workers: Int) {
    guard case .tiles(let cells, let count) = cells else { return }
    let size = featureCount * RefinementCells.tileLanes
    Parallel.forEach(count: count, workers: workers) { _, tile in
      fk_tile_drop(cells.pointer + tile * size, size, least)
    }
  }
}
