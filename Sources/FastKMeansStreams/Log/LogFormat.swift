import FastKMeansCore

/// How a log lies in its file; `docs/format/checkpoint-v2.md` says it in words.
enum LogFormat {
  static let magic = Array("FASTKMLG".utf8)
  /// 2 added changes (``StateChange``); logs without them are read alike.
  static let version: UInt32 = 2
  static let headerByteCount = 40
  static let recordHeaderByteCount = 24
  static let streamByteCount = 16

  static func header(stream: [UInt8], first: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    for byte in magic { writer.number(byte) }
    writer.number(version)
    for byte in stream { writer.number(byte) }
    writer.number(first)
    writer.number(CRC32C(writer.bytes).value)
    return writer.bytes
  }

  /// A whole record: length, number, checksum of the payload, checksum of these three, payload.
  static func record(sequence: UInt64, payload: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.number(UInt64(payload.count))
    writer.number(sequence)
    writer.number(CRC32C(payload).value)
    writer.number(CRC32C(writer.bytes).value)
    return writer.bytes + payload
  }

  struct RecordHeader {
    var length: Int
    var sequence: UInt64
    var checksum: UInt32

    /// - Returns: `nil` unless the number is one of these, the payload fits into `room` bytes and the header's own checksum
    ///   fits. The checksum, which is dear, comes last.
    init?(_ bytes: UnsafeRawBufferPointer, numbers: ClosedRange<UInt64>, room: Int) {
      func field<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Value {
        Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
      }
      guard bytes.count == recordHeaderByteCount, let length = Int(exactly: field(0, UInt64.self)),
        length <= room, numbers.contains(field(8, UInt64.self)),
        CRC32C(UnsafeRawBufferPointer(rebasing: bytes.dropLast(4))).value == field(20, UInt32.self)
      else { return nil }
      self.length = length
      sequence = field(8, UInt64.self)
      checksum = field(16, UInt32.self)
    }
  }

  static func name(first: UInt64) -> String { "batches-\(padded(first)).log" }

  static func first(of name: String) -> UInt64? {
    guard name.hasPrefix("batches-"), name.hasSuffix(".log") else { return nil }
    return number(name.dropFirst(8).dropLast(4))
  }

  /// The number in a file's name; `nil` for one that no stream reaches.
  static func number(_ digits: Substring) -> UInt64? {
    UInt64(digits).flatMap { $0 <= UInt64(StoredCount.limit) ? $0 : nil }
  }

  static func padded(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
  }
}
