import FastKMeansCore

/// Files that appear whole or not at all.
public enum AtomicFile {
  /// Writes a file through a temporary one in the same folder: written, synced, renamed, the folder synced.
  ///
  /// A reader sees the old file or the new one, also after a crash; a failure leaves nothing behind. `-` is
  /// the standard output; that, and devices and pipes, are written directly. A symbolic link is followed, and a
  /// file that is replaced keeps its permissions.
  ///
  /// - Parameters:
  ///   - path: the file to make or to replace.
  ///   - body: writes the content to the sink it gets; an error that it throws undoes everything.
  /// - Throws: ``FileError``, and what `body` throws.
  /// - Returns: what `body` returns.
  @discardableResult
  public static func write<Result>(to path: String, _ body: (FileSink) throws -> Result) throws -> Result {
    let existing = path == "-" ? nil : System.status(at: path)
    if let existing, existing.isFolder { throw FileError.isFolder(path: path) }
    if path == "-" || existing?.isRegular == false { return try writeDirectly(path, body) }
    let target = System.resolved(path) ?? path
    let folder = Self.folder(of: target)
    guard System.status(at: folder)?.isFolder == true else {
      throw FileError.missingFolder(path: path, folder: folder)
    }
    // A rename would replace a write-protected file all the same.
    if existing != nil, !System.isWritable(target) {
      throw FileError.noPermission(path: path, operation: .write)
    }
    let (temporary, descriptor) = try openTemporary(beside: target, path: path)
    do {
      defer { System.closeFile(descriptor) }
      if let existing { System.setPermissions(descriptor, existing.permissions) }
      let sink = FileSink(descriptor: descriptor, path: path)
      let result = try body(sink)
      try sink.flush()
      try System.sync(descriptor, path: path)
      try System.renameFile(temporary, to: target)
      System.syncFolder(folder)
      return result
    } catch {
      System.removeFile(temporary)
      throw error
    }
  }

  private static func writeDirectly<Result>(
    _ path: String, _ body: (FileSink) throws -> Result
  ) throws -> Result {
    let descriptor = try System.openForWriting(path, exclusive: false)
    defer { System.closeFile(descriptor) }
    let sink = FileSink(descriptor: descriptor, path: path)
    let result = try body(sink)
    try sink.flush()
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

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
