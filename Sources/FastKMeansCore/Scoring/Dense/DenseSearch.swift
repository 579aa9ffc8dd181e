import CFastKMeansKernels

/// Documents times all prototypes of a packed product, every score to the last feature.
///
/// A panel meets all groups of a chunk while it is in the cache; long rows are cut, with the scores so far kept in the
/// tiles.
struct DenseSearch: Sendable {
  let panels: PackedPanels
  let biases: AlignedMemory<Float>
  let prototypeCount: Int
  private let tileKernels = fk_dense_for(fk_simd_level()).pointee
  private let kernels = fk_scoring_for(fk_simd_level()).pointee

  init(panels: PackedPanels, biases: AlignedMemory<Float>, prototypeCount: Int) {
    self.panels = panels
    self.biases = biases
    self.prototypeCount = prototypeCount
  }

  /// Scores the rows of a chunk, which `scratch` has packed.
  func answer<Consumer: ScoreConsumer>(
    _ range: Range<Int>, _ worker: Int, _ scratch: DenseScratch, _ consumer: Consumer
  ) {
    for panel in 0..<panels.panelCount {
      multiply(scratch, range.count, panel)
      hand(scratch, range, panel, worker, consumer)
    }
  }

  /// One panel against all groups of a chunk.
  @inline(__always)
  private func multiply(_ scratch: DenseScratch, _ rowCount: Int, _ panel: Int) {
    let featureCount = panels.featureCount
    let groups = (rowCount + PackedPanels.height - 1) / PackedPanels.height
    scratch.fillTiles(groups, biases: biases.pointer + panel * PackedPanels.width)
    var first = 0
    while first < featureCount {
      let count = min(DenseScratch.featureBlock, featureCount - first)
      for group in 0..<groups {
        panels.multiply(
          scratch.documents(group: group, first: first, featureCount: featureCount), panel: panel,
          first: first, count: count, into: scratch.tile(group), kernels: tileKernels)
      }
      first += count
    }
  }

  /// Hands on the rows of a panel that have a score which may matter; few do, once each row has met good ones.
  @inline(__always)
  private func hand<Consumer: ScoreConsumer>(
    _ scratch: DenseScratch, _ range: Range<Int>, _ panel: Int, _ worker: Int, _ consumer: Consumer
  ) {
    let first = panel * PackedPanels.width
    let count = min(PackedPanels.width, prototypeCount - first)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: PackedPanels.height) {
      let tile = scratch.tile((start - range.lowerBound) / PackedPanels.height)
      let rowCount = min(PackedPanels.height, range.upperBound - start)
      for index in 0..<rowCount {
        scratch.thresholds[index] = consumer.threshold(
          worker: worker, row: start + index, first: first, count: count)
      }
      let all: UInt32 = (1 << UInt32(rowCount)) - 1
      var above = consumer.needsAll ? all : tileKernels.rows_above(tile, scratch.thresholds) & all
      while above != 0 {
        let index = above.trailingZeroBitCount
        above &= above - 1
        consumer.take(
          worker: worker, row: start + index, first: first, scores: tile + index * PackedPanels.width,
          count: count, kernels: kernels)
      }
    }
  }
}
