import FastKMeansCore
import FastKMeansFormats

/// Reads a log record by record, up to the last whole one.
struct LogReader {
  let path: String
  private let files: any FileLayer
  private let byteCount: Int
  /// Where the next record begins; after the last one, how many bytes are sound.
  private(set) var validByteCount = 0
  /// Bytes after the last whole record: of a write that was cut off, and so never acknowledged.
  private(set) var droppedByteCount = 0
  /// The number of the record that would come next.
  private(set) var next: UInt64 = 0

  /// - Returns: `nil` for a file that was made in a crash's last moment and has no header yet.
  init?(files: any FileLayer, path: String, stream: [UInt8]) throws {
    self.files = files
    self.path = path
    byteCount = try files.withFile(path, .read) { try files.size(of: $0, path: path) }
    let header = try Self.read(files, path, at: 0, count: LogFormat.headerByteCount)
    guard header.count == LogFormat.headerByteCount else { return nil }
    guard header.starts(with: LogFormat.magic) else {
      throw StreamError.damagedLog(path: path, byte: 0, reason: "it does not begin as a log")
    }
    var reader = ByteReader(Array(header[LogFormat.magic.count...]))
    let version: UInt32 = try reader.number()
    guard version <= LogFormat.version else {
      throw StreamError.newerCheckpoint(path: path, found: "\(version)", supported: "\(LogFormat.version)")
    }
    guard CRC32C(Array(header.dropLast(4))).bytes == Array(header.suffix(4)) else {
      throw StreamError.damagedLog(path: path, byte: 0, reason: "the header's checksum disagrees")
    }
    guard header[12..<28].elementsEqual(stream) else { throw StreamError.foreignFile(path: path) }
    reader = ByteReader(Array(header[28...]))
    next = try reader.number()
    guard next <= UInt64(StoredCount.limit) else {
      throw StreamError.damagedLog(path: path, byte: 28, reason: "no stream reaches record \(next)")
    }
    validByteCount = LogFormat.headerByteCount
  }

  /// The payload of the next record, `nil` at the end.
  ///
  /// - Throws: ``StreamError/damagedLog(path:byte:reason:)`` if bytes are wrong and a later record begins behind them, which
  ///   no crash explains: each record is on the disk before the next one begins.
  mutating func read() throws -> [UInt8]? {
    guard droppedByteCount == 0, validByteCount < byteCount else { return nil }
    let start = validByteCount
    guard let payload = try record(at: start) else {
      if let later = try recordAfter(start) {
        throw StreamError.damagedLog(
          path: path, byte: start, reason: "record \(next) is broken, and a later one begins at byte \(later)"
        )
      }
      droppedByteCount = byteCount - start
      return nil
    }
    validByteCount += LogFormat.recordHeaderByteCount + payload.count
    next += 1
    return payload
  }

  /// The payload of a sound record; `nil` if there is none.
  private func record(at start: Int) throws -> [UInt8]? {
    let size = LogFormat.recordHeaderByteCount
    let bytes = try Self.read(files, path, at: start, count: size)
    guard
      let header = bytes.withUnsafeBytes({
        LogFormat.RecordHeader($0, numbers: next...next, room: byteCount - start - size)
      })
    else { return nil }
    let payload = try Self.read(files, path, at: start + size, count: header.length)
    return CRC32C(payload).value == header.checksum ? payload : nil
  }

  /// Where a record of a later number begins behind a broken one.
  ///
  /// - Complexity: O(bytes): a header has its own checksum, and is believed without its payload.
  private func recordAfter(_ start: Int) throws -> Int? {
    let size = LogFormat.recordHeaderByteCount
    return try Self.read(files, path, at: start, count: byteCount - start).withUnsafeBytes { rest in
      // Records between the two take as many bytes as a header at least.
      let last = next + 1 + UInt64(rest.count / size)
      return (1..<max(1, rest.count - size + 1)).first { offset in
        LogFormat.RecordHeader(
          UnsafeRawBufferPointer(rebasing: rest[offset..<offset + size]), numbers: next + 1...last,
          room: rest.count - offset - size) != nil
      }.map { start + $0 }
    }
  }

  private static func read(_ files: any FileLayer, _ path: String, at offset: Int, count: Int) throws
    -> [UInt8]
  {
    try files.withFile(path, .read) { try files.read($0, at: offset, count: count, path: path) }
  }
}

extension CRC32C {
  /// As it is stored.
  var bytes: [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}
