/// The directory of a zip archive: what is in it and where.
///
/// Format: PKWARE's APPNOTE 6.3, with the 64-bit records that NumPy writes for large arrays.
struct ZipArchive {
  struct Entry {
    var name: String
    var isCompressed: Bool
    var checksum: UInt32
    var compressedSize: Int
    var size: Int
    /// Where the compressed bytes lie in the file.
    var range: Range<Int>
  }

  let file: MappedFile
  private(set) var entries: [String: Entry] = [:]

  init(_ file: MappedFile) throws {
    self.file = file
    let end = try Self.directoryRange(file)
    var reader = ZipFields(file, offset: end.lowerBound, limit: end.upperBound)
    while reader.offset < end.upperBound {
      let entry = try Self.entry(&reader, file)
      entries[entry.name] = entry
    }
  }

  /// Where the list of entries lies: told at the file's end, before a comment of any length.
  private static func directoryRange(_ file: MappedFile) throws -> Range<Int> {
    let tail = max(0, file.count - 65_557)
    let place = try file.withBytes(at: tail, count: file.count - tail) { bytes -> Int? in
      guard bytes.count >= 22 else { return nil }
      let signature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
      return stride(from: bytes.count - 22, through: 0, by: -1).first {
        bytes[$0] == 0x50 && bytes[$0..<$0 + 4].elementsEqual(signature)
      }
    }
    guard let place else {
      throw FormatError(
        path: file.path, place: .byte(file.count), problem: .truncated(what: "the zip directory"))
    }
    var reader = ZipFields(file, offset: tail + place + 12, limit: file.count)
    var size = Int(try reader.take(UInt32.self))
    var start = Int(try reader.take(UInt32.self))
    if size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      (start, size) = try longDirectory(file, before: tail + place)
    }
    let (end, overflow) = start.addingReportingOverflow(size)
    guard start >= 0, size >= 0, !overflow, end <= tail + place else {
      throw reader.damaged("the zip directory")
    }
    return start..<end
  }

  private static func longDirectory(_ file: MappedFile, before end: Int) throws -> (Int, Int) {
    var locator = ZipFields(file, offset: end - 20, limit: file.count)
    guard try locator.take(UInt32.self) == 0x0706_4B50 else { throw locator.damaged("the zip directory") }
    try locator.skip(4)
    var record = ZipFields(file, offset: try locator.takeSize(), limit: end)
    guard try record.take(UInt32.self) == 0x0606_4B50 else { throw locator.damaged("the zip directory") }
    try record.skip(36)
    let size = try record.takeSize()
    return (try record.takeSize(), size)
  }

  private static func entry(_ reader: inout ZipFields, _ file: MappedFile) throws -> Entry {
    guard try reader.take(UInt32.self) == 0x0201_4B50 else { throw reader.damaged("the zip directory") }
    try reader.skip(4)
    let flags = try reader.take(UInt16.self)
    let method = try reader.take(UInt16.self)
    try reader.skip(4)
    let checksum = try reader.take(UInt32.self)
    var compressedSize = Int(try reader.take(UInt32.self))
    var size = Int(try reader.take(UInt32.self))
    let nameLength = Int(try reader.take(UInt16.self))
    let extraLength = Int(try reader.take(UInt16.self))
    let commentLength = Int(try reader.take(UInt16.self))
    try reader.skip(8)
    var start = Int(try reader.take(UInt32.self))
    let name = String(decoding: try reader.bytes(nameLength), as: UTF8.self)
    var extra = ZipFields(file, offset: reader.offset, limit: min(reader.limit, reader.offset + extraLength))
    try extra.takeLongSizes(&size, &compressedSize, &start)
    try reader.skip(extraLength + commentLength)
    guard flags & 1 == 0, method == 0 || method == 8 else {
      throw FormatError(
        path: file.path, place: .entry(name),
        problem: .unsupported("zip method \(method), or encrypted; save it with numpy or scipy"))
    }
    let range = try dataRange(file, header: start, size: compressedSize)
    // No deflate stream expands by more than 1032, so a larger claim is false, and nothing is allocated for it.
    let (largest, overflow) = compressedSize.multipliedReportingOverflow(by: 1032)
    guard method == 8 ? overflow || size <= largest : size == compressedSize else {
      throw FormatError(
        path: file.path, place: .entry(name),
        problem: .sizeMismatch(what: "bytes", declared: size, found: compressedSize))
    }
    return Entry(
      name: name, isCompressed: method == 8, checksum: checksum, compressedSize: compressedSize, size: size,
      range: range)
  }

  private static func dataRange(_ file: MappedFile, header: Int, size: Int) throws -> Range<Int> {
    var local = ZipFields(file, offset: header, limit: file.count)
    guard try local.take(UInt32.self) == 0x0403_4B50 else { throw local.damaged("the header of a zip entry") }
    try local.skip(22)
    let nameLength = Int(try local.take(UInt16.self))
    let extraLength = Int(try local.take(UInt16.self))
    try local.skip(nameLength + extraLength)
    let (end, overflow) = local.offset.addingReportingOverflow(size)
    guard !overflow, end <= file.count else {
      throw FormatError(path: file.path, place: .byte(file.count), problem: .truncated(what: "a zip entry"))
    }
    return local.offset..<end
  }
}

/// Little-endian fields one after the other, never beyond a limit.
struct ZipFields {
  private let file: MappedFile
  private(set) var offset: Int
  let limit: Int

  init(_ file: MappedFile, offset: Int, limit: Int) {
    self.file = file
    self.offset = offset
    self.limit = limit
  }

  mutating func take<Field: FixedWidthInteger>(_ type: Field.Type) throws -> Field {
    let bytes = try bytes(MemoryLayout<Field>.size)
    return bytes.reversed().reduce(0) { $0 << 8 | Field(truncatingIfNeeded: $1) }
  }

  /// A 64-bit size or position; one that no memory holds is refused.
  mutating func takeSize() throws -> Int {
    guard let size = Int(exactly: try take(UInt64.self)) else { throw damaged("a size in the zip directory") }
    return size
  }

  mutating func skip(_ count: Int) throws { _ = try bytes(count, copies: false) }

  mutating func bytes(_ count: Int, copies: Bool = true) throws -> [UInt8] {
    guard offset >= 0, offset <= limit, count >= 0, count <= limit - offset else {
      throw FormatError(path: file.path, place: .byte(offset), problem: .truncated(what: "the zip directory"))
    }
    defer { offset += count }
    return copies ? try file.bytes(at: offset, count: count) : []
  }

  /// The 64-bit values of the fields that do not fit 32 bits, in their fixed order.
  mutating func takeLongSizes(_ size: inout Int, _ compressedSize: inout Int, _ start: inout Int) throws {
    while limit - offset >= 4 {
      let kind = try take(UInt16.self)
      let length = Int(try take(UInt16.self))
      let end = offset + length
      if kind == 1 {
        if size == 0xFFFF_FFFF { size = try takeSize() }
        if compressedSize == 0xFFFF_FFFF { compressedSize = try takeSize() }
        if start == 0xFFFF_FFFF { start = try takeSize() }
      }
      guard end >= offset else { throw damaged("an extra field of the zip directory") }
      try skip(end - offset)
    }
  }

  func damaged(_ what: String) -> FormatError {
    FormatError(path: file.path, place: .byte(offset), problem: .corrupt(what))
  }
}
