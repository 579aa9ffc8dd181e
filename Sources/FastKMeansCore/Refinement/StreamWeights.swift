/// Refined weights that live through a stream: one row for each feature that has come up, one lane for each prototype,
/// both with room to grow, so that a batch costs what scoring its documents costs.
///
/// The lanes of a class are neighbours, in the order of its prototypes; spare ones follow. Weights are for rows as they
/// come in, scaled to unit length for the cosine and not at all for Euclidean rows.
struct StreamWeights: Sendable {
  /// Sparse rows: the row of each feature. Dense rows: empty.
  private(set) var vocabulary = SlotTable()
  /// `weights[row * stride + lane]`
  var weights: [Float] = []
  /// Euclidean: added to scores, one for each lane; nil for the cosine.
  var biases: [Float]?
  /// Lanes with padding: a multiple of 8.
  private(set) var stride = 8
  /// Class `c` has the lanes `classStarts[c] ..< classStarts[c + 1]`, the first of them in use.
  private(set) var classStarts: [Int64] = [0]
  private(set) var classOfLane: [Int32] = []
  /// The number of the prototype of each lane; 0 for a spare one.
  private(set) var ids: [UInt64] = []
  /// Euclidean: 1 / the rows' standard deviation, which makes rates mean the same for any data; 1 for the cosine.
  let unit: Float
  /// Dense rows: the number of features; nil for sparse rows.
  let width: Int?

  init(unit: Float, width: Int?, isEuclidean: Bool) {
    self.unit = unit
    self.width = width
    biases = isEuclidean ? [Float](repeating: 0, count: stride) : nil
    weights = [Float](repeating: 0, count: (width ?? 0) * stride)
  }

  var rowCount: Int { width ?? vocabulary.count }
  var classCount: Int { classStarts.count - 1 }

  func lanes(of classIndex: Int) -> Range<Int> {
    Int(classStarts[classIndex])..<Int(classStarts[classIndex + 1])
  }

  /// The prototypes of a class that have lanes.
  func ids(of classIndex: Int) -> ArraySlice<UInt64> {
    guard classIndex < classCount else { return [] }
    return ids[lanes(of: classIndex)].prefix { $0 != 0 }
  }

  /// The most bytes that a table of `lanes` prototypes takes, `Int.max` if it cannot be addressed.
  static func byteCount(lanes: Int, features: Int) -> Int {
    RefinementCells.byteCount(lanes: lanes + lanes / 4 + 8, features: features)
  }

  /// The row of a feature, a new one with zeros if it has none.
  mutating func insert(_ feature: UInt32) -> UInt32 {
    guard width == nil else { return feature }
    let row = vocabulary.insert(feature)
    let needed = (Int(row) + 1) * stride
    if weights.count < needed { weights.append(contentsOf: repeatElement(0, count: needed - weights.count)) }
    return row
  }
}

extension StreamWeights {
  /// Makes the lanes of every class those of its prototypes, in their order: lanes that are gone are dropped, and
  /// `fresh` fills those that are new.
  ///
  /// - Parameters:
  ///   - members: the prototypes' numbers, class by class.
  ///   - fresh: the weights and the bias that a prototype starts with.
  /// - Complexity: O(classes); O(rows x lanes) where lanes come or go.
  mutating func follow(
    _ members: [[UInt64]], fresh: (_ classIndex: Int, _ position: Int) -> (PrototypeVector, Float)
  ) {
    let isSame =
      members.count == classCount && members.indices.allSatisfy { members[$0].elementsEqual(ids(of: $0)) }
    guard !isSame else { return }
    let old = self
    var sources: [Int] = []
    layOut(members, old: old, sources: &sources)
    var position = 0
    for (classIndex, own) in members.enumerated() {
      for (offset, id) in own.enumerated() {
        defer { position += 1 }
        guard sources[position] < 0 else { continue }
        let lane = Int(classStarts[classIndex]) + offset
        let (vector, bias) = fresh(classIndex, offset)
        assert(ids[lane] == id)
        place(vector, bias, lane)
      }
    }
  }

  private mutating func layOut(_ members: [[UInt64]], old: StreamWeights, sources: inout [Int]) {
    var starts: [Int64] = [0]
    for (classIndex, own) in members.enumerated() {
      // A class that grew has room for one more; others keep the room they have.
      let had = classIndex < old.classCount ? old.lanes(of: classIndex).count : 0
      starts.append(starts[classIndex] + Int64(own.count <= had ? had : own.count + 1))
    }
    let count = Int(starts[members.count])
    classStarts = starts
    classOfLane = members.indices.flatMap { [Int32](repeating: Int32($0), count: lanes(of: $0).count) }
    stride = count <= old.stride ? old.stride : roundedUp(count + count / 4, to: 8)
    ids = [UInt64](repeating: 0, count: stride)
    var moves: [(from: Int, to: Int)] = []
    for (classIndex, own) in members.enumerated() {
      for (offset, id) in own.enumerated() {
        let target = Int(starts[classIndex]) + offset
        ids[target] = id
        let range = classIndex < old.classCount ? old.lanes(of: classIndex) : 0..<0
        let source = range.first { old.ids[$0] == id }
        sources.append(source ?? -1)
        if let source { moves.append((source, target)) }
      }
    }
    if let biases = old.biases {
      var moved = [Float](repeating: 0, count: stride)
      for move in moves { moved[move.to] = biases[move.from] }
      self.biases = moved
    }
    var moved = [Float](repeating: 0, count: rowCount * stride)
    old.weights.withUnsafeBufferPointer { source in
      moved.withUnsafeMutableBufferPointer { target in
        for row in 0..<rowCount {
          for move in moves { target[row * stride + move.to] = source[row * old.stride + move.from] }
        }
      }
    }
    weights = moved
  }

