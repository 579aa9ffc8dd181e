import FastKMeansFormats

/// A place in a file, with what tells whether it is still the same file.
struct FilePosition: Equatable {
  /// The first bytes of a file, by their checksum.
  struct Head: Equatable {
    static let maxByteCount = 4096
    var byteCount = 0
    var checksum: UInt32 = 0

    init() {}

    /// Of a file's first bytes, as many as there are.
    init(of input: InputDescriptor, byteCount: Int = maxByteCount) throws {
      var bytes = [UInt8](repeating: 0, count: min(byteCount, Self.maxByteCount))
      let count = try bytes.withUnsafeMutableBytes {
        try System.readSome(input.number, at: 0, into: $0, path: input.path)
      }
      self.init(Array(bytes[..<count]))
    }

    init(_ bytes: [UInt8]) {
      byteCount = bytes.count
      checksum = CRC32C(bytes).value
    }
  }

  var reader: ReaderPosition
  var head = Head()

  private static let version: UInt8 = 1

  var position: SourcePosition {
    var writer = ByteWriter()
    writer.number(Self.version)
    for number in [reader.byte, reader.line, reader.row, head.byteCount] { writer.count(number) }
    writer.number(head.checksum)
    return SourcePosition(bytes: writer.bytes)
  }

  init(reader: ReaderPosition, head: Head = Head()) {
    self.reader = reader
    self.head = head
  }

  /// - Throws: ``StreamError/sourceChanged(name:reason:)`` for a position of another kind of source.
  init(_ position: SourcePosition, name: String) throws {
    self.init(reader: ReaderPosition())
    guard position != .beginning else { return }
    do {
      var reader = ByteReader(position.bytes)
      let version: UInt8 = try reader.number()
      guard version == Self.version else { throw ByteReader.Fault.bad("a position of version \(version)") }
      self.reader = ReaderPosition(
        byte: try reader.whole(), line: try reader.whole(), row: try reader.whole())
      head.byteCount = try reader.whole()
      head.checksum = try reader.number()
      try reader.finish()
    } catch {
      throw StreamError.sourceChanged(
        name: name, reason: "the place where reading stopped was saved by another kind of input")
    }
  }
}
