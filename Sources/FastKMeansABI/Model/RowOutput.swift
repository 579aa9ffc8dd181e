import CFastKMeans
import FastKMeansCore

/// The arrays of a caller that take rows: offsets and columns of one integer type, values of one float type.
struct RowOutput {
  private let indexType: NumberType
  private let valueType: NumberType
  private let offsets: UnsafeMutableRawPointer?
  private let columns: UnsafeMutableRawPointer?
  private let values: UnsafeMutableRawPointer?

  init(
    indexType: Int32, offsets: UnsafeMutableRawPointer?, columns: UnsafeMutableRawPointer?, valueType: Int32,
    values: UnsafeMutableRawPointer?
  ) throws {
    self.indexType = try NumberType(indexType, "index_type", among: NumberType.integers)
    self.valueType = try NumberType(valueType, "value_type", among: NumberType.outputs)
    self.offsets = offsets
    self.columns = columns
    self.values = values
  }

  /// Writes sparse rows.
  ///
  /// - Parameters:
  ///   - offsets: one more than there are rows.
  ///   - columns, values: so many as the last offset says.
  func write(
    offsets source: some Collection<Int>, columns sourceColumns: some Collection<UInt32>, count: Int,
    values sourceValues: (Int) -> Double
  ) throws {
    if indexType == .int32 {
      let largest = max(count, Int(sourceColumns.max() ?? 0))
      guard largest <= Int(Int32.max) else {
        throw InputError.tooLarge(
          what: "indices up to \(largest); pass FKM_INT64, one", neededBytes: 8, allowedBytes: 4)
      }
      try write(source, to: offsets, "offsets") { Int32(truncatingIfNeeded: $0) }
      try write(sourceColumns, to: columns, "columns") { Int32(truncatingIfNeeded: $0) }
    } else {
      try write(source, to: offsets, "offsets") { Int64($0) }
      try write(sourceColumns, to: columns, "columns") { Int64($0) }
    }
    try writeValues(count: count, sourceValues)
  }

  /// Writes the values only: those of dense rows.
  func writeValues(count: Int, _ value: (Int) -> Double) throws {
    if valueType == .float32 {
      let target = try output(values, count: count, of: Float.self, "values")
      for position in 0..<count { target[position] = Float(value(position)) }
    } else {
      let target = try output(values, count: count, of: Double.self, "values")
      for position in 0..<count { target[position] = value(position) }
    }
  }

  private func write<Source, Target>(
    _ source: some Collection<Source>, to target: UnsafeMutableRawPointer?, _ name: String,
    _ convert: (Source) -> Target
  ) throws {
    let target = try output(target, count: source.count, of: Target.self, name)
    for (position, value) in source.enumerated() { target[position] = convert(value) }
  }
}
