import FastKMeansCore

/// `prototype.*`: the prototypes, whose they are, and how much they stand for.
enum PrototypeSection {
  private enum Name {
    static let classes = "prototype.class"
    static let masses = "prototype.mass"
    static let sumScales = "prototype.sum_scale"
    static let origin = "prototype.origin"
    static let scales = "prototype.scale"
    static let streamUnits = "prototype.stream_unit"
    static let streamLengths = "prototype.stream_squared_length"
    static let featureCount = "feature_count"
    static let batchCount = "batch_count"
  }

  private static let rows = RowTensors("prototype")
  /// Prototypes in a frame, with and without scales. A reader that knows of none finds no prototypes, and refuses the file.
  private static let relativeRows = RowTensors("prototype.relative")
  private static let scaledRows = RowTensors("prototype.scaled")

  static func encode(_ storage: ModelStorage, into record: inout ContainerRecord) {
    let set = storage.prototypes
    rows(hasOrigin: storage.frame != nil, hasScales: storage.frame?.scales != nil).encode(set, into: &record)
    record.add(Tensor(Name.classes, set.classIndices))
    record.add(Tensor(Name.masses, set.masses))
    record.add(Tensor(Name.sumScales, set.sumScales))
    if let frame = storage.frame {
      record.add(Tensor(Name.origin, frame.origin))
      if let scales = frame.scales { record.add(Tensor(Name.scales, scales)) }
    }
    if let sums = set.streamSums {
      record.add(Tensor(Name.streamUnits, sums.map { $0?.unit ?? -1 }))
      record.add(Tensor(Name.streamLengths, sums.map { $0?.squaredLength ?? -1 }))
    }
    record.add(Name.featureCount, String(set.featureCount))
    record.add(Name.batchCount, String(storage.batchCount))
  }

  static func decode(_ file: TensorFile, classCount: Int) throws -> PrototypeSet {
    let featureCount = try file.number(Name.featureCount, from: 1)
    let classIndices = try file.values(Name.classes, as: Int32.self)
    let count = classIndices.count
    do {
      return try PrototypeSet(
        validating: featureCount,
        rows: try rows(hasOrigin: file.has(Name.origin), hasScales: file.has(Name.scales)).decode(
          file, prototypeCount: count, featureCount: featureCount),
        classIndices: classIndices,
        masses: try file.values(Name.masses, as: Double.self, shape: [count]),
        sumScales: try file.values(Name.sumScales, as: Double.self, shape: [count]),
        streamSums: try streamSums(file, count: count),
        classCount: classCount)
    } catch let error as PrototypeSetError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }

  private static func rows(hasOrigin: Bool, hasScales: Bool) -> RowTensors {
    hasScales ? scaledRows : hasOrigin ? relativeRows : rows
  }

  /// What rows and prototypes are read relative to.
  static func frame(_ file: TensorFile, of prototypes: PrototypeSet) throws -> FeatureFrame? {
    guard file.has(Name.origin) || file.has(Name.scales) else { return nil }
    let shape = [prototypes.featureCount]
    let frame = FeatureFrame(
      origin: try file.values(Name.origin, as: Float.self, shape: shape),
      scales: file.has(Name.scales) ? try file.values(Name.scales, as: Float.self, shape: shape) : nil)
    guard !prototypes.isSparse, frame.isValid else {
      throw ModelFileError.Problem.badContent(
        reason: "origins are finite, scales above 0, and both stand beside dense prototypes only")
    }
    return frame
  }

  /// -1 in both stands for a prototype that has learned from no stream.
  private static func streamSums(_ file: TensorFile, count: Int) throws -> [Prototype.Sum?]? {
    guard file.has(Name.streamUnits) else { return nil }
    let units = try file.values(Name.streamUnits, as: Double.self, shape: [count])
    let lengths = try file.values(Name.streamLengths, as: Double.self, shape: [count])
    return zip(units, lengths).map { unit, length in
      unit == -1 && length == -1 ? nil : Prototype.Sum(unit: unit, squaredLength: length)
    }
  }

  static func batchCount(_ file: TensorFile) throws -> UInt64 {
    UInt64(try file.number(Name.batchCount, from: 0))
  }
}

extension TensorFile {
  /// A whole number among the texts of the header, up to ``StoredCount/limit``.
  func number(_ key: String, from smallest: Int) throws -> Int {
    guard let text = metadata[key] else { throw ModelFileError.Problem.missingMetadata(key: key) }
    guard let value = Int(text), value >= smallest, value <= StoredCount.limit else {
      throw ModelFileError.Problem.badMetadata(
        key: key, expected: "a whole number from \(smallest) to \(StoredCount.limit)",
        found: "'\(text.prefix(40))'")
    }
    return value
  }
}
