extension PrototypeSet {
  /// What a learner has, in the precision that is stored and scored.
  ///
  /// - Parameters:
  ///   - prototypes: of each class index, all sparse or all dense.
  package init(_ prototypes: [[Prototype]], shape: FeatureShape, precision: Precision) {
    let all = prototypes.flatMap { $0 }
    self.init(
      featureCount: shape.featureCount,
      rows: Rows(all.map(\.center), isSparse: shape.isSparse, precision: precision),
      classIndices: prototypes.indices.flatMap { [Int32](repeating: Int32($0), count: prototypes[$0].count) },
      masses: all.map(\.mass), sumScales: all.map(\.sumScale),
      streamSums: all.contains { $0.sum != nil } ? all.map(\.sum) : nil)
  }

  /// The same prototypes with other coordinates, one vector for each.
  func replacing(_ vectors: [PrototypeVector], precision: Precision) -> PrototypeSet {
    PrototypeSet(
      featureCount: featureCount, rows: Rows(vectors, isSparse: isSparse, precision: precision),
      classIndices: classIndices, masses: masses, sumScales: sumScales)
  }

  /// The prototypes of each class, ready to learn on.
  ///
  /// Exact for single and double precision; 16-bit values go on from where they were rounded to.
  package func learnerPrototypes(classCount: Int) -> [[Prototype]] {
    var result = [[Prototype]](repeating: [], count: classCount)
    for index in 0..<count {
      var prototype = Prototype(center: vector(index), sumScale: sumScales[index], mass: masses[index])
      // Sixteen bits do not hold what a sum comes from.
      if precision == .float32 || precision == .float64 { prototype.sum = streamSums?[index] }
      result[Int(classIndices[index])].append(prototype)
    }
    return result
  }

  /// One prototype as a vector.
  package func vector(_ index: Int) -> PrototypeVector {
    switch rows {
    case .sparse(let offsets, let columns, let values):
      let range = offsets[index]..<offsets[index + 1]
      return PrototypeVector(columns: Array(columns[range]), values: range.map { values[$0] })
    case .dense(let values):
      return PrototypeVector(dense: (index * featureCount..<(index + 1) * featureCount).map { values[$0] })
    }
  }
}

extension PrototypeSet.Rows {
  /// Vectors one after the other, all sparse or all dense, in the precision that is stored.
  init(_ vectors: [PrototypeVector], isSparse: Bool, precision: Precision) {
    var values: [Double] = []
    values.reserveCapacity(vectors.reduce(0) { $0 + $1.values.count })
    for vector in vectors { values.append(contentsOf: vector.values) }
    let stored = StoredValues(values, precision: precision)
    guard isSparse else {
      self = .dense(values: stored)
      return
    }
    var offsets = [0]
    var columns: [UInt32] = []
    columns.reserveCapacity(values.count)
    for vector in vectors {
      columns.append(contentsOf: vector.columns)
      offsets.append(columns.count)
    }
    self = .sparse(offsets: offsets, columns: columns, values: stored)
  }
}
