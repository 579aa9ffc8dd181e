import CFastKMeans
import FastKMeansCore
import FastKMeansTestSupport

/// Rows in memory of a caller, in any of the types that the interface takes.
final class CallerRows {
  private(set) var rows = fkm_rows()
  private var memory: [UnsafeMutableRawPointer] = []

  deinit { for piece in memory { piece.deallocate() } }

  /// - Parameters:
  ///   - features: what the rows hold.
  ///   - valueType, columnType, offsetType: constants of the header.
  ///   - gap: dense rows: values between one row and the next.
  ///   - isReversed: dense rows: the last row first in memory.
  init(
    _ features: Features, valueType: Int = FKM_FLOAT32, columnType: Int = FKM_INT32,
    offsetType: Int = FKM_INT64, gap: Int = 0, isReversed: Bool = false
  ) {
    rows.struct_size = UInt32(MemoryLayout<fkm_rows>.size)
    rows.row_count = Int64(features.rowCount)
    rows.column_count = Int64(features.columnCount)
    rows.value_type = Int32(valueType)
    switch features {
    case .sparse(let matrix):
      rows.layout = Int32(FKM_SPARSE)
      rows.value_count = Int64(matrix.values.count)
      rows.column_type = Int32(columnType)
      rows.offset_type = Int32(offsetType)
      rows.values = values(matrix.values, valueType)
      rows.columns = integers(matrix.columns.map { Int64($0) }, columnType)
      rows.offsets = integers(matrix.rowOffsets.map { Int64($0) }, offsetType)
    case .dense(let matrix):
      rows.layout = Int32(FKM_DENSE)
      let width = matrix.columnCount + gap
      var spread = [Float](repeating: .nan, count: matrix.rowCount * width)
      for row in 0..<matrix.rowCount {
        let place = isReversed ? matrix.rowCount - 1 - row : row
        for column in 0..<matrix.columnCount {
          spread[place * width + column] = matrix.values[row * matrix.columnCount + column]
        }
      }
      let size = valueType == FKM_FLOAT64 ? 8 : valueType == FKM_FLOAT16 ? 2 : 4
      rows.values = values(spread, valueType)
      if gap > 0 || isReversed { rows.row_stride = Int64(width * size) }
      if isReversed, matrix.rowCount > 0 {
        rows.values += (matrix.rowCount - 1) * width * size
        rows.row_stride = -rows.row_stride
      }
    }
  }

  private func values(_ values: [Float], _ type: Int) -> UnsafeRawPointer {
    switch type {
    case FKM_FLOAT64: keep(values.enumerated().map { Self.double(reading: $1, $0) })
    case FKM_FLOAT16: keep(values.map(HalfPrecision.float16Bits))
    default: keep(values)
    }
  }

  /// A double that rounds to this value: now above it, now below, now the value itself.
  private static func double(reading value: Float, _ position: Int) -> Double {
    // Half a unit in the last place is 2^-25 of the value or more.
    Double(value) * (1 + Double(position % 3 - 1) * 0x1p-26)
  }

  private func integers(_ values: [Int64], _ type: Int) -> UnsafeRawPointer {
    type == FKM_INT32 ? keep(values.map { Int32($0) }) : keep(values)
  }

  private func keep<Element>(_ elements: [Element]) -> UnsafeRawPointer {
    let size = elements.count * MemoryLayout<Element>.stride
    let start = UnsafeMutableRawPointer.allocate(byteCount: max(1, size), alignment: 16)
    elements.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: start, count: size).copyBytes(from: $0) }
    memory.append(start)
    return UnsafeRawPointer(start)
  }

  /// A copy of the structure with something changed in it; the memory stays.
  func changed(_ change: (inout fkm_rows) -> Void) -> fkm_rows {
    var copy = rows
    change(&copy)
    return copy
  }
}

/// Labels in memory of a caller.
final class CallerLabels {
  private(set) var labels = fkm_labels()
  private let integers: UnsafeMutableBufferPointer<Int64>
  private let text: UnsafeMutableBufferPointer<CChar>
  private let offsets: UnsafeMutableBufferPointer<Int64>

  deinit {
    integers.deallocate()
    text.deallocate()
    offsets.deallocate()
  }

  private init(_ type: Int, integers: [Int64], text: [CChar], offsets: [Int64]) {
    self.integers = Self.copy(integers)
    self.text = Self.copy(text)
    self.offsets = Self.copy(offsets)
    labels.struct_size = UInt32(MemoryLayout<fkm_labels>.size)
    labels.type = Int32(type)
    labels.integers = UnsafePointer(self.integers.baseAddress)
    labels.text = UnsafePointer(self.text.baseAddress)
    labels.text_offsets = UnsafePointer(self.offsets.baseAddress)
  }

  private static func copy<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(1, elements.count))
    _ = memory.initialize(from: elements)
    return memory
  }

  /// One integer a row.
  convenience init(_ classes: [Int]) {
    self.init(FKM_LABEL_INTEGER, integers: classes.map { Int64($0) }, text: [], offsets: [])
    labels.row_count = Int64(classes.count)
    labels.label_count = Int64(classes.count)
  }

  /// One text a row.
  convenience init(_ texts: [String]) {
    let offsets = texts.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1.utf8.count)) }
    self.init(
      FKM_LABEL_TEXT, integers: [], text: texts.flatMap { $0.utf8.map { CChar(bitPattern: $0) } },
      offsets: offsets)
    labels.row_count = Int64(texts.count)
    labels.label_count = Int64(texts.count)
  }

  /// Each distinct integer once, and a code for each row.
  convenience init(distinct: [Int], codes: [Int]) {
    self.init(
      FKM_LABEL_INTEGER, integers: distinct.map { Int64($0) }, text: [], offsets: codes.map { Int64($0) })
    labels.row_count = Int64(codes.count)
    labels.label_count = Int64(distinct.count)
    labels.text_offsets = nil
    labels.codes = UnsafePointer(offsets.baseAddress)
  }
}
