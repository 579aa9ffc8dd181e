import CFastKMeansKernels
import FastKMeansCore

/// All prototypes as one dense table, feature-major, for soft assignments: every document moves every
/// prototype, so that prototypes fill up.
///
/// The true centre of a lane is its scale times what the table holds. A batch moves a prototype to
/// `(1 - r) centre + r mean`: for all features that the batch does not have, that is one factor, and so is scaling to
/// unit length. So a step writes only the features that occur in its batch, and compares the others with the
/// truncation threshold.
final class SoftReference: ReferenceState, @unchecked Sendable {
  let rows: ReferenceRows
  let featureCount: Int
  let count: Int
  /// Lanes a feature: `count`, padded for the kernels.
  let stride: Int
  var masses: [Double]
  /// The true centres are these times `centers`; padding has 1.
  var scales: [Float]
  /// Squared length of each true centre.
  var squaredNorms: [Float]
  let ones: [Float]
  /// Class `c` has lanes `starts[c] ..< starts[c + 1]`.
  private let starts: [Int]
  private let centerMemory: AlignedMemory<Float>
  private var sumMemory: AlignedMemory<Float>

  var centers: UnsafeMutablePointer<Float> { centerMemory.pointer }
  /// The sums of the running batch: a row of lanes for each feature that it has; zero between batches.
  var sums: UnsafeMutablePointer<Float> { sumMemory.pointer }

  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  init(_ prototypes: [[Prototype]], _ rows: ReferenceRows) throws {
    self.rows = rows
    let all = prototypes.flatMap { $0 }
    count = all.count
    stride = max(16, (count + 15) / 16 * 16)
    featureCount = rows.documents.featureCount
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

  func lanes(of classIndex: Int) -> Range<Int> { starts[classIndex]..<starts[classIndex + 1] }

  func hasMass(upTo limit: Double) -> Bool { masses.contains { $0 <= limit } }

  func batch(_ range: Range<Int>) throws -> SoftBatch { try SoftBatch(rows.documents, range: range) }

  func learn(_ batch: SoftBatch, _ progress: ProgressReporter) throws -> Double {
    try reserveSums(features: batch.features.count)
    let added = try addShares(of: batch, progress)
    if rows.options.decay < 1 { for lane in masses.indices { masses[lane] *= rows.options.decay } }
    var step = SoftStep(self, batch)
    return step.run(added: added)
  }

  /// Makes room for the sums of a batch.
  private func reserveSums(features: Int) throws {
    guard sumMemory.count < features * stride else { return }
    sumMemory = try AlignedMemory(count: features * stride, repeating: 0, for: "the sums of a batch")
  }

  var prototypes: [[Prototype]] {
    (0..<starts.count - 1).map { classIndex in
      lanes(of: classIndex).map { lane in
        Prototype(center: vector(lane), sumScale: masses[lane], mass: masses[lane])
      }
    }
  }

  private func vector(_ lane: Int) -> PrototypeVector {
    let scale = scales[lane]
    guard rows.documents.isSparse else {
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
