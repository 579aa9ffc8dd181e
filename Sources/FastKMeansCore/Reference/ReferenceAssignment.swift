import CFastKMeansKernels

/// Soft shares of a batch's documents over all prototypes, and their weighted sums.
///
/// Shares are computed with the centres as they lie at the batch's start, for blocks of rows that stay in the
/// cache until they are summed. Sums run feature by feature, each over its rows in order, so that the bits do not
/// depend on the number of threads.
package struct ReferenceAssignment {
  private let options: TrainingOptions
  private let workers: Int

  package init(options: TrainingOptions, workers: Int) {
    self.options = options
    self.workers = workers
  }

  /// Rows that a worker scores at a time.
  private static let chunkRows = 32

  /// Fills the table's sums.
  ///
  /// - Returns: the weight that each lane received.
  package func addShares(
    of batch: ReferenceBatch, to table: ReferenceTable, _ progress: ProgressReporter
  ) throws -> [Double] {
    // Some megabytes of shares. Smaller blocks read and write the sums more often than they save: 174 prototypes
    // and 35,327 features took 2.4 s in blocks of 0.5 MB, 1.6 s in blocks of 2 MB or more (2026-11).
    let blockRows = max(Self.chunkRows, min(batch.count, (1 << 20) / table.stride))
    let stride = table.stride
    var shares = try AlignedMemory<Float>(count: blockRows * stride, repeating: 0, for: "shares")
    var added = [Double](repeating: 0, count: stride)
    var cursors = Array(batch.slotStarts.dropLast())
    let penalties = WorkerScratch<[Float]>(workers: workers) { table.penalties(options) }
    for first in Swift.stride(from: 0, to: batch.count, by: blockRows) {
      let range = first..<min(batch.count, first + blockRows)
      try progress.checkpoint()
      let parts = try fillShares(&shares, range, batch, table, penalties)
      for part in parts { for lane in 0..<stride { added[lane] += part[lane] } }
      try addRows(shares, range, batch, table, &cursors)
    }
    return added
  }

  /// Scores of the rows, turned into shares; returns the weight that lanes received in each chunk.
  private func fillShares(
    _ shares: inout AlignedMemory<Float>, _ range: Range<Int>, _ batch: ReferenceBatch,
    _ table: ReferenceTable,
    _ penalties: WorkerScratch<[Float]>
  ) throws -> [[Double]] {
    let stride = table.stride
    let chunks = (range.count + Self.chunkRows - 1) / Self.chunkRows
    let parts = WorkerScratch<[Double]>(workers: chunks) { [Double](repeating: 0, count: stride) }
    nonisolated(unsafe) let target = shares.pointer
    Parallel.forEachChunk(count: range.count, chunk: Self.chunkRows, workers: workers) { worker, rows in
      let first = range.lowerBound + rows.lowerBound
      let own = target + rows.lowerBound * stride
      fk_table_scores(
        batch.offsets, batch.columns, batch.values, Int64(first), Int64(first + rows.count), table.centers,
        stride, own)
      penalties.with(worker) { penalty in
        parts.with(rows.lowerBound / Self.chunkRows) { added in
          for row in 0..<rows.count {
            share(own + row * stride, row: first + row, batch, table, penalty: &penalty, added: &added)
          }
        }
      }
    }
    return (0..<chunks).map { chunk in parts.with(chunk) { $0 } }
  }

  private func share(
    _ scores: UnsafeMutablePointer<Float>, row: Int, _ batch: ReferenceBatch, _ table: ReferenceTable,
    penalty: inout [Float], added: inout [Double]
  ) {
    let own = table.lanes(of: Int(batch.classes[row]))
    for lane in own { penalty[lane] = 0 }
    defer { for lane in own { penalty[lane] = Float(options.otherClassPenalty) } }
    var scales = table.scales
    if options.distance == .euclidean {
      fk_table_similarities(
        scores, table.stride, table.scales, table.squaredNorms, batch.squaredNorms[row])
      scales = table.ones
    }
    let total =
      options.softAssignment == .linear
      ? fk_table_linear(scores, table.stride, scales, penalty)
      : fk_table_softmax(scores, table.stride, scales, penalty, Float(1 / options.temperature))
    let weight = batch.weights?[row] ?? 1
    if total > 0 {
      fk_table_share(scores, table.stride, weight / total, &added)
    } else {
      let best = nearest(scores, row: row, batch, table)
      for lane in 0..<table.stride { scores[lane] = 0 }
      scores[best] = weight
      added[best] += Double(weight)
    }
  }

  /// The nearest prototype of any class, ties to the lowest: nothing was left above the penalties.
  private func nearest(
    _ scores: UnsafeMutablePointer<Float>, row: Int, _ batch: ReferenceBatch, _ table: ReferenceTable
  ) -> Int {
    fk_table_scores(
      batch.offsets, batch.columns, batch.values, Int64(row), Int64(row + 1), table.centers, table.stride,
      scores)
    // Ranking by x.c - |c|^2 / 2 is ranking by distance; all cosine prototypes have one length, or none.
    let isEuclidean = options.distance == .euclidean
    var (top, best) = (-Float.infinity, 0)
    for lane in 0..<table.count {
      let similarity = scores[lane] * table.scales[lane] - (isEuclidean ? table.squaredNorms[lane] / 2 : 0)
      if similarity > top { (top, best) = (similarity, lane) }
    }
    return best
  }

  private func addRows(
    _ shares: AlignedMemory<Float>, _ range: Range<Int>, _ batch: ReferenceBatch, _ table: ReferenceTable,
    _ cursors: inout [UInt32]
  ) throws {
    nonisolated(unsafe) let (shares, sums) = (shares.pointer, table.sums)
    cursors.withUnsafeMutableBufferPointer { cursors in
      guard let base = cursors.baseAddress else { return }
      nonisolated(unsafe) let cursors = base
      Parallel.forEachChunk(count: batch.features.count, chunk: 512, workers: workers) { _, slots in
        fk_table_add(
          batch.slotStarts, cursors, slots.lowerBound, slots.upperBound, batch.slotRows, batch.slotValues,
          UInt32(range.lowerBound), UInt32(range.upperBound), shares, table.stride, sums)
      }
    }
  }
}
