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

/// The bytes of a file or a pipe.
final class FileSource: ByteSource {
  private let descriptor: Int32
  let path: String
  /// Bytes read to recognise the content, not handed out yet.
  private var pushedBack: [UInt8] = []
  package let totalCount: Int?

  init(path: String) throws {
    descriptor = try System.openForReading(path)
    self.path = path
    let status = try? System.status(of: descriptor, path: path)
    totalCount = status?.isRegular == true ? status?.size : nil
  }

  deinit { System.closeFile(descriptor) }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard pushedBack.isEmpty else {
      let count = min(buffer.count, pushedBack.count)
      buffer.copyBytes(from: pushedBack[..<count])
      pushedBack.removeFirst(count)
      return count
    }
    return try System.readSome(descriptor, into: buffer, path: path)
  }

  /// The first bytes, without taking them; fewer at the end.
  func peek(_ count: Int) throws -> [UInt8] {
    while pushedBack.count < count {
      var piece = [UInt8](repeating: 0, count: count - pushedBack.count)
      let read = try piece.withUnsafeMutableBytes { try System.readSome(descriptor, into: $0, path: path) }
      if read == 0 { break }
      pushedBack.append(contentsOf: piece[..<read])
    }
    return pushedBack
  }

  /// Jumps to a position; `false` where only reading on is possible.
  func seek(to position: Int) -> Bool {
    guard System.seek(descriptor, to: position) else { return false }
    pushedBack = []
    return true
  }
}

/// The bytes of a file, decompressed if it is a gzip file by its name or its first bytes.
func openByteSource(_ path: String) throws -> any ByteSource {
  let file = try FileSource(path: path)
  let isGzip = try path.hasSuffix(".gz") || file.peek(2) == [0x1F, 0x8B]
  return isGzip ? try GzipSource(file) : file
}
