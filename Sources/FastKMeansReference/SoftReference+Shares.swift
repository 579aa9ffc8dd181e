import CFastKMeansKernels
import FastKMeansCore

/// Soft shares of a batch's documents over all prototypes, and their weighted sums.
///
/// Shares are computed with the centres as they lie at the batch's start, for blocks of rows that stay in the
/// cache until they are summed. Sums run feature by feature, each over its rows in order, so that the bits do not
/// depend on the number of threads.
extension SoftReference {
  /// Rows that a worker scores at a time.
  private static var chunkRows: Int { 32 }

  /// Fills the sums.
  ///
  /// - Returns: the weight that each lane received.
  func addShares(of batch: SoftBatch, _ progress: ProgressReporter) throws -> [Double] {
    // Some megabytes of shares: smaller blocks read and write the sums more often than they save.
    let blockRows = max(Self.chunkRows, min(batch.count, (1 << 20) / stride))
    var shares = try AlignedMemory<Float>(count: blockRows * stride, repeating: 0, for: "shares")
    var added = [Double](repeating: 0, count: stride)
    var cursors = Array(batch.slotStarts.dropLast())
    let penalties = WorkerScratch<[Float]>(workers: rows.workers) { self.penalties() }
    for first in Swift.stride(from: 0, to: batch.count, by: blockRows) {
      let range = first..<min(batch.count, first + blockRows)
      try progress.checkpoint()
      let parts = fillShares(&shares, range, batch, penalties)
      for part in parts { for lane in 0..<stride { added[lane] += part[lane] } }
      addRows(shares, range, batch, &cursors)
    }
    return added
  }

  /// What is taken off the similarity of each lane outside the document's class; padding never gets a share.
  private func penalties() -> [Float] {
    (0..<stride).map { $0 < count ? Float(rows.options.otherClassPenalty) : .infinity }
  }

  /// Scores of the rows, turned into shares; returns the weight that lanes received in each chunk.
  private func fillShares(
    _ shares: inout AlignedMemory<Float>, _ range: Range<Int>, _ batch: SoftBatch,
    _ penalties: WorkerScratch<[Float]>
  ) -> [[Double]] {
    let stride = stride
    let chunks = (range.count + Self.chunkRows - 1) / Self.chunkRows
    let parts = WorkerScratch<[Double]>(workers: chunks) { [Double](repeating: 0, count: stride) }
    nonisolated(unsafe) let target = shares.pointer
    Parallel.forEachChunk(count: range.count, chunk: Self.chunkRows, workers: rows.workers) {
      worker, rows in
      let first = range.lowerBound + rows.lowerBound
      let own = target + rows.lowerBound * stride
      fk_table_scores(
        batch.offsets, batch.columns, batch.values, Int64(first), Int64(first + rows.count), self.centers,
        stride, own)
      penalties.with(worker) { penalty in
        parts.with(rows.lowerBound / Self.chunkRows) { added in
          for row in 0..<rows.count {
            self.share(own + row * stride, row: first + row, batch, penalty: &penalty, added: &added)
          }
        }
      }
    }
    return (0..<chunks).map { chunk in parts.with(chunk) { $0 } }
  }

  private func share(
    _ scores: UnsafeMutablePointer<Float>, row: Int, _ batch: SoftBatch,
    penalty: inout [Float], added: inout [Double]
  ) {
    let options = rows.options
    let own = lanes(of: Int(batch.classes[row]))
    for lane in own { penalty[lane] = 0 }
    defer { for lane in own { penalty[lane] = Float(options.otherClassPenalty) } }
    var scales = self.scales
    if options.distance == .euclidean {
      fk_table_similarities(
        scores, stride, scales, squaredNorms, batch.squaredNorms[row])
      scales = ones
    }
    let total =
      options.softAssignment == .linear
      ? fk_table_linear(scores, stride, scales, penalty)
      : fk_table_softmax(scores, stride, scales, penalty, Float(1 / options.temperature))
    let weight = batch.weights?[row] ?? 1
    if total > 0 {
      fk_table_share(scores, stride, weight / total, &added)
    } else {
      let best = nearest(scores, row: row, batch)
      for lane in 0..<stride { scores[lane] = 0 }
      scores[best] = weight
      added[best] += Double(weight)
    }
  }

  /// The nearest prototype of any class, ties to the lowest: nothing was left above the penalties.
  private func nearest(
    _ scores: UnsafeMutablePointer<Float>, row: Int, _ batch: SoftBatch
  ) -> Int {
    fk_table_scores(
      batch.offsets, batch.columns, batch.values, Int64(row), Int64(row + 1), centers, stride,
      scores)
    // Ranking by x.c - |c|^2 / 2 is ranking by distance; all cosine prototypes have one length, or none.
    let isEuclidean = rows.options.distance == .euclidean
    var (top, best) = (-Float.infinity, 0)
    for lane in 0..<count {
      let similarity = scores[lane] * scales[lane] - (isEuclidean ? squaredNorms[lane] / 2 : 0)
      if similarity > top { (top, best) = (similarity, lane) }
    }
    return best
  }

  private func addRows(
    _ shares: AlignedMemory<Float>, _ range: Range<Int>, _ batch: SoftBatch,
    _ cursors: inout [UInt32]
  ) {
    nonisolated(unsafe) let (shares, sums) = (shares.pointer, self.sums)
    cursors.withUnsafeMutableBufferPointer { cursors in
      guard let base = cursors.baseAddress else { return }
      nonisolated(unsafe) let cursors = base
      Parallel.forEachChunk(count: batch.features.count, chunk: 512, workers: rows.workers) { _, slots in
        fk_table_add(
          batch.slotStarts, cursors, slots.lowerBound, slots.upperBound, batch.slotRows, batch.slotValues,
          UInt32(range.lowerBound), UInt32(range.upperBound), shares, self.stride, sums)
      }
    }
  }
}
