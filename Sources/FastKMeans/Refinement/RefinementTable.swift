/// The weights that refinement moves: features x prototypes in single precision, feature-major.
///
/// Dense, because refined prototypes are (a fifth of all features and more); what is left of zeros is dropped when
/// the model is made. `@unchecked Sendable`: workers write disjoint lanes.
package final class RefinementTable: @unchecked Sendable {
  package let featureCount: Int
  package let laneCount: Int
  /// Lanes a feature, padded for the kernels.
  package let stride: Int
  package let classOfLane: [Int32]
  /// Class `c` has lanes `classStarts[c] ..< classStarts[c + 1]`.
  package let classStarts: [Int64]
  package let largestClass: Int
  package let weights: AlignedMemory<Float>

  /// - Parameters:
  ///   - prototypes: of each class; their centres give the directions.
  ///   - scale: the length that each starts with.
  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  package init(_ prototypes: [[Prototype]], featureCount: Int, scale: Double) throws {
    self.featureCount = featureCount
    laneCount = prototypes.reduce(0) { $0 + $1.count }
    stride = max(8, roundedUp(laneCount, to: 8))
    classOfLane = prototypes.indices.flatMap { [Int32](repeating: Int32($0), count: prototypes[$0].count) }
    var starts: [Int64] = [0]
    for members in prototypes { starts.append(starts[starts.count - 1] + Int64(members.count)) }
    classStarts = starts
    largestClass = prototypes.map(\.count).max() ?? 0
    let cells = try checkedProduct(featureCount, stride, for: "the refinement's weights")
    weights = try AlignedMemory(count: cells, repeating: 0, for: "the refinement's weights")
    for (lane, prototype) in prototypes.joined().enumerated() {
      place(prototype.center, in: lane, length: scale)
    }
  }

  private func place(_ vector: PrototypeVector, in lane: Int, length: Double) {
    let norm = vector.squaredNorm.squareRoot()
    guard norm > 0 else { return }
    for (position, value) in vector.values.enumerated() {
      let column = vector.isSparse ? Int(vector.columns[position]) : position
      weights.pointer[column * stride + lane] = Float(value * length / norm)
    }
  }

  /// The weights of each prototype, by class; coordinates up to `truncation` in magnitude are left out.
  package func vectors(isSparse: Bool, truncation: Float) -> [[PrototypeVector]] {
    var columns = [[UInt32]](repeating: [], count: laneCount)
    var values = [[Double]](repeating: [], count: laneCount)
    for feature in 0..<featureCount {
      for lane in 0..<laneCount {
        let weight = weights.pointer[feature * stride + lane]
        if !isSparse {
          values[lane].append(Double(weight))
        } else if weight.magnitude > truncation {
          columns[lane].append(UInt32(feature))
          values[lane].append(Double(weight))
        }
      }
    }
    return (0..<classStarts.count - 1).map { classIndex in
      (Int(classStarts[classIndex])..<Int(classStarts[classIndex + 1])).map { lane in
        isSparse
          ? PrototypeVector(columns: columns[lane], values: values[lane])
          : PrototypeVector(dense: values[lane])
      }
    }
  }
}
