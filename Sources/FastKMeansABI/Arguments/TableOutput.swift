import CFastKMeans
import FastKMeansCore

/// A table of single or double precision that several threads fill, each its own rows.
enum TableOutput: Sendable {
  case single(Output<Float>)
  case double(Output<Double>)

  init(_ pointer: UnsafeMutableRawPointer?, count: Int, valueType: Int32, _ name: String) throws {
    if try NumberType(valueType, "value_type", among: NumberType.outputs) == .float32 {
      self = .single(try Output(pointer, count: count, name))
    } else {
      self = .double(try Output(pointer, count: count, name))
    }
  }

  /// Writes `count` values from a place on.
  func write(at start: Int, count: Int, _ value: (Int) -> Double) {
    switch self {
    case .single(let target):
      for position in 0..<count { target[start + position] = Float(value(position)) }
    case .double(let target):
      for position in 0..<count { target[start + position] = value(position) }
    }
  }
}

/// Arrays of a caller that take rows: offsets and columns of one integer type, values of one float type.
struct RowOutput {
  let indexType: Int32
  let offsets: UnsafeMutableRawPointer?
  let columns: UnsafeMutableRawPointer?
  let valueType: Int32
  let values: UnsafeMutableRawPointer?

  /// Writes sparse rows.
  ///
  /// - Parameters:
  ///   - offsets: one more than there are rows.
  ///   - columns, values: one entry for each stored value; the last offset is their number.
  func write(
    offsets source: some Collection<Int>, columns sourceColumns: some Collection<UInt32>, count: Int,
    values sourceValues: (Int) -> Double
  ) throws {
    if try NumberType(indexType, "index_type", among: NumberType.integers) == .int32 {
      let largest = max(count, Int(sourceColumns.max() ?? 0))
      guard largest <= Int(Int32.max) else {
        throw InputError.tooLarge(
          what: "indices up to \(largest); pass FKM_INT64, one", neededBytes: 8, allowedBytes: 4)
      }
      try Output<Int32>(offsets, count: source.count, "offsets").write(source.lazy.map { Int32($0) })
      try Output<Int32>(columns, count: count, "columns").write(sourceColumns.lazy.map { Int32($0) })
    } else {
      try Output<Int64>(offsets, count: source.count, "offsets").write(source.lazy.map { Int64($0) })
      try Output<Int64>(columns, count: count, "columns").write(sourceColumns.lazy.map { Int64($0) })
    }
    try writeValues(count: count, sourceValues)
  }

  /// Writes the values only: those of dense rows.
  func writeValues(count: Int, _ value: (Int) -> Double) throws {
    try TableOutput(values, count: count, valueType: valueType, "values").write(at: 0, count: count, value)
  }
}
