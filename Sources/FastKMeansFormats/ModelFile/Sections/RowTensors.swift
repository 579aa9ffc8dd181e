import FastKMeans

/// Rows of prototypes as tensors: `<prefix>.indptr`, `.indices` and `.values`, dense: the last alone.
struct RowTensors {
  private let offsets: String
  private let columns: String
  private let values: String

  init(_ prefix: String) {
    offsets = prefix + ".indptr"
    columns = prefix + ".indices"
    values = prefix + ".values"
  }

  func encode(_ set: PrototypeSet, into record: inout ModelRecord) {
    switch set.rows {
    case .sparse(let offsets, let columns, let values):
      record.add(Tensor(self.offsets, offsets))
      record.add(Tensor(self.columns, columns))
      record.add(tensor(values, shape: [values.count]))
    case .dense(let values):
      record.add(tensor(values, shape: [set.count, set.featureCount]))
    }
  }

  func decode(_ file: TensorFile, prototypeCount: Int, featureCount: Int) throws -> PrototypeSet.Rows {
    guard file.has(offsets) else {
      return .dense(values: try storedValues(file, shape: [prototypeCount, featureCount]))
    }
    let columns = try file.values(columns, as: UInt32.self)
    return .sparse(
      offsets: try file.values(offsets, as: Int.self, shape: [prototypeCount + 1]), columns: columns,
      values: try storedValues(file, shape: [columns.count]))
  }

  private func tensor(_ stored: StoredValues, shape: [Int]) -> Tensor {
    switch stored {
    case .float16(let bits): Tensor(values, bits, type: .float16, shape: shape)
    case .bfloat16(let bits): Tensor(values, bits, type: .bfloat16, shape: shape)
    case .float32(let singles): Tensor(values, singles, shape: shape)
    case .float64(let doubles): Tensor(values, doubles, shape: shape)
    }
  }

  private func storedValues(_ file: TensorFile, shape: [Int]) throws -> StoredValues {
    let type = try file.entry(values).type
    switch type {
    case .float16: return .float16(try file.values(values, as: UInt16.self, type: type, shape: shape))
    case .bfloat16: return .bfloat16(try file.values(values, as: UInt16.self, type: type, shape: shape))
    case .float64: return .float64(try file.values(values, as: Double.self, shape: shape))
    default: return .float32(try file.values(values, as: Float.self, shape: shape))
    }
  }
}
