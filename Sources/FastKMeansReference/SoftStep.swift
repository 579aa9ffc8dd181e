import CFastKMeansKernels
import FastKMeansCore

/// One step of the running average over ``SoftReference``: centre = (1 - r) centre + r sum / W, with
/// r = W / mass, for lanes with W > 0; then truncation and, for cosine, unit length.
struct SoftStep {
  private let table: SoftReference
  private let batch: SoftBatch
  /// What is left of the table's values, and what a sum counts for, in the table's own scale.
  private var keep: [Float]
  private var gain: [Float]
  /// The scales once centres are moved; and once they are normalised as well.
  private var moved: [Float]
  private var after: [Float]
  /// Values below are dropped: among the batch's features, and among the others.
  private var cut: [Float]
  private var otherCut: [Float]

  /// Lanes that a worker handles at a time, where there are several workers.
  private static let blockLanes = 64
  /// Less of the old centre than this is nothing in single precision.
  private static let negligible = 1e-12
  /// A scale below this is worked into the table, lest values grow out of range.
  private static let smallestScale: Float = 1e-3

  private var options: TrainingOptions { table.rows.options }
  private var workers: Int { table.rows.workers }

  init(_ table: SoftReference, _ batch: SoftBatch) {
    self.table = table
    self.batch = batch
    keep = table.ones
    gain = [Float](repeating: 0, count: table.stride)
    moved = table.scales
    after = table.scales
    cut = gain
    otherCut = gain
  }

  /// - Parameters:
  ///   - added: W, the weight that the batch gave each lane.
  /// - Returns: the largest distance that a lane moved.
  /// - Complexity: O(features x prototypes); only the features of the batch are written.
  mutating func run(added: [Double]) -> Double {
    prepareFactors(added)
    let needsQuantile = options.percentileThreshold != nil && options.truncationThreshold > 0
    if !needsQuantile { setCuts(options.truncationThreshold) }
    var (squared, _) = forEachLaneBlock { [keep, gain, cut] table, batch, lanes, squared, _ in
      fk_table_merge(
        batch.features, batch.features.count, table.centers, table.sums, table.stride, lanes.lowerBound,
        lanes.upperBound, keep, gain, cut, &squared)
    }
    if needsQuantile {
      setCuts(min(options.truncationThreshold, quantile()))
      squared = dropBelow(cut, among: batch.features).kept
    }
    let others = dropBelow(otherCut, among: batch.otherFeatures)
    for lane in 0..<table.count {
      let total = squared[lane] + others.kept[lane]
      after[lane] = moved[lane]
      if options.distance == .cosine { after[lane] = total > 0 ? Float(1 / total.squareRoot()) : 1 }
      table.squaredNorms[lane] = Float(total * Double(after[lane]) * Double(after[lane]))
    }
    let shift = measureShift(keptSquared: others.kept, droppedSquared: others.dropped)
    table.scales = after
    foldSmallScales()
    return shift
  }

  private mutating func prepareFactors(_ added: [Double]) {
    for lane in 0..<table.count where added[lane] > 0 {
      let before = table.masses[lane]
      table.masses[lane] += added[lane]
      let scale = Double(table.scales[lane]) * before / table.masses[lane]
      if scale < Self.negligible {
        (keep[lane], moved[lane], gain[lane]) = (0, 1, Float(1 / table.masses[lane]))
      } else {
        moved[lane] = Float(scale)
        gain[lane] = Float(1 / table.masses[lane] / scale)
      }
    }
  }

  private mutating func setCuts(_ threshold: Double) {
    for lane in 0..<table.count {
      cut[lane] = Float(threshold / Double(moved[lane]))
      otherCut[lane] = keep[lane] == 0 ? .infinity : cut[lane]
    }
  }

  /// Of all true coordinates above 1e-6.
  private func quantile() -> Double {
    var magnitudes: [Double] = []
    for feature in 0..<table.featureCount {
      for lane in 0..<table.count {
        let value = Double((moved[lane] * table.centers[feature * table.stride + lane]).magnitude)
        if value > 1e-6 { magnitudes.append(value) }
      }
    }
    return magnitudes.isEmpty ? 0 : Quantile.linear(magnitudes, options.percentileThreshold ?? 0)
  }

  private func dropBelow(_ cut: [Float], among features: [UInt32]) -> (
    kept: [Double], dropped: [Double]
  ) {
    let result = forEachLaneBlock { table, _, lanes, kept, dropped in
      fk_table_drop(
        features, features.count, table.centers, table.stride, lanes.lowerBound, lanes.upperBound, cut, &kept,
        &dropped)
    }
    return (result.0, result.1)
  }

  /// The batch's features are compared one by one; all others went from scale to scale, or to zero.
  private func measureShift(keptSquared: [Double], droppedSquared: [Double]) -> Double {
    let before = table.scales
    let (squared, _) = forEachLaneBlock { [after] table, batch, lanes, squared, _ in
      fk_table_shift(
        batch.features, batch.features.count, table.centers, table.sums, table.stride, lanes.lowerBound,
        lanes.upperBound, after, before, &squared)
    }
    var largest = 0.0
    for lane in 0..<table.count {
      let difference = Double(after[lane]) - Double(before[lane])
      let others =
        difference * difference * keptSquared[lane]
        + Double(before[lane]) * Double(before[lane]) * droppedSquared[lane]
      largest = max(largest, squared[lane] + others)
    }
    return largest.squareRoot()
  }

  /// Works scales into the table where one is small; the others that will be soon go along.
  private func foldSmallScales() {
    guard table.scales.contains(where: { $0 < Self.smallestScale }) else { return }
    var factors = table.ones
    for lane in 0..<table.count where table.scales[lane] < 100 * Self.smallestScale {
      (factors[lane], table.scales[lane]) = (table.scales[lane], 1)
    }
    Parallel.forEachChunk(count: table.featureCount, chunk: 1024, workers: workers) {
      [table, factors] _, rows in
      fk_table_scale(table.centers + rows.lowerBound * table.stride, rows.count, table.stride, factors)
    }
  }

  /// Runs `body` for blocks of lanes in parallel; it adds to two numbers for each of its lanes.
  private func forEachLaneBlock(
    _ body: @Sendable (SoftReference, SoftBatch, Range<Int>, inout [Double], inout [Double]) -> Void
  ) -> ([Double], [Double]) {
    let stride = table.stride
    // One worker takes rows whole: memory is read in order.
    let blockLanes = workers == 1 ? stride : Self.blockLanes
    let blocks = (stride + blockLanes - 1) / blockLanes
    let zeros = [Double](repeating: 0, count: stride)
    let results = WorkerScratch<([Double], [Double])>(workers: blocks) { (zeros, zeros) }
    Parallel.forEach(count: blocks, workers: workers) { [table, batch] _, block in
      let lanes = block * blockLanes..<min(stride, (block + 1) * blockLanes)
      results.with(block) { body(table, batch, lanes, &$0.0, &$0.1) }
    }
    var (first, second) = (zeros, zeros)
    for block in 0..<blocks {
      let lanes = block * blockLanes..<min(stride, (block + 1) * blockLanes)
      results.with(block) {
        first.replaceSubrange(lanes, with: $0.0[lanes])
        second.replaceSubrange(lanes, with: $0.1[lanes])
      }
    }
    return (first, second)
  }
}
