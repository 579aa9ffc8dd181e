@testable import FastKMeansCore
@testable import FastKMeansFormats
@testable import FastKMeansStreams

/// Makes checksums and digests fit, so that what stands behind them is reached.
enum Sealing {
  static let stream = [UInt8](repeating: 7, count: LogFormat.streamByteCount)

  /// A container whose data is as long as its offsets say, and whose digests fit; nil for what has no header.
  static func container(_ input: [UInt8]) -> [UInt8]? {
    guard input.count > 8 else { return nil }
    let length = min(number(input, at: 0), input.count - 8)
    var header = Array(input[8..<8 + length])
    var data = Array(input[(8 + length)...])
    let ends = (try? JSON.parse(header)).map { json -> [Int] in
      guard case .object(let members) = json else { return [] }
      return members.compactMap { member in
        guard case .array(let ends)? = member.value["data_offsets"] else { return nil }
        return ends.last?.integer(Int.self)
      }
    }
    if let end = ends?.max(), end < 1 << 18, end >= 0 {
      data = Array(data.prefix(end)) + [UInt8](repeating: 0, count: max(0, end - data.count))
    }
    let digest = data.withUnsafeBytes { SHA256.hexDigest(of: $0) }
    if let range = range(of: "data_sha256", in: header) { header.replaceSubrange(range, with: digest.utf8) }
    if let range = ContainerFormat.headerDigestRange(in: header) {
      header.replaceSubrange(
        range, with: ContainerFormat.headerDigest(of: header, digestRange: range).utf8)
    }
    return bytes(UInt64(header.count)) + header + data
  }

  /// A log of one stream, with checksums and record numbers that fit as far as the lengths do.
  static func log(_ input: [UInt8]) -> [UInt8]? {
    guard input.count >= LogFormat.headerByteCount else { return nil }
    var log = LogFormat.header(stream: stream, first: UInt64(truncatingIfNeeded: number(input, at: 28)))
    var (position, next) = (LogFormat.headerByteCount, UInt64(truncatingIfNeeded: number(input, at: 28)))
    let size = LogFormat.recordHeaderByteCount
    while input.count - position >= size {
      let length = number(input, at: position)
      let start = position + size
      // A record whose number says so stays as it is.
      guard length <= input.count - start, input[position + 15] != 0xAA else { break }
      log += LogFormat.record(sequence: next, payload: Array(input[start..<start + length]))
      next &+= 1
      position = start + length
    }
    return log + input[position...]
  }

  /// A zip archive whose uncompressed entries have checksums that fit, as far as their places lie in the file.
  static func zip(_ input: [UInt8]) -> [UInt8] {
    var sealed = input
    let directorySignature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    for place in stride(from: 0, to: input.count - 46, by: 1)
    where input[place] == 0x50 && input[place...].starts(with: directorySignature) && input[place + 10] == 0 {
      let (size, header) = (number(input, at: place + 20, 4), number(input, at: place + 42, 4))
      guard header <= input.count - 30 else { continue }
      let start = header + 30 + number(input, at: header + 26, 2) + number(input, at: header + 28, 2)
      guard start <= input.count, size <= input.count - start else { continue }
      let sum = input[start..<start + size].withUnsafeBytes { checksum(0, $0) }
      sealed.replaceSubrange(place + 16..<place + 20, with: bytes(sum))
    }
    return sealed
  }

  /// The number at a place, as far as an `Int` holds it.
  private static func number(_ bytes: [UInt8], at place: Int, _ width: Int = 8) -> Int {
    Int(clamping: bytes[place..<place + width].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func range(of key: String, in header: [UInt8]) -> Range<Int>? {
    let key = Array("\"\(key)\":\"".utf8)
    guard
      let start = header.indices.first(where: { header[$0...].starts(with: key) }).map({ $0 + key.count }),
      start + 64 <= header.count
    else { return nil }
    return start..<start + 64
  }
}