  private mutating func place(_ vector: PrototypeVector, _ bias: Float, _ lane: Int) {
    biases?[lane] = bias
    for (position, value) in vector.values.enumerated() {
      let row = insert(vector.isSparse ? vector.columns[position] : UInt32(position))
      weights[Int(row) * stride + lane] = Float(value)
    }
  }

  /// Takes out a class and its lanes; later classes move up.
  ///
  /// - Complexity: O(rows x lanes).
  mutating func removeClass(_ classIndex: Int) {
    guard classIndex < classCount else { return }
    let range = lanes(of: classIndex)
    let count = Int64(range.count)
    var starts = classStarts
    starts.remove(at: classIndex + 1)
    for later in (classIndex + 1)..<max(classIndex + 1, starts.count) { starts[later] -= count }
    var keep = Array(0..<stride)
    keep.removeSubrange(range)
    let width = keep.count
    var moved = [Float](repeating: 0, count: rowCount * stride)
    for row in 0..<rowCount {
      for (target, lane) in keep.enumerated() { moved[row * stride + target] = weights[row * stride + lane] }
    }
    weights = moved
    ids = keep.map { ids[$0] } + [UInt64](repeating: 0, count: stride - width)
    biases = biases.map { biases in keep.map { biases[$0] } + [Float](repeating: 0, count: stride - width) }
    classStarts = starts
    classOfLane = (0..<classCount).flatMap { [Int32](repeating: Int32($0), count: lanes(of: $0).count) }
  }
}

extension StreamWeights {
  /// Goes on from weights that were refined before.
  init(_ refined: RefinedWeights, members: [[UInt64]], width: Int?) {
    self.init(unit: refined.unit, width: width, isEuclidean: refined.biases != nil)
    let starts = refined.weights.classStarts(classCount: members.count)
    follow(members) { classIndex, position in
      let prototype = starts[classIndex] + position
      return (refined.weights.vector(prototype), refined.biases?[prototype] ?? 0)
    }
  }

  /// What has been learned, for rows as they come in.
  ///
  /// - Parameters:
  ///   - options: sparse rows leave out coordinates up to `truncation_threshold` in magnitude.
  /// - Complexity: O(rows x lanes).
  func refinedWeights(
    members: [[UInt64]], shape: FeatureShape, options: TrainingOptions
  ) -> RefinedWeights {
    let truncation = Float(options.truncationThreshold)
    var order = vocabulary.features.enumerated().map { UInt64($0.element) << 32 | UInt64($0.offset) }
    order.sort()
    let laneOf = members.indices.map { classIndex in
      members[classIndex].indices.map { Int(classStarts[classIndex]) + $0 }
    }
    let vectors: [[PrototypeVector]]
    if let width {
      vectors = laneOf.map { lanes in
        lanes.map { lane in PrototypeVector(dense: (0..<width).map { Double(weights[$0 * stride + lane]) }) }
      }
    } else {
      var columns = [[UInt32]](repeating: [], count: stride)
      var values = [[Double]](repeating: [], count: stride)
      // Row by row, as they lie in memory.
      for key in order {
        let start = Int(key & 0xFFFF_FFFF) * stride
        for lane in 0..<stride where weights[start + lane].magnitude > truncation {
          columns[lane].append(UInt32(key >> 32))
          values[lane].append(Double(weights[start + lane]))
        }
      }
      vectors = laneOf.map { lanes in
        lanes.map { PrototypeVector(columns: columns[$0], values: values[$0]) }
      }
    }
    return RefinedWeights(
      vectors, biases: biases.map { biases in laneOf.flatMap { lanes in lanes.map { biases[$0] } } },
      unit: unit, shape: shape, precision: options.precision)
  }
}

extension StreamWeights {
  /// What a prototype starts refinement with: its place, so that classes rank as distances do.
  static func fresh(_ prototype: Prototype, settings: TrainingOptions, unit: Double) -> (
    PrototypeVector, Float
  ) {
    let scale = RefinementRecipe.featureRates.scale
    let squaredNorm = prototype.center.squaredNorm
    switch settings.distance {
    case .cosine:
      let factor = squaredNorm > 0 ? scale / squaredNorm.squareRoot() : 0
      return (prototype.center.scaled(by: factor).rounded(to: settings.precision), 0)
    case .euclidean:
      let vector = prototype.center.scaled(by: scale * unit * unit).rounded(to: settings.precision)
      return (vector, Float(-scale * unit * unit * squaredNorm / 2))
    }
  }
}
