import FastKMeansCore
import FastKMeansFormats

/// Builds the small parts of a file: numbers little-endian, lists and texts with their length before them.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []
  /// Of all that was written, for a writer that keeps no bytes.
  private(set) var checksum: CRC32C?

  init() {}

  /// A writer that takes the checksum, and keeps no bytes.
  static var ofChecksum: ByteWriter {
    var writer = ByteWriter()
    writer.checksum = CRC32C()
    return writer
  }

  private mutating func append(_ more: UnsafeRawBufferPointer) {
    if checksum == nil { bytes.append(contentsOf: more) } else { checksum?.update(more) }
  }

  mutating func number<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { append($0) }
  }

  mutating func count(_ value: Int) { number(Int64(value)) }

  mutating func flag(_ value: Bool) { number(value ? 1 : 0 as UInt8) }

  mutating func double(_ value: Double) { number(value.bitPattern) }

  mutating func list(_ list: [UInt8]) {
    count(list.count)
    list.withUnsafeBytes { append($0) }
  }

  mutating func text(_ text: String) { list(Array(text.utf8)) }

  mutating func numbers<Value: TensorElement>(_ values: [Value]) {
    count(values.count)
    values.withUnsafeBytes { append($0) }
  }

  mutating func optional<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
    flag(value != nil)
    if let value { write(&self, value) }
  }

  mutating func label(_ label: Label) {
    switch label {
    case .integer(let value):
      number(0 as UInt8)
      number(value)
    case .text(let text):
      number(1 as UInt8)
      self.text(text)
    }
  }
}
