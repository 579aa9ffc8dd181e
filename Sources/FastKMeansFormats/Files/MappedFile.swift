/// Maps a file's bytes read-only; a pipe's bytes are read into memory instead.
///
/// `@unchecked Sendable`: the bytes are never written. The file must not be shortened by someone else while it
/// is mapped: the system ends a process that touches the lost part.
package final class MappedFile: @unchecked Sendable {
  package let path: String
  private let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// The number of bytes.
  package var count: Int { bytes.count }

  /// Opens a file; `-` is the standard input.
  ///
  /// - Parameter path: the file to map.
  /// - Throws: ``FileError``.
  package init(path: String) throws {
    self.path = path
    let file = try FileSource(path: path)
    if path != "-", let count = file.totalCount, count > 0,
      let mapped = System.map(file.descriptor, count: count)
    {
      bytes = mapped
      isMapped = true
    } else {
      let buffer = LineBuffer(file, capacity: 1 << 16)
      while try buffer.refill() {}
      bytes = Self.copy(buffer.available)
      isMapped = false
    }
  }

  /// For bytes that are in memory already.
  package init(path: String, copying content: [UInt8]) {
    self.path = path
    bytes = content.withUnsafeBytes(Self.copy)
    isMapped = false
  }

  deinit {
    if isMapped { System.unmap(bytes) } else { bytes.deallocate() }
  }

  /// A copy of `count` bytes from `offset` on.
  ///
  /// - Parameters:
  ///   - offset: where to begin.
  ///   - count: how many bytes.
  /// - Throws: ``FormatError`` if they are not all there.
  /// - Returns: the bytes.
  package func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    try withBytes(at: offset, count: count) { Array($0) }
  }

  /// Calls `body` with a part of the file, which is valid during the call only.
  package func withBytes<Result>(
    at offset: Int, count: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let (end, overflow) = offset.addingReportingOverflow(count)
    guard offset >= 0, count >= 0, !overflow, end <= bytes.count else {
      throw FormatError(path: path, place: .byte(bytes.count), problem: .truncated(what: "the data"))
    }
    return try body(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
  }

  private static func copy(_ content: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 16)
    copy.copyMemory(from: content)
    return UnsafeRawBufferPointer(copy)
  }
}

/// A part of a mapped file as a stream.
final class MappedSource: ByteSource {
  private let file: MappedFile
  private var range: Range<Int>

  init(_ file: MappedFile, range: Range<Int>) {
    self.file = file
    self.range = range
  }

  package var totalCount: Int? { range.count }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, range.count)
    try file.withBytes(at: range.lowerBound, count: count) { buffer.copyMemory(from: $0) }
    range = range.lowerBound + count..<range.upperBound
    return count
  }
}
