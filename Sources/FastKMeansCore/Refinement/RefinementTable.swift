import CFastKMeansKernels

/// The weights that refinement moves: features x prototypes.
///
/// `@unchecked Sendable`: workers write disjoint weights.
package final class RefinementTable: @unchecked Sendable {
  package let featureCount: Int
  package let laneCount: Int
  /// Lanes of a document's scores, padded for the kernels.
  package let stride: Int
  package let classOfLane: [Int32]
  /// Class `c` has lanes `classStarts[c] ..< classStarts[c + 1]`.
  package let classStarts: [Int64]
  package let cells: RefinementCells
  /// Euclidean, weights in rows: what is added to each lane's score. nil for cosine, and where lists keep the biases.
  private let rowBiases: AlignedMemory<Float>?
  /// For each lane: how much lower a document of the prototype, of weight 1, would score if the prototype had been made
  /// without it. nil where this is not known.
  let ownParts: AlignedMemory<Float>?

  /// - Parameters:
  ///   - lanes: the weights that each prototype starts with, a vector times a factor; class after class.
  ///   - counts: the number of prototypes of each class.
  ///   - ownParts: as ``ownParts``.
  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  private init(
    _ lanes: [(vector: PrototypeVector, factor: Double)], biases: [Float]?, counts: [Int], featureCount: Int,
    layout: RefinementCells.Layout?, ownParts: [Float]?
  ) throws {
    self.featureCount = featureCount
    laneCount = lanes.count
    classOfLane = counts.indices.flatMap { [Int32](repeating: Int32($0), count: counts[$0]) }
    classStarts = counts.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1)) }
    let isSparse = lanes.contains { $0.vector.isSparse }
    switch layout ?? (isSparse ? .lists : .rows) {
    case .lists:
      cells = .lists(
        try WeightLists(lanes, classStarts: classStarts, featureCount: featureCount, biases: biases))
      rowBiases = nil
    case .rows:
      let stride = RefinementCells.stride(lanes: lanes.count)
      let what = "the refinement's weights"
      let memory = try AlignedMemory<Float>(
        count: checkedProduct(featureCount, stride, for: what), repeating: 0, for: what)
      for (lane, (vector, factor)) in lanes.enumerated() {
        for (position, value) in vector.values.enumerated() {
          let column = vector.isSparse ? Int(vector.columns[position]) : position
          memory.pointer[column * stride + lane] = Float(value * factor)
        }
      }
      cells = .rows(memory, stride: stride)
      rowBiases = try biases.map { try Self.padded($0, to: stride) }
    }
    let stride = cells.stride
    self.stride = stride
    self.ownParts = try ownParts.map { try Self.padded($0, to: stride) }
  }

  private static func padded(_ values: [Float], to count: Int) throws -> AlignedMemory<Float> {
    let memory = try AlignedMemory<Float>(count: count, repeating: 0, for: "the refinement's weights")
    for (position, value) in values.enumerated() { memory.pointer[position] = value }
    return memory
  }

  /// Starts from the prototypes, so that the order of classes for each document is that of the distances.
  ///
  /// - Parameters:
  ///   - prototypes: of each class; cosine takes the directions of their centres.
  ///   - scale: the length that each starts with.
  ///   - unit: Euclidean, what rows are multiplied with; nil for cosine.
  ///   - layout: nil for the one that suits the prototypes.
  package convenience init(
    _ prototypes: [[Prototype]], featureCount: Int, scale: Double, unit: Float? = nil,
    layout: RefinementCells.Layout? = nil
  ) throws {
    let all = prototypes.flatMap { $0 }
    let lanes: [(vector: PrototypeVector, factor: Double)]
    var biases: [Float]?
    if let unit {
      // x.c - |c|^2 / 2 ranks as the distance does.
      let squares = all.map { $0.center.squaredNorm * Double(unit) * Double(unit) }
      lanes = all.map { ($0.center, scale * Double(unit)) }
      biases = squares.map { Float(-scale * $0 / 2) }
    } else {
      lanes = all.map {
        let norm = $0.center.squaredNorm.squareRoot()
        return ($0.center, norm > 0 ? scale / norm : 0)
      }
    }
    try self.init(
      lanes, biases: biases, counts: prototypes.map(\.count), featureCount: featureCount, layout: layout,
      ownParts: unit == nil ? all.map { $0.sumScale > 0 ? Float(scale / $0.sumScale) : 0 } : nil)
  }

  /// Zeros, to add up what another table's weights are to move by.
  convenience init(zerosLike table: RefinementTable) throws {
    let nothing = PrototypeVector(columns: [], values: [])
    let layout: RefinementCells.Layout = if case .lists = table.cells { .lists } else { .rows }
    try self.init(
      [(PrototypeVector, Double)](repeating: (nothing, 0), count: table.laneCount),
      biases: table.biases?.map { _ in 0 },
      counts: zip(table.classStarts, table.classStarts.dropFirst()).map { Int($1 - $0) },
      featureCount: table.featureCount, layout: layout, ownParts: nil)
  }

  /// Goes on from weights that were refined before.
  ///
  /// - Parameter ownParts: as ``ownParts``, of the prototypes that the refinement began with.
  package convenience init(_ refined: RefinedWeights, ownParts: [Float]? = nil) throws {
    let set = refined.weights
    var counts = [Int](repeating: 0, count: Int(set.classIndices.last ?? -1) + 1)
    for index in set.classIndices { counts[Int(index)] += 1 }
    try self.init(
      refined.vectors.map { ($0, 1 / Double(refined.unit)) }, biases: refined.biases, counts: counts,
      featureCount: set.featureCount, layout: nil, ownParts: ownParts)
  }

  /// Euclidean: added to each lane's score; nil for cosine.
  package var biases: [Float]? {
    switch cells {
    case .rows: rowBiases.map { biases in (0..<laneCount).map { biases.pointer[$0] } }
    case .lists(let lists): lists.biases
    }
  }

  /// Moves the biases of rows, as if each document had one more feature of value 1.
  func moveBiases(_ moves: UnsafePointer<fk_refine_move>, _ count: Int, _ rate: Float) {
    guard let rowBiases else { return }
    for position in 0..<count {
      rowBiases.pointer[Int(moves[position].lane)] += rate * moves[position].factor
    }
  }

  /// Completes the products of one row with every lane.
  @inline(__always)
  func addBiases(of row: Int, in rows: TrainingSet, to scores: UnsafeMutablePointer<Float>) {
    guard let rowBiases else { return }
    // Scores are scaled later, biases are not to be.
    let inverse = 1 / rows.scale(of: row)
    for lane in 0..<laneCount { scores[lane] += rowBiases.pointer[lane] * inverse }
  }

  /// Whether all weights are numbers: false after learning that diverged.
  ///
  /// - Complexity: O(weights).
  package var isFinite: Bool { cells.isFinite && (rowBiases.map { $0.sumsToANumber } ?? true) }

  /// What has been learned, for rows as they come in.
  ///
  /// - Parameters:
  ///   - unit: what rows were multiplied with during refinement.
  ///   - truncation: coordinates up to it in magnitude are left out.
  /// - Complexity: O(weights).
  package func refinedWeights(
    isSparse: Bool, unit: Float, truncation: Float, precision: Precision
  ) -> RefinedWeights {
    let vectors = cells.vectors(
      lanes: laneCount, features: featureCount, isSparse: isSparse, times: unit, truncation: truncation)
    let lanes = (0..<classStarts.count - 1).map { Int(classStarts[$0])..<Int(classStarts[$0 + 1]) }
    return RefinedWeights(
      lanes.map { Array(vectors[$0]) }, biases: biases, unit: unit,
      shape: FeatureShape(featureCount: featureCount, isSparse: isSparse), precision: precision)
  }
}
