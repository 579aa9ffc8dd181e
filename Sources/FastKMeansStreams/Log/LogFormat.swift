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

    /// - Returns: `nil` unless the header's own checksum fits.
    init?(_ bytes: ArraySlice<UInt8>) {
      guard bytes.count == recordHeaderByteCount else { return nil }
      var reader = ByteReader(Array(bytes))
      guard let length: UInt64 = try? reader.number(), let sequence: UInt64 = try? reader.number(),
        let checksum: UInt32 = try? reader.number(), let own: UInt32 = try? reader.number(),
        CRC32C(Array(bytes.dropLast(4))).value == own, let exact = Int(exactly: length)
      else { return nil }
      self.length = exact
      self.sequence = sequence
      self.checksum = checksum
    }
  }

  static func name(first: UInt64) -> String { "batches-\(padded(first)).log" }

  static func first(of name: String) -> UInt64? {
    guard name.hasPrefix("batches-"), name.hasSuffix(".log") else { return nil }
    return UInt64(name.dropFirst(8).dropLast(4))
  }

  static func padded(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
  }
}
