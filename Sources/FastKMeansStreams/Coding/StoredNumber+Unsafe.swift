/// Numbers whose arrays are stored as they lie in memory, on a little-endian machine without any work.
protocol StoredNumber {
  associatedtype Bits: FixedWidthInteger
  var bits: Bits { get }
  init(bits: Bits)
}

extension UInt8: StoredNumber {
  var bits: UInt8 { self }
  init(bits: UInt8) { self = bits }
}
extension UInt32: StoredNumber {
  var bits: UInt32 { self }
  init(bits: UInt32) { self = bits }
}
extension Int32: StoredNumber {
  var bits: Int32 { self }
  init(bits: Int32) { self = bits }
}
extension Int64: StoredNumber {
  var bits: Int64 { self }
  init(bits: Int64) { self = bits }
}
extension Int: StoredNumber {
  var bits: Int64 { Int64(self) }
  init(bits: Int64) { self = Int(truncatingIfNeeded: bits) }
}
extension Float: StoredNumber {
  var bits: UInt32 { bitPattern }
  init(bits: UInt32) { self.init(bitPattern: bits) }
}
extension Double: StoredNumber {
  var bits: UInt64 { bitPattern }
  init(bits: UInt64) { self.init(bitPattern: bits) }
}

extension Array where Element: StoredNumber {
  /// Calls `body` with the numbers as they are stored, little-endian.
  func withStoredBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    #if _endian(little)
      return try withUnsafeBytes(body)
    #else
      return try map { $0.bits.littleEndian }.withUnsafeBytes(body)
    #endif
  }

  /// The numbers that these bytes store; a rest that is no whole number is left out.
  init(stored bytes: UnsafeRawBufferPointer) {
    let size = MemoryLayout<Element.Bits>.size
    let count = bytes.count / size
    #if _endian(little)
      self = Array(unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * size)]))
        initialized = count
      }
    #else
      self = (0..<count).map {
        Element(
          bits: Element.Bits(
            littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.Bits.self)))
      }
    #endif
  }
}
