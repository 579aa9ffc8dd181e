import FastKMeansCore

/// Rows of prototypes as tensors: `<prefix>.indptr`, `.indices` and `.values`, dense: the last alone. Values of 8 bits
/// have a step for each row in `.step`.
struct RowTensors {
  private let offsets: String
  private let columns: String
  private let values: String
  private let steps: String

  init(_ prefix: String) {
    offsets = prefix + ".indptr"
    columns = prefix + ".indices"
    values = prefix + ".values"
    steps = prefix + ".step"
  }

  func encode(_ set: PrototypeSet, into record: inout ContainerRecord) {
    switch set.rows {
    case .sparse(let offsets, let columns, let values):
      record.add(Tensor(self.offsets, offsets))
      record.add(Tensor(self.columns, columns))
      record.add(tensor(values, shape: [values.count]))
    case .dense(let values):
      record.add(tensor(values, shape: [set.count, set.featureCount]))
    }
  }

  func encode(_ weights: EightBitWeights, of set: PrototypeSet, into record: inout ContainerRecord) {
    var shape = [set.count, set.featureCount]
    if case .sparse(let offsets, let columns, _) = set.rows {
      record.add(Tensor(self.offsets, offsets))
      record.add(Tensor(self.columns, columns))
      shape = [columns.count]
    }
    record.add(Tensor(values, weights.codes, shape: shape))
    record.add(Tensor(steps, weights.steps))
  }

  /// - Parameter precision: of the rows where the file has 8-bit codes; else the file says it.
  func decode(
    _ file: TensorFile, prototypeCount: Int, featureCount: Int, precision: Precision = .float32
  ) throws -> PrototypeSet.Rows {
    guard file.has(offsets) else {
      let shape = [prototypeCount, featureCount]
      guard file.has(steps) else { return .dense(values: try storedValues(file, shape: shape)) }
      // Checked before a product is formed: the codes are as many as the shape says.
      let codes = try file.values(values, as: Int8.self, shape: shape)
      let ends = (0...prototypeCount).map { $0 * featureCount }
      return .dense(values: try expanded(file, codes, rows: ends, precision))
    }
    let columns = try file.values(columns, as: UInt32.self)
    let offsets = try file.values(offsets, as: Int.self, shape: [prototypeCount + 1])
    let stored =
      file.has(steps)
      ? try expanded(
        file, file.values(values, as: Int8.self, shape: [columns.count]), rows: offsets, precision)
      : try storedValues(file, shape: [columns.count])
    return .sparse(offsets: offsets, columns: columns, values: stored)
  }

  private func expanded(
    _ file: TensorFile, _ codes: [Int8], rows: [Int], _ precision: Precision
  ) throws -> StoredValues {
    let weights = EightBitWeights(
      codes: codes, steps: try file.values(steps, as: Float.self, shape: [rows.count - 1]))
    return try weights.values(rows: rows, precision: precision)
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
