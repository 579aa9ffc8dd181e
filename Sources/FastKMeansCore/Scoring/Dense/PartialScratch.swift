import CFastKMeansKernels

/// What one worker needs to bring packed rows onto a basis.
final class ProjectionScratch {
  let packed: UnsafeMutablePointer<Float>
  let heads: UnsafeMutablePointer<Float>
  /// The squares of a group's rows, and of their parts along the basis.
  let squares: UnsafeMutablePointer<Double>
  let headSquares: UnsafeMutablePointer<Double>
  private let tile: UnsafeMutablePointer<Float>
  private let featureCount: Int
  private let kernels = fk_dense_for(fk_simd_level()).pointee

  init(featureCount: Int, headCount: Int) {
    let (height, width) = (PackedPanels.height, PackedPanels.width)
    self.featureCount = featureCount
    packed = .allocate(capacity: max(1, featureCount * height))
    heads = .allocate(capacity: max(1, headCount * height))
    squares = .allocate(capacity: height)
    headSquares = .allocate(capacity: height)
    tile = .allocate(capacity: height * width)
  }

  deinit {
    packed.deallocate()
    heads.deallocate()
    squares.deallocate()
    headSquares.deallocate()
    tile.deallocate()
  }

  /// A group of packed rows along the basis, packed again; and their squares.
  ///
  /// - Complexity: O(features x basis).
  func project(
    _ packed: UnsafePointer<Float>, _ basis: OrthonormalBasis, into heads: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (PackedPanels.height, PackedPanels.width)
    for first in stride(from: 0, to: basis.count, by: width) {
      tile.update(repeating: 0, count: height * width)
      kernels.tile_f32(packed, basis.panels.pointer + first * featureCount, featureCount, tile)
      for vector in 0..<min(width, basis.count - first) {
        let target = heads + (first + vector) * height
        for row in 0..<height { target[row] = tile[row * width + vector] }
      }
    }
    fk_packed_squares(packed, featureCount, squares)
    fk_packed_squares(heads, basis.count, headSquares)
  }
}

/// What one worker needs to search with a partial product.
final class PartialScratch {
  let dense = DenseScratch()
  let projection: ProjectionScratch
  /// Room for every prototype, and a block more.
  let positions: UnsafeMutablePointer<UInt32>
  /// Exact scores of some prototypes.
  let exact: UnsafeMutablePointer<Float>
  /// Bounded scores as 16-bit sums, for consumers that rank those.
  let sums: UnsafeMutablePointer<Int16>
  let sumCount: Int
  /// One document's values, feature by feature.
  let document: UnsafeMutablePointer<Float>
  /// Slack and rest of each row of a chunk.
  var limits: [(slack: Float, rest: Float)] = []
  private let heads: UnsafeMutablePointer<Float>
  private let scores: UnsafeMutablePointer<Float>
  private let featureCount: Int
  private let headCount: Int
  private let stride: Int

  /// Half of what the second cache of many machines holds.
  private static let scoreLimit = 1 << 18

  init(featureCount: Int, headCount: Int, prototypeCount: Int, rowCount: Int) {
    self.featureCount = featureCount
    self.headCount = headCount
    stride = roundedUp(prototypeCount, to: PackedPanels.width)
    projection = ProjectionScratch(featureCount: featureCount, headCount: headCount)
    sumCount = roundedUp(prototypeCount, to: CodedRows.blockSize)
    positions = .allocate(capacity: sumCount + CodedRows.blockSize)
    exact = .allocate(capacity: sumCount)
    sums = .allocate(capacity: sumCount)
    document = .allocate(capacity: featureCount + 1)
    heads = .allocate(capacity: max(1, headCount * rowCount))
    scores = .allocate(capacity: stride * rowCount)
  }

  deinit {
    positions.deallocate()
    exact.deallocate()
    sums.deallocate()
    document.deallocate()
    heads.deallocate()
    scores.deallocate()
  }

  /// How many rows a chunk may have: a whole number of groups, whose scores stay near.
  static func rowLimit(featureCount: Int, prototypeCount: Int) -> Int {
    let height = PackedPanels.height
    let groups = max(1, scoreLimit / max(1, prototypeCount) / height)
    return min(DenseScratch.rowLimit(featureCount: featureCount), groups * height)
  }

  /// A group's parts along the basis, packed.
  @inline(__always)
  func heads(group: Int) -> UnsafeMutablePointer<Float> { heads + group * headCount * PackedPanels.height }

  /// The bounded scores of one row of the chunk.
  @inline(__always)
  func scores(row: Int) -> UnsafeMutablePointer<Float> { scores + row * stride }

  /// Unpacks one row of the chunk.
  @inline(__always)
  func takeDocument(row: Int) {
    let height = PackedPanels.height
    let packed = dense.documents(group: row / height, first: 0, featureCount: featureCount) + row % height
    for feature in 0..<featureCount { document[feature] = packed[feature * height] }
  }
}
