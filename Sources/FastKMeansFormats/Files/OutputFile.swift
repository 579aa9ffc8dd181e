/// Writes files that appear whole or not at all.
package enum OutputFile {
  /// Writes a file through a temporary one in the same folder: written, synced, renamed, the folder synced.
  ///
  /// A reader sees the old file or the new one, also after a crash. A failure leaves nothing behind. `-` is
  /// the standard output. That, and devices and pipes, are written directly. A symbolic link is followed, and a
  /// file that is replaced keeps its permissions.
  ///
  /// - Parameters:
  ///   - path: the file to make or to replace.
  ///   - isCompressed: whether the content is written as gzip data.
  ///   - body: writes the content to the sink it gets; an error that it throws undoes everything.
  /// - Throws: ``FileError``, and what `body` throws.
  /// - Returns: what `body` returns.
  @discardableResult
  package static func write<Result>(
    to path: String, isCompressed: Bool = false, _ body: (FileSink) throws -> Result
  ) throws -> Result {
    let existing = path == "-" ? nil : System.status(at: path)
    if let existing, existing.isFolder { throw FileError.isFolder(path: path) }
    if path == "-" || existing?.isRegular == false {
      let descriptor = try System.openForWriting(path, exclusive: false)
      defer { System.closeFile(descriptor) }
      return try write(to: descriptor, path, isCompressed, body)
    }
    let target = System.resolved(path) ?? path
    let folder = Self.folder(of: target)
    guard System.status(at: folder)?.isFolder == true else {
      throw FileError.missingFolder(path: path, folder: folder)
    }
    // A rename would replace even a write-protected file.
    if existing != nil, !System.isWritable(target) {
      throw FileError.noPermission(path: path, operation: .write)
    }
    let (temporary, descriptor) = try openTemporary(beside: target, path: path)
    do {
      defer { System.closeFile(descriptor) }
      if let existing { System.setPermissions(descriptor, existing.permissions) }
      let result = try write(to: descriptor, path, isCompressed, body)
      try System.sync(descriptor, path: path)
      try System.renameFile(temporary, to: target)
      System.syncFolder(folder)
      return result
    } catch {
      System.removeFile(temporary)
      throw error
    }
  }

  private static func write<Result>(
    to descriptor: Int32, _ path: String, _ isCompressed: Bool, _ body: (FileSink) throws -> Result
  ) throws -> Result {
    let sink = try FileSink(descriptor: descriptor, path: path, isCompressed: isCompressed)
    let result = try body(sink)
    try sink.flush(isLast: true)
    return result
  }

  /// A new file whose name no other writer uses, whatever process it runs in.
  private static func openTemporary(beside target: String, path: String) throws -> (String, Int32) {
    var generator = SystemRandomNumberGenerator()
    let name = target[(target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex)...]
    let suffix = String(generator.next(), radix: 36)
    let temporary = "\(folder(of: target))/.\(name.prefix(60)).\(System.processIdentifier).\(suffix).tmp"
    do {
      return (temporary, try System.openForWriting(temporary, exclusive: true))
    } catch FileError.noPermission {
      throw FileError.noPermission(path: path, operation: .write)
    } catch FileError.failed(_, let operation, let code, let reason) {
      throw FileError.failed(path: path, operation: operation, code: code, reason: reason)
    } catch FileError.diskFull {
      throw FileError.diskFull(path: path)
    }
  }

  /// Refuses a path that cannot become a file, before any work is spent on its content.
  ///
  /// - Throws: ``FileError``.
  package static func check(_ path: String) throws {
    guard path != "-" else { return }
    if System.status(at: path)?.isFolder == true { throw FileError.isFolder(path: path) }
    let folder = folder(of: path)
    guard System.status(at: folder)?.isFolder == true else {
      throw FileError.missingFolder(path: path, folder: folder)
    }
  }

  /// The folder of a file.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The size of a file in bytes; `nil` for a stream.
  package static func size(_ path: String) -> Int? { path == "-" ? nil : System.status(at: path)?.size }

  /// Whether a path is a regular file or can become one; devices and pipes cannot.
  package static func canBeRegular(_ path: String) -> Bool { System.status(at: path)?.isRegular ?? true }
}

/// Buffers the output to a file that is being written, for one writer at a time.
package final class FileSink {
  private let descriptor: Int32
  private let path: String
  private let deflater: Deflater?
  private var buffer: [UInt8] = []
  /// The number of bytes written so far, before compression.
  package private(set) var position = 0

  init(descriptor: Int32, path: String, isCompressed: Bool) throws {
    self.descriptor = descriptor
    self.path = path
    deflater = isCompressed ? try Deflater(.gzip, path: path) : nil
    buffer.reserveCapacity(Self.capacity)
  }

  private static let capacity = 1 << 17

  /// Writes these bytes after those before.
  ///
  /// - Parameter bytes: any number.
  /// - Throws: ``FileError``.
  package func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Writes the UTF-8 bytes of a text.
  ///
  /// - Parameter text: any text.
  /// - Throws: ``FileError``.
  package func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    position += bytes.count
    if buffer.count + bytes.count > Self.capacity { try flush() }
    if bytes.count >= Self.capacity {
      try emit(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  /// Writes what is buffered; the last call also ends the compressed data.
  func flush(isLast: Bool = false) throws {
    try buffer.withUnsafeBytes { try emit($0, isLast: isLast) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func emit(_ bytes: UnsafeRawBufferPointer, isLast: Bool = false) throws {
    guard let deflater else { return try System.writeAll(descriptor, bytes, path: path) }
    try deflater.compress(bytes, finish: isLast) { try System.writeAll(descriptor, $0, path: path) }
  }

  /// Replaces the first bytes of a regular file, as the last act on it.
  func overwriteStart(_ bytes: [UInt8]) throws {
    try flush()
    guard System.seek(descriptor, to: 0) else {
      throw FileError.failed(path: path, operation: .seek, code: 29, reason: "it is no regular file")
    }
    try write(bytes)
  }
}
