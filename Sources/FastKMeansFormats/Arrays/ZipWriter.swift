/// Writes a zip archive from front to back: sizes and checksums follow each entry's data, so that nothing is
/// patched and a pipe will do.
struct ZipWriter {
  private struct Entry {
    var name: [UInt8]
    var offset: Int
    var checksum: UInt32 = 0
    var compressedSize = 0
    var size = 0
  }

  private let path: String
  private let sink: FileSink
  private let isCompressed: Bool
  private var entries: [Entry] = []

  init(path: String, sink: FileSink, isCompressed: Bool) {
    self.path = path
    self.sink = sink
    self.isCompressed = isCompressed
  }

  /// Adds an entry: `head`, then what `body` hands to the function that it gets.
  ///
  /// - Throws: ``FormatError`` for more than 4 GiB, ``FileError``.
  mutating func add(
    _ name: String, _ head: [UInt8],
    _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    var entry = Entry(name: Array(name.utf8), offset: sink.position)
    try sink.write(fields(0x0403_4B50, version: false) + commonFields(entry) + entry.name)
    let deflater = isCompressed ? try Deflater(.raw, path: path) : nil
    func output(_ bytes: UnsafeRawBufferPointer) throws {
      entry.compressedSize += bytes.count
      try sink.write(bytes)
    }
    func add(_ bytes: UnsafeRawBufferPointer) throws {
      entry.checksum = checksum(entry.checksum, bytes)
      entry.size += bytes.count
      if let deflater { try deflater.compress(bytes, finish: false, output) } else { try output(bytes) }
    }
    try head.withUnsafeBytes(add)
    try body(add)
    try deflater?.compress(UnsafeRawBufferPointer(start: nil, count: 0), finish: true, output)
    try sink.write(
      Self.bytes(UInt32(0x0807_4B50)) + Self.bytes(entry.checksum) + size(entry.compressedSize)
        + size(entry.size))
    entries.append(entry)
  }

  /// Writes the directory.
  func finish() throws {
    let start = sink.position
    for entry in entries {
      let rest = Self.bytes(UInt16(0)) + Self.bytes(UInt16(0)) + Self.bytes(UInt16(0)) + Self.bytes(UInt32(0))
      try sink.write(
        fields(0x0201_4B50, version: true) + commonFields(entry) + rest + size(entry.offset) + entry.name)
    }
    let count = Self.bytes(UInt16(truncatingIfNeeded: entries.count))
    let length = try size(sink.position - start)
    try sink.write(
      Self.bytes(UInt32(0x0605_4B50)) + Self.bytes(UInt32(0)) + count + count + length + size(start)
        + Self.bytes(UInt16(0)))
  }

  /// Signature, versions, flags (bit 3: sizes follow the data), method, and a fixed date: the same rows give the
  /// same bytes.
  private func fields(_ signature: UInt32, version: Bool) -> [UInt8] {
    Self.bytes(signature) + (version ? Self.bytes(UInt16(20)) : []) + Self.bytes(UInt16(20))
      + Self.bytes(UInt16(8)) + Self.bytes(UInt16(isCompressed ? 8 : 0)) + Self.bytes(UInt16(0))
      + Self.bytes(UInt16(0x21))
  }

  /// Checksum, sizes, and the lengths of the name and of the extra field.
  private func commonFields(_ entry: Entry) throws -> [UInt8] {
    try Self.bytes(entry.checksum) + size(entry.compressedSize) + size(entry.size)
      + Self.bytes(UInt16(truncatingIfNeeded: entry.name.count)) + Self.bytes(UInt16(0))
  }

  private func size(_ size: Int) throws -> [UInt8] {
    guard let size = UInt32(exactly: size) else {
      throw FormatError(
        path: path, place: .file,
        problem: .unsupported("more than 4 GiB do not fit in an npz; write svmlight"))
    }
    return Self.bytes(size)
  }

  private static func bytes<Field: FixedWidthInteger>(_ value: Field) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
