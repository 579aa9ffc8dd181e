import FastKMeans

/// `prototype.*`: the prototypes, whose they are, and how much they stand for.
enum PrototypeSection {
  private enum Name {
    static let offsets = "prototype.indptr"
    static let columns = "prototype.indices"
    static let values = "prototype.values"
    static let classes = "prototype.class"
    static let masses = "prototype.mass"
    static let sumScales = "prototype.sum_scale"
    static let featureCount = "feature_count"
    static let batchCount = "batch_count"
  }

  static func encode(_ storage: ModelStorage, into record: inout ModelRecord) {
    let set = storage.prototypes
    switch set.rows {
    case .sparse(let offsets, let columns, let values):
      record.add(Tensor(Name.offsets, offsets))
      record.add(Tensor(Name.columns, columns))
      record.add(tensor(values, shape: [values.count]))
    case .dense(let values):
      record.add(tensor(values, shape: [set.count, set.featureCount]))
    }
    record.add(Tensor(Name.classes, set.classIndices))
    record.add(Tensor(Name.masses, set.masses))
    record.add(Tensor(Name.sumScales, set.sumScales))
    record.add(Name.featureCount, String(set.featureCount))
    record.add(Name.batchCount, String(storage.batchCount))
  }

  static func decode(
    _ file: TensorFile, options: ValidatedOptions, classes: ClassDictionary
  ) throws -> ModelStorage {
    let featureCount: Int = try file.number(Name.featureCount)
    let classIndices = try file.values(Name.classes, as: Int32.self)
    let set: PrototypeSet
    do {
      set = try PrototypeSet(
        validating: featureCount,
        rows: try rows(file, prototypeCount: classIndices.count, featureCount: featureCount),
        classIndices: classIndices,
        masses: try file.values(Name.masses, as: Double.self, shape: [classIndices.count]),
        sumScales: try file.values(Name.sumScales, as: Double.self, shape: [classIndices.count]),
        classCount: classes.count)
    } catch let error as PrototypeSetError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
    return ModelStorage(
      options: options, classes: classes, prototypes: set, batchCount: try file.number(Name.batchCount))
  }

  private static func rows(
    _ file: TensorFile, prototypeCount: Int, featureCount: Int
  ) throws -> PrototypeSet.Rows {
    guard file.has(Name.offsets) else {
      return .dense(values: try values(file, shape: [prototypeCount, featureCount]))
    }
    let columns = try file.values(Name.columns, as: UInt32.self)
    return .sparse(
      offsets: try file.values(Name.offsets, as: Int.self, shape: [prototypeCount + 1]),
      columns: columns, values: try values(file, shape: [columns.count]))
  }
}

extension PrototypeSection {
  private static func tensor(_ values: StoredValues, shape: [Int]) -> Tensor {
    switch values {
    case .float16(let bits): Tensor(Name.values, bits, type: .float16, shape: shape)
    case .bfloat16(let bits): Tensor(Name.values, bits, type: .bfloat16, shape: shape)
    case .float32(let values): Tensor(Name.values, values, shape: shape)
    case .float64(let values): Tensor(Name.values, values, shape: shape)
    }
  }

  private static func values(_ file: TensorFile, shape: [Int]) throws -> StoredValues {
    let type = try file.entry(Name.values).type
    switch type {
    case .float16:
      return .float16(try file.values(Name.values, as: UInt16.self, type: type, shape: shape))
    case .bfloat16:
      return .bfloat16(try file.values(Name.values, as: UInt16.self, type: type, shape: shape))
    case .float64: return .float64(try file.values(Name.values, as: Double.self, shape: shape))
    default: return .float32(try file.values(Name.values, as: Float.self, shape: shape))
    }
  }
}

extension TensorFile {
  /// A whole number among the texts of the header.
  func number<Value: FixedWidthInteger>(_ key: String) throws -> Value {
    guard let text = metadata[key] else { throw ModelFileError.Problem.missingMetadata(key: key) }
    guard let value = Value(text), value >= 0 else {
      throw ModelFileError.Problem.badMetadata(
        key: key, expected: "a whole number from 0", found: "'\(text)'")
    }
    return value
  }
}
