/// A file's bytes, mapped read-only; a pipe's bytes are read into memory instead.
///
/// `@unchecked Sendable`: the bytes are never written. The file must not be shortened by someone else while it
/// is mapped: the system ends a process that touches the lost part.
public final class MappedFile: @unchecked Sendable {
  public let path: String
  private let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// The number of bytes.
  public var count: Int { bytes.count }

  /// Opens a file; `-` is the standard input.
  ///
  /// - Parameter path: the file to map.
  /// - Throws: ``FileError``.
  public init(path: String) throws {
    let descriptor = try System.openForReading(path)
    defer { System.closeFile(descriptor) }
    self.path = path
    let status = try System.status(of: descriptor, path: path)
    if status.isRegular, status.size > 0, path != "-", let mapped = System.map(descriptor, count: status.size)
    {
      bytes = mapped
      isMapped = true
    } else {
      bytes = try Self.readAll(descriptor, path: path)
      isMapped = false
    }
  }

  /// For bytes that are in memory already.
  package init(path: String, copying content: [UInt8]) {
    self.path = path
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 16)
    copy.copyBytes(from: content)
    bytes = UnsafeRawBufferPointer(copy)
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
  public func bytes(at offset: Int, count: Int) throws -> [UInt8] {
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

  private static func readAll(_ descriptor: Int32, path: String) throws -> UnsafeRawBufferPointer {
    var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    var count = 0
    do {
      while true {
        let free = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        let read = try System.readSome(descriptor, into: free, path: path)
        if read == 0 { return finish(buffer, count: count) }
        count += read
        if count == buffer.count {
          let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 2, alignment: 16)
          larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
          buffer.deallocate()
          buffer = larger
        }
      }
    } catch {
      buffer.deallocate()
      throw error
    }
  }

  /// Exactly `count` bytes, so that `count` is also what is freed.
  private static func finish(_ buffer: UnsafeMutableRawBufferPointer, count: Int) -> UnsafeRawBufferPointer {
    let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    exact.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    buffer.deallocate()
    return UnsafeRawBufferPointer(exact)
  }
}
