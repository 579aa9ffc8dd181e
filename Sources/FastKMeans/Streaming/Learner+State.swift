extension LearningState.Column {
  /// The columns of version 1.
  enum Name {
    /// Three integers: features (-1 before the first batch), 1 for sparse rows or 0 for dense ones, batches learned.
    static let learner = "learner"
    /// Of each class: its prototypes.
    static let prototypeCounts = "class.prototypes"
    /// Of each prototype, class after class: the document weight it stands for.
    static let masses = "prototype.mass"
    /// Of each prototype: what turns its centre into a sum again.
    static let sumScales = "prototype.sum_scale"
    /// Of each prototype: its stored values.
    static let valueCounts = "prototype.values"
    /// Of each stored value, prototype after prototype: its feature, ascending; empty for dense rows.
    static let features = "prototype.feature"
    /// The stored values of the centres.
    static let values = "prototype.value"
    /// As for prototypes; missing where nothing was refined.
    static let refinedCounts = "refined.values"
    static let refinedFeatures = "refined.feature"
    static let refinedValues = "refined.value"
    /// One for each prototype; missing for the cosine.
    static let refinedBiases = "refined.bias"
    /// One number: what rows are multiplied with while weights move.
    static let refinedUnit = "refined.unit"
    /// Four numbers: intercept, slope, sharpness, crowding; missing where nothing was held out.
    static let calibration = "calibration"
  }
}

extension Learner {
  /// Everything that is kept, as columns.
  ///
  /// - Complexity: O(stored values).
  package func state() -> LearningState {
    typealias Name = LearningState.Column.Name
    var columns: [LearningState.Column] = []
    func add(_ name: String, _ values: LearningState.Values) { columns.append(.init(name, values)) }
    add(
      Name.learner,
      .integers([featureCount.map(Int64.init) ?? -1, isSparse ? 1 : 0, Int64(bitPattern: batchCount)]))
    add(Name.prototypeCounts, .integers(prototypes.map { Int64($0.count) }))
    let all = prototypes.flatMap { $0 }
    add(Name.masses, .doubles(all.map(\.mass)))
    add(Name.sumScales, .doubles(all.map(\.sumScale)))
    add(Name.valueCounts, .integers(all.map { Int64($0.center.values.count) }))
    add(Name.features, .indices(all.flatMap(\.center.columns)))
    add(Name.values, .doubles(all.flatMap(\.center.values)))
    if let refined {
      let vectors = refined.vectors.flatMap { $0 }
      add(Name.refinedCounts, .integers(vectors.map { Int64($0.values.count) }))
      add(Name.refinedFeatures, .indices(vectors.flatMap(\.columns)))
      add(Name.refinedValues, .doubles(vectors.flatMap(\.values)))
      if let biases = refined.biases { add(Name.refinedBiases, .doubles(biases.flatMap { $0 })) }
      add(Name.refinedUnit, .singles([refined.unit]))
    }
    if let calibration {
      add(
        Name.calibration,
        .doubles([calibration.intercept, calibration.slope, calibration.sharpness, calibration.crowding]))
    }
    return LearningState(options: options.options, labels: classes.labels, columns: columns)
  }
}

extension Learner {
  /// Takes a state that is not trusted.
  ///
  /// - Throws: ``LearningStateError`` for the first thing that does not fit.
  /// - Complexity: O(stored values).
  package init(resuming state: LearningState) throws {
    guard (1...LearningState.currentVersion).contains(state.version) else {
      throw LearningStateError(
        "version", "it is \(state.version), this program reads 1 to \(LearningState.currentVersion)")
    }
    do {
      self.init(options: try state.options.validated(), classes: try ClassDictionary(labels: state.labels))
    } catch let error as OptionsError {
      throw LearningStateError("options", error.description)
    } catch {
      throw LearningStateError("labels", "\(error)")
    }
    try take(try LearningState.Reader(state))
  }

