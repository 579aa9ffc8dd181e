/// Buffered output to a file that is being written.
///
/// Not `Sendable`: one writer at a time.
public final class FileSink {
  private let descriptor: Int32
  private let path: String
  private var buffer: [UInt8] = []
  /// The number of bytes written so far.
  public private(set) var position = 0

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
    buffer.reserveCapacity(Self.capacity)
  }

  private static let capacity = 1 << 17

  /// Writes these bytes after those before.
  ///
  /// - Parameter bytes: any number.
  /// - Throws: ``FileError``.
  public func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Writes the UTF-8 bytes of a text.
  ///
  /// - Parameter text: any text.
  /// - Throws: ``FileError``.
  public func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    position += bytes.count
    if buffer.count + bytes.count > Self.capacity { try flush() }
    if bytes.count >= Self.capacity {
      try System.writeAll(descriptor, bytes, path: path)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  func flush() throws {
    try buffer.withUnsafeBytes { try System.writeAll(descriptor, $0, path: path) }
    buffer.removeAll(keepingCapacity: true)
  }
}
