extension StreamWeights {
  private typealias Name = LearningState.Column.Name

  /// - Complexity: O(rows x lanes).
  func add(to columns: inout [LearningState.Column], members: [[UInt64]]) {
    let lanes = used(members)
    var values: [Float] = []
    values.reserveCapacity(rowCount * lanes.count)
    for row in 0..<rowCount {
      for lane in lanes { values.append(weights[row * stride + lane]) }
    }
    columns.append(.init(Name.streamFeatures, .indices(vocabulary.features)))
    columns.append(.init(Name.streamWeights, .singles(values)))
    columns.append(.init(Name.streamUnit, .singles([unit])))
    if let biases { columns.append(.init(Name.streamBiases, .singles(lanes.map { biases[$0] }))) }
  }

  /// The lanes of the prototypes, in their order.
  private func used(_ members: [[UInt64]]) -> [Int] {
    members.indices.flatMap { classIndex in
      members[classIndex].indices.map { Int(classStarts[classIndex]) + $0 }
    }
  }

  /// - Returns: nil if the state has no such weights.
  /// - Throws: ``LearningStateError``.
  init?(
    _ reader: LearningState.Reader, members: [[UInt64]], featureCount: Int, isSparse: Bool, isEuclidean: Bool
  ) throws {
    guard reader.has(Name.streamWeights) else { return nil }
    let unit = try reader.singles(Name.streamUnit, count: 1)[0]
    guard unit > 0 else { throw LearningStateError(Name.streamUnit, "it is \(unit), not above 0") }
    let features = try reader.indices(Name.streamFeatures)
    guard isSparse || features.isEmpty, Set(features).count == features.count,
      features.allSatisfy({ $0 < featureCount })
    else { throw LearningStateError(Name.streamFeatures, "a feature is out of range or occurs twice") }
    let count = members.reduce(0) { $0 + $1.count }
    let rows = isSparse ? features.count : featureCount
    let (cells, overflow) = rows.multipliedReportingOverflow(by: count)
    guard !overflow else { throw LearningStateError(Name.streamFeatures, "there are far too many") }
    let values = try reader.singles(Name.streamWeights, count: cells)
    let found = isEuclidean ? try reader.singles(Name.streamBiases, count: count) : []
    self.init(unit: unit, width: isSparse ? nil : featureCount, isEuclidean: isEuclidean)
    for feature in features { _ = insert(feature) }
    follow(members) { _, _ in (PrototypeVector(columns: [], values: []), 0) }
    let lanes = used(members)
    for row in 0..<rows {
      for (position, lane) in lanes.enumerated() {
        weights[row * stride + lane] = values[row * count + position]
      }
    }
    for (position, lane) in lanes.enumerated() where isEuclidean { biases?[lane] = found[position] }
  }
}