  private mutating func take(_ reader: LearningState.Reader) throws {
    typealias Name = LearningState.Column.Name
    let numbers = try reader.integers(Name.learner, count: 3)
    guard (-1...Int64(UInt32.max)).contains(numbers[0]), numbers[0] != 0, (0...1).contains(numbers[1]),
      numbers[0] > 0 || classes.count == 0
    else { throw LearningStateError(Name.learner, "no such features or kind of rows: \(numbers)") }
    let features = Int(numbers[0])
    let isSparse = numbers[1] == 1
    let counts = try reader.counts(Name.prototypeCounts, count: classes.count)
    guard counts.allSatisfy({ $0 > 0 }) else {
      throw LearningStateError(Name.prototypeCounts, "a class has no prototype")
    }
    let total = counts.reduce(0, +)
    let masses = try reader.doubles(Name.masses, count: total)
    let sumScales = try reader.doubles(Name.sumScales, count: total)
    for (name, values) in [(Name.masses, masses), (Name.sumScales, sumScales)] {
      guard values.allSatisfy({ $0 >= 0 }) else { throw LearningStateError(name, "a value is below 0") }
    }
    let centers = try vectors(
      reader, counts: Name.valueCounts, features: Name.features, values: Name.values, total: total,
      width: features, isSparse: isSparse)
    var position = 0
    let prototypes = counts.map { count in
      (0..<count).map { _ in
        defer { position += 1 }
        return Prototype(center: centers[position], sumScale: sumScales[position], mass: masses[position])
      }
    }
    restore(
      prototypes: prototypes, featureCount: features > 0 ? features : nil, isSparse: isSparse,
      batchCount: UInt64(bitPattern: numbers[2]),
      refined: try refinedWeights(reader, counts: counts, width: features, isSparse: isSparse),
      calibration: try calibration(reader))
  }

  private func refinedWeights(
    _ reader: LearningState.Reader, counts: [Int], width: Int, isSparse: Bool
  ) throws -> RefinedWeights? {
    typealias Name = LearningState.Column.Name
    guard reader.has(Name.refinedCounts) else { return nil }
    let total = counts.reduce(0, +)
    let vectors = try vectors(
      reader, counts: Name.refinedCounts, features: Name.refinedFeatures, values: Name.refinedValues,
      total: total, width: width, isSparse: isSparse)
    let isEuclidean = options.options.distance == .euclidean
    let biases = isEuclidean ? try reader.doubles(Name.refinedBiases, count: total) : nil
    let unit = try reader.singles(Name.refinedUnit, count: 1)[0]
    guard unit > 0 else { throw LearningStateError(Name.refinedUnit, "it is \(unit), not above 0") }
    var starts = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    let classes = counts.indices
    return RefinedWeights(
      vectors: classes.map { Array(vectors[starts[$0]..<starts[$0 + 1]]) },
      biases: biases.map { biases in classes.map { Array(biases[starts[$0]..<starts[$0 + 1]]) } }, unit: unit)
  }

  private func calibration(_ reader: LearningState.Reader) throws -> Calibration? {
    typealias Name = LearningState.Column.Name
    guard reader.has(Name.calibration) else { return nil }
    let numbers = try reader.doubles(Name.calibration, count: 4)
    do {
      return try Calibration(
        intercept: numbers[0], slope: numbers[1], sharpness: numbers[2], crowding: numbers[3])
    } catch {
      throw LearningStateError(Name.calibration, error.description)
    }
  }

  private func vectors(
    _ reader: LearningState.Reader, counts: String, features: String, values: String, total: Int, width: Int,
    isSparse: Bool
  ) throws -> [PrototypeVector] {
    let lengths = try reader.counts(counts, count: total, limit: 1 << 40)
    let all = lengths.reduce(0, +)
    let values = try reader.doubles(values, count: all)
    let columns = try reader.indices(features, count: isSparse ? all : 0)
    var start = 0
    return try lengths.enumerated().map { row, length in
      let range = start..<start + length
      start += length
      guard isSparse else {
        guard length == width else {
          throw LearningStateError(counts, "dense row \(row) has \(length) values, not \(width)")
        }
        return PrototypeVector(dense: Array(values[range]))
      }
      var previous = -1
      for column in columns[range] {
        guard Int(column) > previous, Int(column) < width else {
          throw LearningStateError(features, "row \(row): \(column) is out of order or out of range")
        }
        previous = Int(column)
      }
      return PrototypeVector(columns: Array(columns[range]), values: Array(values[range]))
    }
  }
}
