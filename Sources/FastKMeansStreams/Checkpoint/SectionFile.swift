import FastKMeansFormats

/// A file of named parts, each with its own checksum: what a checkpoint is written into.
enum SectionFile {
  static let magic = Array("FASTKMCP".utf8)
  static let version: UInt32 = 1
  static let headerByteCount = 32
  static let entryByteCount = 48
  static let nameByteCount = 24
  /// More is no checkpoint of ours.
  static let maxSections = 1 << 12

  /// A part on its way into a file: pieces that follow one another, so that large arrays need not be copied.
  struct Section {
    var name: String
    var pieces: [Piece]

    var byteCount: Int { pieces.reduce(0) { $0 + $1.byteCount } }
  }

  /// Writes all sections; the caller syncs.
  ///
  /// - Complexity: O(bytes), twice: for the checksums, which stand in front, and for writing.
  static func write(_ sections: [Section], to descriptor: Int32, _ files: any FileLayer, path: String) throws
  {
    var offset = headerByteCount + sections.count * entryByteCount + 4
    var table = ByteWriter()
    for section in sections {
      for byte in (Array(section.name.utf8) + [UInt8](repeating: 0, count: nameByteCount)).prefix(
        nameByteCount)
      {
        table.number(byte)
      }
      table.number(UInt64(offset))
      table.number(UInt64(section.byteCount))
      var checksum = CRC32C()
      for piece in section.pieces { piece.withBytes { checksum.update($0) } }
      table.number(checksum.value)
      table.number(0 as UInt32)
      offset += section.byteCount
    }
    let front = header(sectionCount: sections.count, byteCount: offset) + table.bytes
    try files.write(descriptor, front + CRC32C(front).bytes, at: 0, path: path)
    var position = front.count + 4
    for piece in sections.flatMap(\.pieces) {
      try piece.withBytes { try files.write(descriptor, $0, at: position, path: path) }
      position += piece.byteCount
    }
  }

  private static func header(sectionCount: Int, byteCount: Int) -> [UInt8] {
    var writer = ByteWriter()
    for byte in magic { writer.number(byte) }
    writer.number(version)
    writer.number(UInt32(sectionCount))
    writer.number(UInt64(byteCount))
    writer.number(0 as UInt64)
    return writer.bytes
  }
}

extension SectionFile {
  /// Bytes to be written, or numbers as they lie in memory.
  enum Piece {
    case bytes([UInt8])
    case integers([Int64])
    case indices([UInt32])
    case singles([Float])
    case doubles([Double])

    var byteCount: Int {
      switch self {
      case .bytes(let values): values.count
      case .integers(let values): 8 * values.count
      case .indices(let values): 4 * values.count
      case .singles(let values): 4 * values.count
      case .doubles(let values): 8 * values.count
      }
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
      switch self {
      case .bytes(let values): try values.withStoredBytes(body)
      case .integers(let values): try values.withStoredBytes(body)
      case .indices(let values): try values.withStoredBytes(body)
      case .singles(let values): try values.withStoredBytes(body)
      case .doubles(let values): try values.withStoredBytes(body)
      }
    }
  }
}
