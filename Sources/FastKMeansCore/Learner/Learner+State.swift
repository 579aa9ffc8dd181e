extension LearningState.Column {
  /// The columns of version 1.
  enum Name {
    /// Four integers: features (-1 before the first batch), 1 for sparse rows or 0 for dense ones, batches learned,
    /// the number of the next prototype.
    static let learner = "learner"
    /// Two numbers: the half-life of faster forgetting, and for how many more documents it holds.
    static let fasterForgetting = "haste"
    /// Of each class: its prototypes.
    static let prototypeCounts = "class.prototypes"
    /// Of each class: 1 if it is alive in a stream; its prototypes are in the columns that begin with `live`, those of
    /// other classes in those that begin with `prototype`.
    static let isLive = "class.live"
    /// Of each prototype: its number, which stays the same for its life.
    static let ids = "prototype.id"
    /// Of each prototype: 1 if it stays where it is.
    static let frozen = "prototype.frozen"
    /// Of each prototype: the unit and the squared length of its sum in a stream; -1 for one that was in none.
    static let units = "prototype.unit"
    static let squaredLengths = "prototype.squared_length"
    /// Of each live class: how many features it has seen (0 for dense rows).
    static let liveSlotCounts = "live.slots"
    /// These features, class after class, in order of first appearance.
    static let liveFeatures = "live.feature"
    /// The stored coordinates: class after class, slot after slot (dense rows: feature after feature), one for each
    /// prototype of the class. A coordinate of the sum is the prototype's unit times this.
    static let liveValues = "live.value"
    /// Of each prototype of a live class.
    static let liveMasses = "live.mass"
    static let liveUnits = "live.unit"
    static let liveSquaredLengths = "live.squared_length"
    static let liveIDs = "live.id"
    static let liveFrozen = "live.frozen"
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
    /// Refined weights of a stream: the features that have come up (none for dense rows), for each of these (dense rows:
    /// each feature) one weight for each prototype, one bias for each prototype (Euclidean), and the rows' unit.
    static let streamFeatures = "stream.feature"
    static let streamWeights = "stream.weight"
    static let streamBiases = "stream.bias"
    static let streamUnit = "stream.unit"
    /// Four numbers: intercept, slope, sharpness, crowding; missing where nothing was held out. Then its reach, which is
    /// missing in what was saved before there was one.
    static let calibration = "calibration"
    static let reach = "calibration.reach"
    /// How probable the right class of held-out documents was, and these classes; missing in what was saved before sets of
    /// classes.
    static let truths = "calibration.truth_probability"
    static let truthClasses = "calibration.truth_class"
    /// Of each feature of dense rows: what is taken off it, and what the rest is multiplied with; missing for 0, and 1.
    static let origin = "origin"
    static let scales = "scale"
    /// What tells documents of unknown classes; missing where nothing was held out. Three numbers: intercept, weights of
    /// the odds and of the seen share; then scores and predicted classes of held-out documents of known and of unknown
    /// classes.
    static let openSet = "open_set"
    static let knownScores = "open_set.known_score"
    static let knownClasses = "open_set.known_class"
    static let unknownScores = "open_set.unknown_score"
    static let unknownClasses = "open_set.unknown_class"
    /// When to answer "none of these", missing without a rule: 1 for a rate of false accepts or 0 for one of false
    /// rejects, the rate, and 1 where each class keeps it on its own.
    static let rejection = "rejection"
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
      .integers([
        shape.map { Int64($0.featureCount) } ?? -1, shape?.isSparse ?? true ? 1 : 0,
        Int64(bitPattern: batchCount),
        Int64(bitPattern: nextPrototype),
      ]))
    if let frame {
      add(Name.origin, .singles(frame.origin))
      if let scales = frame.scales { add(Name.scales, .singles(scales)) }
    }
    add(Name.prototypeCounts, .integers(members.map { Int64($0.count) }))
    let all = members.filter { $0.sums == nil }.flatMap { $0.prototypes(precision: settings.precision) }
    add(Name.isLive, .integers(members.map { $0.sums == nil ? 0 : 1 }))
    ClassSumsColumns.add(members.compactMap(\.sums), to: &columns)
    add(Name.ids, .integers(all.map { Int64(bitPattern: $0.id) }))
    add(Name.frozen, .integers(all.map { $0.isFrozen ? 1 : 0 }))
    add(Name.units, .doubles(all.map { $0.sum?.unit ?? -1 }))
    add(Name.squaredLengths, .doubles(all.map { $0.sum?.squaredLength ?? -1 }))
    add(Name.masses, .doubles(all.map(\.mass)))
    add(Name.sumScales, .doubles(all.map(\.sumScale)))
    add(Name.valueCounts, .integers(all.map { Int64($0.center.values.count) }))
    add(Name.features, .indices(all.flatMap(\.center.columns)))
    add(Name.values, .doubles(all.flatMap(\.center.values)))
    add(Name.fasterForgetting, .doubles([fasterForgetting.halfLife, fasterForgetting.documents]))
    if let streamWeights { streamWeights.add(to: &columns, members: members.map(\.ids)) }
    if streamWeights == nil, let refined = fittedWeights {
      let vectors = refined.vectors
      add(Name.refinedCounts, .integers(vectors.map { Int64($0.values.count) }))
      add(Name.refinedFeatures, .indices(vectors.flatMap(\.columns)))
      add(Name.refinedValues, .doubles(vectors.flatMap(\.values)))
      if let biases = refined.biases { add(Name.refinedBiases, .doubles(biases.map(Double.init))) }
      add(Name.refinedUnit, .singles([refined.unit]))
    }
    addConfidence(to: &columns)
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

  private func frame(_ reader: LearningState.Reader, features: Int) throws -> FeatureFrame? {
    typealias Name = LearningState.Column.Name
    guard reader.has(Name.origin) || reader.has(Name.scales) else { return nil }
    let frame = FeatureFrame(
      origin: try reader.singles(Name.origin, count: features),
      scales: reader.has(Name.scales) ? try reader.singles(Name.scales, count: features) : nil)
    guard frame.isValid else { throw LearningStateError(Name.origin, "an origin or a scale is no number") }
    return frame
  }

  private mutating func take(_ reader: LearningState.Reader) throws {
    typealias Name = LearningState.Column.Name
    let numbers = try reader.integers(Name.learner, count: 4)
    guard (-1...Int64(UInt32.max)).contains(numbers[0]), numbers[0] != 0, (0...1).contains(numbers[1]),
      numbers[0] > 0 || classes.count == 0
    else { throw LearningStateError(Name.learner, "no such features or kind of rows: \(numbers)") }
    guard numbers[2...].allSatisfy({ (0...Int64(StoredCount.limit)).contains($0) }) else {
      throw LearningStateError(Name.learner, "no such numbers of batches and prototypes: \(numbers[2...])")
    }
    let features = Int(numbers[0])
    let isSparse = numbers[1] == 1
    let counts = try reader.counts(Name.prototypeCounts, count: classes.count)
    guard counts.allSatisfy({ $0 > 0 }) else {
      throw LearningStateError(Name.prototypeCounts, "a class has no prototype")
    }
    let isLive = try reader.flags(Name.isLive, count: classes.count)
    guard settings.mode.keepsSums || !isLive.contains(true) else {
      throw LearningStateError(Name.isLive, "the \(settings.mode.rawValue) mode has no live classes")
    }
    let settled = try settledPrototypes(
      reader, total: counts.indices.reduce(0) { $0 + (isLive[$1] ? 0 : counts[$1]) }, width: features,
      isSparse: isSparse)
    var live = try ClassSumsColumns.classes(
      reader, counts: counts.indices.filter { isLive[$0] }.map { counts[$0] }, featureCount: features,
      isSparse: isSparse, distance: settings.distance)[...]
    var rest = settled[...]
    let members = counts.indices.map { index -> ClassPrototypes in
      if isLive[index], let first = live.popFirst() { return ClassPrototypes(first) }
      defer { rest = rest.dropFirst(counts[index]) }
      return ClassPrototypes(Array(rest.prefix(counts[index])))
    }
    try checkIDs(members, next: UInt64(bitPattern: numbers[3]))
    restore(
      members: members, nextPrototype: UInt64(bitPattern: numbers[3]),
      shape: features > 0 ? FeatureShape(featureCount: features, isSparse: isSparse) : nil,
      frame: try frame(reader, features: max(0, features)),
      batchCount: UInt64(bitPattern: numbers[2]),
      weights: try refinedWeights(reader, counts: counts, width: features, isSparse: isSparse),
      streamWeights: try StreamWeights(
        reader, members: members.map(\.ids), featureCount: features, isSparse: isSparse,
        isEuclidean: settings.distance == .euclidean),
      fasterForgetting: try fasterForgetting(reader))
    try takeConfidence(reader)
  }

  private func settledPrototypes(
    _ reader: LearningState.Reader, total: Int, width: Int, isSparse: Bool
  ) throws -> [Prototype] {
    typealias Name = LearningState.Column.Name
    let masses = try reader.doubles(Name.masses, count: total)
    let sumScales = try reader.doubles(Name.sumScales, count: total)
    for (name, values) in [(Name.masses, masses), (Name.sumScales, sumScales)] {
      guard values.allSatisfy({ $0 >= 0 }) else { throw LearningStateError(name, "a value is below 0") }
    }
    let ids = try reader.integers(Name.ids, count: total)
    let frozen = try reader.flags(Name.frozen, count: total)
    let units = try reader.doubles(Name.units, count: total)
    let lengths = try reader.doubles(Name.squaredLengths, count: total)
    let centers = try vectors(
      reader, counts: Name.valueCounts, features: Name.features, values: Name.values, total: total,
      width: width, isSparse: isSparse)
    return try centers.indices.map { index in
      var prototype = Prototype(center: centers[index], sumScale: sumScales[index], mass: masses[index])
      prototype.id = UInt64(bitPattern: ids[index])
      prototype.isFrozen = frozen[index]
      if units[index] != -1 || lengths[index] != -1 {
        let sum = Prototype.Sum(unit: units[index], squaredLength: lengths[index])
        guard sum.isValid else {
          throw LearningStateError(Name.units, "prototype \(index) has no such sum: \(sum)")
        }
        prototype.sum = sum
      }
      return prototype
    }
  }

  private func checkIDs(_ members: [ClassPrototypes], next: UInt64) throws {
    var seen: Set<UInt64> = []
    for id in members.flatMap(\.ids) {
      guard id > 0, id < next, seen.insert(id).inserted else {
        throw LearningStateError(LearningState.Column.Name.ids, "\(id) occurs twice, or was never given out")
      }
    }
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
    var rest = vectors[...]
    let byClass = counts.map { count in
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    return RefinedWeights(
      byClass, biases: biases?.map { Float($0) }, unit: unit,
      shape: FeatureShape(featureCount: width, isSparse: isSparse), precision: settings.precision)
  }

  private func fasterForgetting(_ reader: LearningState.Reader) throws -> FasterForgetting {
    typealias Name = LearningState.Column.Name
    let numbers = try reader.doubles(Name.fasterForgetting, count: 2)
    guard numbers[0] > 0, numbers[1] >= 0 else {
      throw LearningStateError(Name.fasterForgetting, "no such half-life and documents: \(numbers)")
    }
    return FasterForgetting(halfLife: numbers[0], documents: numbers[1])
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
