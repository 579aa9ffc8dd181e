/// What one worker needs to score sparse documents.
final class SparseScratch {
  let terms = TermBuffer()
  let scores: UnsafeMutablePointer<Float>

  init(prototypeCount: Int) {
    scores = .allocate(capacity: prototypeCount + 1)
  }

  deinit { scores.deallocate() }
}

/// What one worker needs to multiply dense documents: its chunk of them packed in groups, and a tile a group.
final class DenseScratch {
  /// Features multiplied before the next group: a panel's block (192 x 32 values, 24 KB) stays in the first cache.
  static let featureBlock = 192

  private var packed: UnsafeMutablePointer<Float> = .allocate(capacity: 1)
  private var capacity = 1
  private let tiles: UnsafeMutablePointer<Float>
  private static let tileSize = PackedPanels.height * PackedPanels.width
  private static let groupLimit = 12

  init() {
    tiles = .allocate(capacity: Self.groupLimit * Self.tileSize)
  }

  deinit {
    packed.deallocate()
    tiles.deallocate()
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
    packed.update(repeating: 0, count: count)
    for (index, row) in range.enumerated() {
      let target = packed + (index / height * featureCount * height + index % height)
      let scale = rows.scale(of: row)
      switch rows.rows {
      case .dense(let dense):
        let values = dense.values(of: row)
        for column in 0..<values.count { target[column * height] = values[column] * scale }
      case .sparse(let sparse):
        for position in sparse.range(of: row) {
          target[Int(sparse.columns[position]) * height] = sparse.values[position] * scale
        }
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
