import CFastKMeansKernels

/// Documents times all prototypes of a packed product, every score to the last feature.
///
/// A panel meets all groups of a chunk while it is in the cache; long rows are cut, with the scores so far kept in the
/// tiles.
struct DenseProduct: Sendable {
  let panels: PackedPanels
  let biases: AlignedMemory<Float>
  let prototypeCount: Int
  private let tileKernels = fk_dense_for(fk_simd_level()).pointee
  private let kernels = fk_scoring_for(fk_simd_level()).pointee

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
        scratch.thresholds[index] = consumer.threshold(worker: worker, row: start + index)
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

/// What one worker needs to multiply dense documents: its chunk of them packed in groups, and a tile a group.
final class DenseScratch {
  /// Features multiplied before the next group: a panel's block (192 x 32 values, 24 KB) stays in the first cache.
  static let featureBlock = 192

  private var packed: UnsafeMutablePointer<Float> = .allocate(capacity: 1)
  private var capacity = 1
  private let tiles: UnsafeMutablePointer<Float>
  /// One for each document of a group.
  let thresholds: UnsafeMutablePointer<Float>
  private static let tileSize = PackedPanels.height * PackedPanels.width
  private static let groupLimit = 12

  init() {
    thresholds = .allocate(capacity: PackedPanels.height)
    thresholds.initialize(repeating: 0, count: PackedPanels.height)
    tiles = .allocate(capacity: Self.groupLimit * Self.tileSize)
  }

  deinit {
    packed.deallocate()
    tiles.deallocate()
    thresholds.deallocate()
  }

  /// How many rows a chunk may have: packed, they should stay in the second cache.
  static func rowLimit(featureCount: Int) -> Int {
    let groups = 128_000 / max(1, featureCount * PackedPanels.height)
    return max(1, min(groupLimit, groups)) * PackedPanels.height
  }

  /// Packs rows times their scales in groups, feature by feature; missing rows of the last group are zero.
  func pack(
    _ rows: ScaledRows, _ range: Range<Int>, featureCount: Int
  ) {
    let height = PackedPanels.height
    let groups = (range.count + height - 1) / height
    let count = groups * height * featureCount
    if count > capacity {
      packed.deallocate()
      packed = .allocate(capacity: count)
      capacity = count
    }
    switch rows.rows {
    case .dense(let dense): pack(dense, rows, range, featureCount)
    case .sparse(let sparse):
      packed.update(repeating: 0, count: count)
      for (index, row) in range.enumerated() {
        let target = packed + (index / height * featureCount * height + index % height)
        let scale = rows.scale(of: row)
        sparse.withRow(row) { columns, values in
          for position in columns.indices {
            target[Int(columns[position]) * height] = values[position] * scale
          }
        }
      }
    }
  }

  private func pack(_ dense: DenseRows, _ rows: ScaledRows, _ range: Range<Int>, _ featureCount: Int) {
    let height = PackedPanels.height
    for (group, first) in stride(from: range.lowerBound, to: range.upperBound, by: height).enumerated() {
      let own = first..<min(first + height, range.upperBound)
      dense.withPointer(own) { documents, stride in
        fk_pack_documents(
          documents, stride, own.count, rows.scales(from: first), featureCount,
          packed + group * height * featureCount)
      }
    }
  }

  /// One group's values from feature `first` on.
  @inline(__always)
  func documents(group: Int, first: Int, featureCount: Int) -> UnsafeMutablePointer<Float> {
    packed + (group * featureCount + first) * PackedPanels.height
  }

  @inline(__always)
  func tile(_ group: Int) -> UnsafeMutablePointer<Float> { tiles + group * Self.tileSize }

  /// Every score starts as its prototype's bias.
  @inline(__always)
  func fillTiles(_ groups: Int, biases: UnsafePointer<Float>) {
    for row in 0..<groups * PackedPanels.height {
      (tiles + row * PackedPanels.width).update(from: biases, count: PackedPanels.width)
    }
  }
}
