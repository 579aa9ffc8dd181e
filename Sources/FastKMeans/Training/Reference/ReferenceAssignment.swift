import CFastKMeansKernels

/// Shares of a batch's documents over all prototypes, and their weighted sums.
///
/// Shares are computed for blocks of rows with the centres as they lie at the batch's start; sums are filled by
/// blocks of lanes, each in row order, so that the bits do not depend on the number of threads.
package struct ReferenceAssignment {
  private let options: TrainingOptions
  private let workers: Int

  package init(options: TrainingOptions, workers: Int) {
    self.options = options
    self.workers = workers
  }

  /// - Returns: the weight that each lane received.
  package func addShares(
    of batch: ReferenceBatch, to table: ReferenceTable, _ progress: ProgressReporter
  ) throws -> [Double] {
    // Blocks of rows whose shares stay within a few megabytes.
    let blockRows = max(16, min(batch.count, (1 << 21) / table.stride))
    var added = [Double](repeating: 0, count: table.stride)
    var shares = [Float](repeating: 0, count: blockRows * table.stride)
    for first in stride(from: 0, to: batch.count, by: blockRows) {
      let range = first..<min(batch.count, first + blockRows)
      try progress.checkpoint()
      try fillShares(&shares, range: range, batch: batch, table: table)
      try addRows(shares, range: range, batch: batch, table: table)
      for row in 0..<range.count {
        for lane in 0..<table.count { added[lane] += Double(shares[row * table.stride + lane]) }
      }
    }
    return added
  }

  private func addRows(_ shares: [Float], range: Range<Int>, batch: ReferenceBatch, table: ReferenceTable)
    throws
  {
    let (stride, blockLanes) = (table.stride, ReferenceTable.blockLanes)
    try Parallel.forEachChunk(count: stride, chunk: blockLanes, workers: workers) { _, lanes in
      fk_local_add_shares(
        batch.offsets, batch.columns, batch.values, Int64(range.lowerBound), Int64(range.upperBound), shares,
        stride,
        table.sums.baseAddress, stride, lanes.lowerBound, lanes.upperBound)
    }
  }

  private func fillShares(
    _ shares: inout [Float], range: Range<Int>, batch: ReferenceBatch, table: ReferenceTable
  ) throws {
    try shares.withUnsafeMutableBufferPointer { shares in
      nonisolated(unsafe) let shares = shares
      try Parallel.forEachChunk(count: range.count, chunk: 64, workers: workers) { _, rows in
        for row in rows {
          let own = UnsafeMutableBufferPointer(
            rebasing: shares[row * table.stride..<(row + 1) * table.stride])
          fillShares(own, row: range.lowerBound + row, batch: batch, table: table)
        }
      }
    }
  }

  /// Whether similarities to other classes can matter at all: s is at most 1, so a penalty of 1 leaves nothing.
  private var scoresOwnClassOnly: Bool {
    !options.isSoft || (options.softAssignment == .linear && options.otherClassPenalty >= 1)
  }

  private func fillShares(
    _ shares: UnsafeMutableBufferPointer<Float>, row: Int, batch: ReferenceBatch, table: ReferenceTable
  ) {
    let classIndex = Int(batch.classes[row])
    guard classIndex >= 0 else {
      // A row of weight 0.
      shares.update(repeating: 0)
      return
    }
    let own = table.starts[classIndex]..<table.starts[classIndex + 1]
    let isPartial = scoresOwnClassOnly
    let window = isPartial ? own.lowerBound / 8 * 8..<(own.upperBound + 7) / 8 * 8 : 0..<table.stride
    fillSimilarities(shares, row: row, window: window, batch: batch, table: table)
    if !options.isSoft {
      let best = Self.indexOfMaximum(shares, in: own)
      keepOnly(best, shares)
    } else if options.softAssignment == .linear {
      let total = penalised(shares, own: own, window: window)
      if total == 0 {
        fillSimilarities(shares, row: row, window: 0..<table.stride, batch: batch, table: table)
        keepOnly(Self.indexOfMaximum(shares, in: 0..<table.count), shares)
      }
    } else {
      softmax(shares, own: own, count: table.count)
    }
    if let weight = batch.weights?[row], weight != 1 {
      for lane in 0..<table.count { shares[lane] *= weight }
    }
  }

  private func fillSimilarities(
    _ shares: UnsafeMutableBufferPointer<Float>, row: Int, window: Range<Int>, batch: ReferenceBatch,
    table: ReferenceTable
  ) {
    guard let target = shares.baseAddress, let centers = table.centers.baseAddress else { return }
    shares.update(repeating: 0)
    fk_local_scores(
      batch.offsets, batch.columns, batch.values, Int64(row), Int64(row + 1), centers + window.lowerBound,
      table.stride, window.count, target + window.lowerBound)
    guard options.distance == .euclidean else { return }
    for lane in window where lane < table.count {
      let squared = max(0, batch.squaredNorms[row] + table.squaredNorms[lane] - 2 * shares[lane])
      shares[lane] = 1 / (1 + squared)
    }
  }

  /// max(0, s - penalty outside the own class), divided by the sum; returns the sum.
  private func penalised(_ shares: UnsafeMutableBufferPointer<Float>, own: Range<Int>, window: Range<Int>)
    -> Float
  {
    let penalty = Float(options.otherClassPenalty)
    var total: Float = 0
    for lane in window {
      let value = max(0, own.contains(lane) ? shares[lane] : shares[lane] - penalty)
      shares[lane] = value
      total += value
    }
    guard total > 0 else { return 0 }
    let factor = 1 / total
    for lane in window { shares[lane] *= factor }
    return total
  }

  private func softmax(_ shares: UnsafeMutableBufferPointer<Float>, own: Range<Int>, count: Int) {
    let (penalty, inverse) = (Float(options.otherClassPenalty), Float(1 / options.temperature))
    var top = -Float.infinity
    for lane in 0..<count {
      shares[lane] = (own.contains(lane) ? shares[lane] : shares[lane] - penalty) * inverse
      top = max(top, shares[lane])
    }
    guard let base = shares.baseAddress else { return }
    let total = fk_exp_shifted(base, count, top)
    let factor = Float(1 / total)
    for lane in 0..<count { shares[lane] *= factor }
    for lane in count..<shares.count { shares[lane] = 0 }
  }

  private func keepOnly(_ lane: Int, _ shares: UnsafeMutableBufferPointer<Float>) {
    shares.update(repeating: 0)
    shares[lane] = 1
  }

  /// The lowest of the largest.
  private static func indexOfMaximum(_ values: UnsafeMutableBufferPointer<Float>, in range: Range<Int>) -> Int
  {
    var best = range.lowerBound
    for lane in range where values[lane] > values[best] { best = lane }
    return best
  }
}
