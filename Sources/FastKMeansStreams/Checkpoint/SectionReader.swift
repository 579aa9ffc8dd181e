import FastKMeansFormats

/// Reads the parts of a checkpoint; every size is checked against the file's own before memory is taken.
struct SectionReader {
  /// Why a file is no sound checkpoint.
  enum Fault: Error, Equatable, CustomStringConvertible {
    case tooShort(found: Int)
    case notACheckpoint
    case newer(UInt32)
    case damaged(String)
    case missing(String)

    var description: String {
      switch self {
      case .tooShort(let found): "it ends after \(found) bytes"
      case .notACheckpoint: "it does not begin as a checkpoint"
      case .newer(let version): "its version is \(version)"
      case .damaged(let part): "\(part) is damaged"
      case .missing(let name): "section '\(name)' is missing"
      }
    }
  }

  private struct Entry {
    var offset: Int
    var count: Int
    var checksum: UInt32
  }

  let path: String
  private let files: any FileLayer
  private var entries: [String: Entry] = [:]

  init(files: any FileLayer, path: String) throws {
    self.files = files
    self.path = path
    let size = try files.withFile(path, .read) { try files.size(of: $0, path: path) }
    let front = try Self.read(files, path, at: 0, count: SectionFile.headerByteCount)
    guard front.count == SectionFile.headerByteCount else { throw Fault.tooShort(found: size) }
    guard front.starts(with: SectionFile.magic) else { throw Fault.notACheckpoint }
    var reader = ByteReader(Array(front[SectionFile.magic.count...]))
    let version: UInt32 = try reader.number()
    guard version <= SectionFile.version, version > 0 else { throw Fault.newer(version) }
    let count: UInt32 = try reader.number()
    let declared: UInt64 = try reader.number()
    guard count <= SectionFile.maxSections else { throw Fault.damaged("the number of sections") }
    let tableCount = Int(count) * SectionFile.entryByteCount
    let table = try Self.read(files, path, at: front.count, count: tableCount + 4)
    guard table.count == tableCount + 4 else { throw Fault.tooShort(found: size) }
    guard CRC32C(front + table.dropLast(4)).bytes == Array(table.suffix(4)) else {
      throw Fault.damaged("the table of sections")
    }
    guard declared == UInt64(size) else { throw Fault.tooShort(found: size) }
    try readTable(Array(table.dropLast(4)), count: Int(count), fileSize: size)
  }

  private mutating func readTable(_ table: [UInt8], count: Int, fileSize: Int) throws {
    for index in 0..<count {
      let row = table[index * SectionFile.entryByteCount..<(index + 1) * SectionFile.entryByteCount]
      let name = String(decoding: row.prefix(SectionFile.nameByteCount).prefix { $0 != 0 }, as: UTF8.self)
      var reader = ByteReader(Array(row.dropFirst(SectionFile.nameByteCount)))
      let offset: UInt64 = try reader.number()
      let length: UInt64 = try reader.number()
      let checksum: UInt32 = try reader.number()
      guard offset <= UInt64(fileSize), length <= UInt64(fileSize) - offset else {
        throw Fault.damaged("the place of section '\(name)'")
      }
      entries[name] = Entry(offset: Int(offset), count: Int(length), checksum: checksum)
    }
  }

  func has(_ name: String) -> Bool { entries[name] != nil }

  /// The bytes of a section, which have been compared with their checksum.
  func bytes(_ name: String) throws -> [UInt8] {
    guard let entry = entries[name] else { throw Fault.missing(name) }
    let bytes = try Self.read(files, path, at: entry.offset, count: entry.count)
    guard bytes.count == entry.count, CRC32C(bytes).value == entry.checksum else {
      throw Fault.damaged("section '\(name)'")
    }
    return bytes
  }

  func reader(_ name: String) throws -> ByteReader { ByteReader(try bytes(name)) }

  private static func read(_ files: any FileLayer, _ path: String, at offset: Int, count: Int) throws
    -> [UInt8]
  {
    try files.withFile(path, .read) { try files.read($0, at: offset, count: count, path: path) }
  }
}
