import CFastKMeansKernels

/// The weights that refinement moves: features x prototypes.
///
/// Dense, because refined prototypes are (a fifth of all features and more); what is left of zeros is dropped when
/// the model is made. `@unchecked Sendable`: workers write disjoint lanes.
package final class RefinementTable: @unchecked Sendable {
  package let featureCount: Int
  package let laneCount: Int
  /// Lanes of a document's scores, padded for the kernels.
  package let stride: Int
  package let classOfLane: [Int32]
  /// Class `c` has lanes `classStarts[c] ..< classStarts[c + 1]`.
  package let classStarts: [Int64]
  package let largestClass: Int
  package let cells: RefinementCells
  /// Euclidean: added to each lane's score; nil for cosine.
  package let biases: AlignedMemory<Float>?

  /// - Parameters:
  ///   - counts: the number of prototypes of each class.
  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  private init(
    counts: [Int], featureCount: Int, hasBiases: Bool, layout: RefinementCells.Layout
  ) throws {
    self.featureCount = featureCount
    laneCount = counts.reduce(0, +)
    cells = try RefinementCells(layout, lanes: laneCount, features: featureCount)
    stride = cells.stride
    classOfLane = counts.indices.flatMap { [Int32](repeating: Int32($0), count: counts[$0]) }
    classStarts = counts.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1)) }
    largestClass = counts.max() ?? 0
    biases =
      hasBiases ? try AlignedMemory(count: stride, repeating: 0, for: "the refinement's biases") : nil
  }

  /// Starts from the prototypes, so that the order of classes for each document is that of the distances.
  ///
  /// - Parameters:
  ///   - prototypes: of each class; cosine takes the directions of their centres.
  ///   - scale: the length that each starts with.
  ///   - unit: Euclidean, what rows are multiplied with; nil for cosine.
  ///   - layout: nil for the one that suits the size.
  package convenience init(
    _ prototypes: [[Prototype]], featureCount: Int, scale: Double, unit: Float? = nil,
    layout: RefinementCells.Layout? = nil
  ) throws {
    let counts = prototypes.map(\.count)
    try self.init(
      counts: counts, featureCount: featureCount, hasBiases: unit != nil,
      layout: layout ?? .suiting(lanes: counts.reduce(0, +), features: featureCount))
    for (lane, prototype) in prototypes.joined().enumerated() {
      guard let unit, let biases else {
        place(prototype.center, in: lane, length: scale)
        continue
      }
      // x.c - |c|^2 / 2 ranks as the distance does.
      let center = prototype.center.scaled(by: Double(unit))
      let squaredNorm = center.squaredNorm
      place(center, in: lane, length: scale * squaredNorm.squareRoot())
      biases.pointer[lane] = Float(-scale * squaredNorm / 2)
    }
  }

  private func place(_ vector: PrototypeVector, in lane: Int, length: Double) {
    let norm = vector.squaredNorm.squareRoot()
    guard norm > 0 else { return }
    for (position, value) in vector.values.enumerated() {
      let column = vector.isSparse ? Int(vector.columns[position]) : position
      cells.set(feature: column, lane: lane, to: Float(value * length / norm))
    }
  }

  /// Goes on from weights that were refined before.
  package convenience init(
    _ refined: RefinedWeights, layout: RefinementCells.Layout? = nil
  ) throws {
    let set = refined.weights
    var counts = [Int](repeating: 0, count: Int(set.classIndices.last ?? -1) + 1)
    for index in set.classIndices { counts[Int(index)] += 1 }
    try self.init(
      counts: counts, featureCount: set.featureCount, hasBiases: refined.biases != nil,
      layout: layout ?? .suiting(lanes: set.count, features: set.featureCount))
    for lane in 0..<set.count {
      let vector = set.vector(lane)
      place(vector, in: lane, length: vector.squaredNorm.squareRoot() / Double(refined.unit))
    }
    for (lane, bias) in (refined.biases ?? []).enumerated() { biases?.pointer[lane] = bias }
  }

  /// Moves the biases, as if each document had one more feature of value 1.
  func moveBiases(_ moves: UnsafePointer<fk_refine_move>, _ count: Int, _ rate: Float) {
    guard let biases else { return }
    for position in 0..<count { biases.pointer[Int(moves[position].lane)] += rate * moves[position].factor }
  }

  /// Whether all weights are numbers: false after learning that diverged.
  ///
  /// - Complexity: O(features x prototypes).
  package var isFinite: Bool {
    cells.isFinite && (biases.map { $0.sumsToANumber } ?? true)
  }

  /// What has been learned, for rows as they come in.
  ///
  /// - Parameters:
  ///   - unit: what rows were multiplied with during refinement.
  ///   - truncation: coordinates up to it in magnitude are left out.
  /// - Complexity: O(features x prototypes).
  package func refinedWeights(
    isSparse: Bool, unit: Float, truncation: Float, precision: Precision
  ) -> RefinedWeights {
    let vectors = cells.vectors(lanes: laneCount, features: featureCount, isSparse: isSparse) { weight in
      isSparse && weight.magnitude <= truncation ? nil : Double(weight * unit)
    }
    let lanes = (0..<classStarts.count - 1).map { Int(classStarts[$0])..<Int(classStarts[$0 + 1]) }
    return RefinedWeights(
      lanes.map { Array(vectors[$0]) },
      biases: biases.map { biases in (0..<laneCount).map { biases.pointer[$0] } }, unit: unit,
      shape: FeatureShape(featureCount: featureCount, isSparse: isSparse), precision: precision)
  }
}
