/// Bytes that come one piece after the other.
package protocol ByteSource: AnyObject {
  /// Fills the front of `buffer` with what is there, at least one byte.
  ///
  /// - Returns: how many bytes came; 0 at the end, or where ``isPaused`` says that more may come later.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
  /// The number of bytes that will come in all, where that is known.
  var totalCount: Int? { get }
  /// The last call brought nothing because nothing has come in time, not because it is the end.
  var isPaused: Bool { get }
}

extension ByteSource {
  package var isPaused: Bool { false }
  package var totalCount: Int? { nil }
}

extension ByteSource {
  /// Reads until the buffer is full or the end.
  ///
  /// - Returns: the number of bytes that came.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var count = 0
    while count < buffer.count {
      let read = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if read == 0 { break }
      count += read
    }
    return count
  }
}

/// Gives the bytes of a file or a pipe.
final class FileSource: ByteSource {
  let path: String
  let descriptor: Int32
  /// The size of a regular file.
  package let totalCount: Int?

  init(path: String) throws {
    self.path = path
    descriptor = try System.openForReading(path)
    let status = try? System.status(of: descriptor, path: path)
    totalCount = status?.isRegular == true ? status?.size : nil
  }

  deinit { System.closeFile(descriptor) }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try System.readSome(descriptor, into: buffer, path: path)
  }
}
