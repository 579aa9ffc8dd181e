extension PrototypeSet {
  /// What a learner has, in the precision that is stored and scored.
  ///
  /// - Parameters:
  ///   - prototypes: of each class index, all sparse or all dense.
  package init(_ prototypes: [[Prototype]], featureCount: Int, isSparse: Bool, precision: Precision) {
    let all = prototypes.flatMap { $0 }
    var values: [Double] = []
    values.reserveCapacity(all.reduce(0) { $0 + $1.center.values.count })
    for prototype in all { values.append(contentsOf: prototype.center.values) }
    let stored = StoredValues(values, precision: precision)
    let rows: Rows
    if isSparse {
      var offsets = [0]
      var columns: [UInt32] = []
      columns.reserveCapacity(values.count)
      for prototype in all {
        columns.append(contentsOf: prototype.center.columns)
        offsets.append(columns.count)
      }
      rows = .sparse(offsets: offsets, columns: columns, values: stored)
    } else {
      rows = .dense(values: stored)
    }
    self.init(
      featureCount: featureCount, rows: rows,
      classIndices: prototypes.indices.flatMap { [Int32](repeating: Int32($0), count: prototypes[$0].count) },
      masses: all.map(\.mass), sumScales: all.map(\.sumScale),
      streamSums: all.contains { $0.sum != nil } ? all.map(\.sum) : nil)
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
