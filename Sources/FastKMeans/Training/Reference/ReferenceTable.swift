import CFastKMeansKernels

/// All prototypes as one dense table, feature-major, for the reference mode: there every document can move every
/// prototype, and prototypes fill up.
///
/// Two tables of features x prototypes in single precision: the centres, and the sums of the running batch. The
/// need is checked against the machine's memory before anything is allocated.
package final class ReferenceTable: @unchecked Sendable {
  package let featureCount: Int
  package let count: Int
  /// Lanes a feature: `count`, padded for the kernels.
  package let stride: Int
  package private(set) var classIndices: [Int32]
  package var masses: [Double]
  /// Class `c` has lanes `starts[c] ..< starts[c + 1]`.
  package let starts: [Int]
  /// Squared length of each lane.
  package private(set) var squaredNorms: [Float]
  package let centers: UnsafeMutableBufferPointer<Float>
  package let sums: UnsafeMutableBufferPointer<Float>
  private let isSparse: Bool

  /// Lanes that one worker handles: a cache line for every feature.
  package static let blockLanes = 64

  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  package init(_ prototypes: [[Prototype]], featureCount: Int, isSparse: Bool) throws {
    let all = prototypes.flatMap { $0 }
    count = all.count
    stride = max(8, (count + 7) / 8 * 8)
    self.featureCount = featureCount
    self.isSparse = isSparse
    masses = all.map(\.mass)
    classIndices = prototypes.indices.flatMap { [Int32](repeating: Int32($0), count: prototypes[$0].count) }
    var starts = [0]
    for members in prototypes { starts.append(starts[starts.count - 1] + members.count) }
    self.starts = starts
    squaredNorms = all.map { Float($0.center.squaredNorm) }
    let (cells, overflow) = stride.multipliedReportingOverflow(by: featureCount)
    let allowed = Int(clamping: fk_physical_memory_bytes() / 2)
    guard !overflow, cells <= allowed / 8 else {
      throw InputError.tooLarge(
        what: "mode=reference keeps a dense table of \(count) prototypes x \(featureCount) features, which",
        neededBytes: overflow ? .max : cells.multipliedReportingOverflow(by: 8).partialValue,
        allowedBytes: allowed)
    }
    centers = .allocate(capacity: cells)
    sums = .allocate(capacity: cells)
    centers.initialize(repeating: 0)
    sums.initialize(repeating: 0)
    for (lane, prototype) in all.enumerated() { place(prototype.center, in: lane) }
  }

  deinit {
    centers.deallocate()
    sums.deallocate()
  }

  private func place(_ vector: PrototypeVector, in lane: Int) {
    for (position, value) in vector.values.enumerated() {
      let column = vector.isSparse ? Int(vector.columns[position]) : position
      centers[column * stride + lane] = Float(value)
    }
  }

  /// The prototypes as a learner keeps them.
  package func prototypes() -> [[Prototype]] {
    (0..<starts.count - 1).map { classIndex in
      (starts[classIndex]..<starts[classIndex + 1]).map { lane in
        Prototype(center: vector(lane), sumScale: masses[lane], mass: masses[lane])
      }
    }
  }

  private func vector(_ lane: Int) -> PrototypeVector {
    guard isSparse else {
      return PrototypeVector(dense: (0..<featureCount).map { Double(centers[$0 * stride + lane]) })
    }
    var columns: [UInt32] = []
    var values: [Double] = []
    for column in 0..<featureCount where centers[column * stride + lane] != 0 {
      columns.append(UInt32(column))
      values.append(Double(centers[column * stride + lane]))
    }
    return PrototypeVector(columns: columns, values: values)
  }
}

extension ReferenceTable {
  /// One step of the running average: centre = (1 - r) centre + r sum / W, with r = W / mass, for lanes with W > 0;
  /// then truncation and, for cosine, unit length.
  ///
  /// - Parameters:
  ///   - added: W, the weight that the batch gave each lane.
  /// - Returns: the largest distance that a lane moved.
  /// - Complexity: O(features x prototypes).
  package func step(added: [Double], options: TrainingOptions, workers: Int) throws -> Double {
    var keep = [Float](repeating: 1, count: stride)
    var gain = [Float](repeating: 0, count: stride)
    for lane in 0..<count where added[lane] > 0 {
      masses[lane] += added[lane]
      keep[lane] = Float(1 - added[lane] / masses[lane])
      gain[lane] = Float(1 / masses[lane])
    }
    let needsQuantile = options.percentileThreshold != nil && options.truncationThreshold > 0
    let cut = needsQuantile ? 0 : Float(options.truncationThreshold)
    var norms = try blend(keep: keep, gain: gain, cut: cut, workers: workers)
    if needsQuantile { norms = truncateBelowQuantile(options) }
    var scale = [Float](repeating: 1, count: stride)
    if options.distance == .cosine {
      for lane in 0..<count { scale[lane] = norms[lane] > 0 ? Float(1 / norms[lane].squareRoot()) : 0 }
    }
    return try replace(scale: scale, workers: workers)
  }

