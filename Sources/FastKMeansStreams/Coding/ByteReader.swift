import FastKMeansCore
import FastKMeansFormats

/// Reads what ``ByteWriter`` wrote; no length is believed before as many bytes are seen to be there.
struct ByteReader {
  /// Why the bytes are not what was written.
  enum Fault: Error, Equatable {
    /// They end too early, or say so of themselves.
    case tooShort
    case trailing(Int)
    case bad(String)
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var restCount: Int { bytes.count - position }

  /// To be called when all should be read.
  func finish() throws(Fault) {
    guard restCount == 0 else { throw .trailing(restCount) }
  }

  mutating func number<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(Fault) -> Value {
    let size = MemoryLayout<Value>.size
    guard restCount >= size else { throw .tooShort }
    let start = position
    position += size
    return bytes.withUnsafeBytes {
      Value(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Value.self))
    }
  }

  /// A count of things that take at least `size` bytes each.
  mutating func count(of size: Int = 1) throws(Fault) -> Int {
    let value: Int64 = try number()
    guard value >= 0, value <= Int64(restCount / size) else { throw .tooShort }
    return Int(value)
  }

  /// A number that counts nothing in these bytes; from 0 to ``StoredCount/limit``.
  mutating func whole() throws(Fault) -> Int {
    let value: Int64 = try number()
    guard (0...Int64(StoredCount.limit)).contains(value) else { throw .bad("a count of \(value)") }
    return Int(value)
  }

  mutating func flag() throws(Fault) -> Bool {
    let value: UInt8 = try number()
    guard value <= 1 else { throw .bad("a flag that is \(value)") }
    return value == 1
  }

  mutating func double() throws(Fault) -> Double { Double(bitPattern: try number()) }

  mutating func list() throws(Fault) -> [UInt8] {
    let count = try count()
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  mutating func text() throws(Fault) -> String {
    guard let text = String(validating: try list(), as: UTF8.self) else {
      throw .bad("a text that is not UTF-8")
    }
    return text
  }

  mutating func numbers<Value: TensorElement>(_ type: Value.Type = Value.self) throws(Fault) -> [Value] {
    let size = MemoryLayout<Value>.size
    let count = try count(of: size)
    let start = position
    position += count * size
    return bytes.withUnsafeBytes {
      UnsafeRawBufferPointer(rebasing: $0[start..<start + count * size]).elements(of: Value.self)
    }
  }

  mutating func optional<Value>(_ read: (inout ByteReader) throws(Fault) -> Value) throws(Fault) -> Value? {
    try flag() ? read(&self) : nil
  }

  mutating func label() throws(Fault) -> Label {
    let kind: UInt8 = try number()
    switch kind {
    case 0: return .integer(try number())
    case 1: return .text(try text())
    default: throw .bad("a label of type \(kind)")
    }
  }
}
