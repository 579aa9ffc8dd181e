import CFastKMeansKernels

/// All prototypes as one dense table, feature-major, for soft assignments of the reference mode: there every
/// document moves every prototype, and prototypes fill up.
///
/// The true centre of a lane is its scale times what the table holds. A batch moves a prototype to
/// `(1 - r) centre + r mean`: for all features that the batch does not have, that is one factor, and so is scaling to
/// unit length. So a step writes only the features that occur in its batch, and compares the others with the
/// truncation threshold.
package final class ReferenceTable: @unchecked Sendable {
  package let featureCount: Int
  package let count: Int
  /// Lanes a feature: `count`, padded for the kernels.
  package let stride: Int
  package internal(set) var masses: [Double]
  /// The true centres are these times `centers`; padding has 1.
  package internal(set) var scales: [Float]
  /// Squared length of each true centre.
  package internal(set) var squaredNorms: [Float]
  package let ones: [Float]
  /// Class `c` has lanes `starts[c] ..< starts[c + 1]`.
  private let starts: [Int]
  private let isSparse: Bool
  private let centerMemory: AlignedMemory<Float>
  private var sumMemory: AlignedMemory<Float>

  package var centers: UnsafeMutablePointer<Float> { centerMemory.pointer }
  /// The sums of the running batch: a row of lanes for each feature that it has; zero between batches.
  package var sums: UnsafeMutablePointer<Float> { sumMemory.pointer }

  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  package init(_ prototypes: [[Prototype]], featureCount: Int, isSparse: Bool) throws {
    let all = prototypes.flatMap { $0 }
    count = all.count
    stride = max(16, (count + 15) / 16 * 16)
    self.featureCount = featureCount
    self.isSparse = isSparse
    masses = all.map(\.mass)
    var starts = [0]
    for members in prototypes { starts.append(starts[starts.count - 1] + members.count) }
    self.starts = starts
    ones = [Float](repeating: 1, count: stride)
    scales = ones
    squaredNorms = [Float](repeating: 0, count: stride)
    for (lane, prototype) in all.enumerated() { squaredNorms[lane] = Float(prototype.center.squaredNorm) }
    try Self.checkSize(lanes: stride, count: count, featureCount: featureCount)
    centerMemory = try AlignedMemory(count: stride * featureCount, repeating: 0, for: "the prototypes")
    sumMemory = try AlignedMemory(count: 0, repeating: 0, for: "the sums of a batch")
    for (lane, prototype) in all.enumerated() { place(prototype.center, in: lane) }
  }

  /// Two tables must fit into half of the machine's memory: the centres, and the sums of a batch.
  private static func checkSize(lanes: Int, count: Int, featureCount: Int) throws {
    let (cells, overflow) = lanes.multipliedReportingOverflow(by: featureCount)
    let (needed, overflowBytes) = cells.multipliedReportingOverflow(by: 8)
    let allowed = Int(clamping: fk_physical_memory_bytes() / 2)
    guard !overflow, !overflowBytes, needed <= allowed else {
      throw InputError.tooLarge(
        what: "mode=reference keeps a dense table of \(count) prototypes x \(featureCount) features, which",
        neededBytes: overflow || overflowBytes ? .max : needed, allowedBytes: allowed)
    }
  }

  private func place(_ vector: PrototypeVector, in lane: Int) {
    for (position, value) in vector.values.enumerated() {
      let column = vector.isSparse ? Int(vector.columns[position]) : position
      centers[column * stride + lane] = Float(value)
    }
  }

  package func lanes(of classIndex: Int) -> Range<Int> { starts[classIndex]..<starts[classIndex + 1] }

  /// What is taken off the similarity of each lane outside the document's class; padding never gets a share.
  package func penalties(_ options: TrainingOptions) -> [Float] {
    (0..<stride).map { $0 < count ? Float(options.otherClassPenalty) : .infinity }
  }

  /// Makes room for the sums of a batch.
  package func reserveSums(features: Int) throws {
    guard sumMemory.count < features * stride else { return }
    sumMemory = try AlignedMemory(count: features * stride, repeating: 0, for: "the sums of a batch")
  }

  /// The prototypes as a learner keeps them.
  package func prototypes() -> [[Prototype]] {
    (0..<starts.count - 1).map { classIndex in
      lanes(of: classIndex).map { lane in
        Prototype(center: vector(lane), sumScale: masses[lane], mass: masses[lane])
      }
    }
  }

  private func vector(_ lane: Int) -> PrototypeVector {
    let scale = scales[lane]
    guard isSparse else {
      return PrototypeVector(dense: (0..<featureCount).map { Double(scale * centers[$0 * stride + lane]) })
    }
    var columns: [UInt32] = []
    var values: [Double] = []
    for column in 0..<featureCount where centers[column * stride + lane] != 0 {
      columns.append(UInt32(column))
      values.append(Double(scale * centers[column * stride + lane]))
    }
    return PrototypeVector(columns: columns, values: values)
  }
}