  private func blend(keep: [Float], gain: [Float], cut: Float, workers: Int) throws -> [Double] {
    let (stride, features) = (stride, featureCount)
    nonisolated(unsafe) let (centers, sums) = (centers, sums)
    return try forEachLaneBlock(workers: workers) { lanes, norms, _ in
      guard let center = centers.baseAddress, let sum = sums.baseAddress else { return }
      keep.withUnsafeBufferPointer { keep in
        gain.withUnsafeBufferPointer { gain in
          guard let keep = keep.baseAddress, let gain = gain.baseAddress else { return }
          ReferenceTable.inFeatureBlocks(features, lanes: lanes.count, into: &norms) { first, last, partial in
            fk_blend(
              center + lanes.lowerBound, sum + lanes.lowerBound, stride, first, last, lanes.count,
              keep + lanes.lowerBound, gain + lanes.lowerBound, cut, &partial)
          }
        }
      }
    }.norms
  }

  private func replace(scale: [Float], workers: Int) throws -> Double {
    let (stride, features) = (stride, featureCount)
    nonisolated(unsafe) let (centers, sums) = (centers, sums)
    let result = try forEachLaneBlock(workers: workers) { lanes, norms, shifts in
      guard let center = centers.baseAddress, let sum = sums.baseAddress else { return }
      scale.withUnsafeBufferPointer { scale in
        guard let scale = scale.baseAddress else { return }
        var partialNorms = [Float](repeating: 0, count: lanes.count)
        ReferenceTable.inFeatureBlocks(features, lanes: lanes.count, into: &shifts) { first, last, partial in
          for lane in partialNorms.indices { partialNorms[lane] = 0 }
          fk_replace(
            center + lanes.lowerBound, sum + lanes.lowerBound, stride, first, last, lanes.count,
            scale + lanes.lowerBound, &partial, &partialNorms)
          for lane in partialNorms.indices { norms[lane] += Double(partialNorms[lane]) }
        }
      }
    }
    for lane in 0..<count { squaredNorms[lane] = Float(result.norms[lane]) }
    return result.shifts[..<count].max()?.squareRoot() ?? 0
  }

  /// Blocks of features are summed in single precision, then added up in double: exact enough for any number.
  private static func inFeatureBlocks(
    _ features: Int, lanes: Int, into totals: inout [Double], _ body: (Int, Int, inout [Float]) -> Void
  ) {
    var partial = [Float](repeating: 0, count: lanes)
    for first in Swift.stride(from: 0, to: features, by: 256) {
      for lane in partial.indices { partial[lane] = 0 }
      body(first, min(features, first + 256), &partial)
      for lane in partial.indices { totals[lane] += Double(partial[lane]) }
    }
  }

  /// Runs `body` for blocks of lanes in parallel; it fills a norm and a shift for each of its lanes.
  private func forEachLaneBlock(
    workers: Int, _ body: @Sendable (Range<Int>, inout [Double], inout [Double]) -> Void
  ) throws -> (norms: [Double], shifts: [Double]) {
    let blocks = (stride + Self.blockLanes - 1) / Self.blockLanes
    let results = WorkerScratch<([Double], [Double])>(workers: blocks) { ([], []) }
    let stride = stride
    try Parallel.forEach(count: blocks, workers: workers) { _, block in
      let lanes = block * Self.blockLanes..<min(stride, (block + 1) * Self.blockLanes)
      var norms = [Double](repeating: 0, count: lanes.count)
      var shifts = norms
      body(lanes, &norms, &shifts)
      results.with(block) { $0 = (norms, shifts) }
    }
    let parts = (0..<blocks).map { block in results.with(block) { $0 } }
    return (parts.flatMap(\.0), parts.flatMap(\.1))
  }

  /// Drops what is below both the threshold and the quantile of all coordinates above 1e-6; returns the norms.
  private func truncateBelowQuantile(_ options: TrainingOptions) -> [Double] {
    let magnitudes = sums.lazy.map { Double($0.magnitude) }.filter { $0 > 1e-6 }
    let quantile =
      magnitudes.isEmpty ? 0 : Quantile.linear(Array(magnitudes), options.percentileThreshold ?? 0)
    let cut = Float(min(options.truncationThreshold, quantile))
    var norms = [Double](repeating: 0, count: stride)
    for position in sums.indices {
      if sums[position].magnitude < cut { sums[position] = 0 }
      norms[position % stride] += Double(sums[position]) * Double(sums[position])
    }
    return norms
  }
}
