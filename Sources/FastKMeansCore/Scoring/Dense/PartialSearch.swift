import CFastKMeansKernels

/// Documents against prototypes along the first vectors of a basis; only what bounds leave is scored to the last feature.
struct PartialSearch: Sendable {
  private let product: PartialProduct
  private let biases: AlignedMemory<Float>
  private let tileKernels = fk_dense_for(fk_simd_level()).pointee
  private let kernels = fk_scoring_for(fk_simd_level()).pointee
  private let codeKernels = fk_codes_for(fk_simd_level()).pointee

  init(product: PartialProduct, biases: AlignedMemory<Float>) {
    self.product = product
    self.biases = biases
  }

  /// - Parameter rowCount: the rows of a chunk at most, a whole number of groups.
  func makeScratch(rowCount: Int) -> PartialScratch {
    PartialScratch(
      featureCount: product.basis.featureCount, headCount: product.basis.count,
      prototypeCount: product.prototypeCount, rowCount: rowCount)
  }

  /// Answers the rows of a chunk, which `scratch.dense` has packed.
  func answer<Consumer: SearchConsumer>(
    _ range: Range<Int>, _ worker: Int, _ scratch: PartialScratch, _ consumer: Consumer
  ) {
    project(range.count, scratch)
    multiply(range.count, scratch)
    var survivors = 0
    for row in range { survivors += answer(row, row - range.lowerBound, worker, scratch, consumer) }
    product.record.add(rows: range.count, survivors: survivors, leaders: consumer.leaderCounts.upperBound)
  }

  private func project(_ rowCount: Int, _ scratch: PartialScratch) {
    let height = PackedPanels.height
    scratch.limits.removeAll(keepingCapacity: true)
    for group in 0..<(rowCount + height - 1) / height {
      let packed = scratch.dense.documents(
        group: group, first: 0, featureCount: product.basis.featureCount)
      let projection = scratch.projection
      projection.project(packed, product.basis, into: scratch.heads(group: group))
      for row in 0..<height {
        scratch.limits.append(
          product.limits(squares: projection.squares[row], headSquares: projection.headSquares[row]))
      }
    }
  }

  /// The products along the basis: a panel meets all groups while it is in the first cache.
  private func multiply(_ rowCount: Int, _ scratch: PartialScratch) {
    let (height, width) = (PackedPanels.height, PackedPanels.width)
    let groups = (rowCount + height - 1) / height
    let headCount = product.basis.count
    for first in stride(from: 0, to: product.prototypeCount, by: width) {
      let panel = product.heads.pointer + first * headCount
      scratch.dense.fillTiles(groups, biases: biases.pointer + first)
      for group in 0..<groups {
        let tile = scratch.dense.tile(group)
        tileKernels.tile_f32(scratch.heads(group: group), panel, headCount, tile)
        for row in 0..<height {
          (scratch.scores(row: group * height + row) + first).update(from: tile + row * width, count: width)
        }
      }
    }
  }

  /// Returns how many prototypes had to be scored to the last feature.
  private func answer<Consumer: SearchConsumer>(
    _ row: Int, _ index: Int, _ worker: Int, _ scratch: PartialScratch, _ consumer: Consumer
  ) -> Int {
    let scores = scratch.scores(row: index)
    let (positions, exact) = (scratch.positions, scratch.exact)
    scratch.takeDocument(row: index)
    let lowest = sureScore(scores, scratch, consumer)
    let limits = scratch.limits[index]
    let found = Int(
      tileKernels.reach(
        scores, product.restNorms.pointer, limits.rest, lowest - limits.slack, product.prototypeCount,
        positions))
    if found == 1, !consumer.needsScores {
      exact[0] = 0
      hand(1, row, worker, scratch, consumer)
    } else {
      offer(found, row, worker, scratch, consumer)
    }
    return found
  }

  /// Scores the prototypes in `scratch.positions` exactly and hands them on, by ascending prototype.
  @inline(__always)
  private func offer<Consumer: SearchConsumer>(
    _ count: Int, _ row: Int, _ worker: Int, _ scratch: PartialScratch, _ consumer: Consumer
  ) {
    guard count > 0 else { return }
    product.rows.score(
      scratch.positions, count: count, scratch.document, biases: biases.pointer, into: scratch.exact)
    hand(count, row, worker, scratch, consumer)
  }

  @inline(__always)
  private func hand<Consumer: SearchConsumer>(
    _ count: Int, _ row: Int, _ worker: Int, _ scratch: PartialScratch, _ consumer: Consumer
  ) {
    for place in 0..<count {
      let prototype = Int32(bitPattern: scratch.positions[place])
      consumer.offer(
        worker: worker, row: row, PrototypeHit(prototype: prototype, score: scratch.exact[place]))
    }
  }

  /// A score that as many prototypes as make up the answer have for certain: the least exact one of those that look best.
  private func sureScore<Consumer: SearchConsumer>(
    _ scores: UnsafePointer<Float>, _ scratch: PartialScratch, _ consumer: Consumer
  ) -> Float {
    let found =
      consumer.leaderCounts.upperBound == 1 ? best(scores, scratch) : leaders(scores, scratch, consumer)
    guard found > 0 else { return -.infinity }
    product.rows.score(
      scratch.positions, count: found, scratch.document, biases: biases.pointer, into: scratch.exact)
    for place in 0..<found {
      // A NaN is certain of nothing.
      guard scratch.exact[place] >= -.infinity else { return -.infinity }
    }
    return consumer.sureScore(ofLeaders: found, scale: 1) { scratch.exact[$0] }
  }

  private func best(_ scores: UnsafePointer<Float>, _ scratch: PartialScratch) -> Int {
    let best = kernels.first_max(scores, product.prototypeCount)
    guard best >= 0 else { return 0 }
    scratch.positions[0] = UInt32(truncatingIfNeeded: best)
    return 1
  }

  /// Ranks by 16-bit sums: which ones are taken for the best decides about speed alone.
  private func leaders<Consumer: SearchConsumer>(
    _ scores: UnsafePointer<Float>, _ scratch: PartialScratch, _ consumer: Consumer
  ) -> Int {
    var largest: Float = 0
    for prototype in 0..<product.prototypeCount where scores[prototype].isFinite {
      largest = max(largest, scores[prototype].magnitude)
    }
    let factor = largest > 0 && (30_000 / largest).isFinite ? 30_000 / largest : 0
    for prototype in 0..<product.prototypeCount {
      let score = scores[prototype]
      scratch.sums[prototype] = score.isFinite ? Int16(score * factor) : .min
    }
    for place in product.prototypeCount..<scratch.sumCount { scratch.sums[place] = .min }
    return consumer.leaders(
      scratch.sums, count: scratch.sumCount, first: 0, scale: factor, kernels: codeKernels,
      into: scratch.positions)
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
