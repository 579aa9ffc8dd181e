import FastKMeansFormats

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The real file system.
package struct SystemFiles: FileLayer {
  package init() {}

  package func createFolder(_ path: String) throws {
    guard mkdir(path, 0o777) != 0, errno != EEXIST else { return }
    throw FileError(path: path, operation: .create, code: errno)
  }

  package func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw FileError(path: folder, operation: .open, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  package func open(_ path: String, _ mode: FileMode) throws -> Int32 {
    let flags =
      switch mode {
      case .read: O_RDONLY
      case .update: O_RDWR | O_CREAT
      case .replace: O_WRONLY | O_CREAT | O_TRUNC
      }
    return try System.openFile(path, flags)
  }

  package func close(_ descriptor: Int32) { System.closeFile(descriptor) }

  package func size(of descriptor: Int32, path: String) throws -> Int {
    try System.status(of: descriptor, path: path).size
  }

  package func read(_ descriptor: Int32, at offset: Int, count: Int, path: String) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = try bytes.withUnsafeMutableBytes {
        try System.readSome(
          descriptor, at: offset + done, into: UnsafeMutableRawBufferPointer(rebasing: $0[done...]),
          path: path)
      }
      if read == 0 { break }
      done += read
    }
    bytes.removeLast(count - done)
    return bytes
  }

  package func map(_ path: String) throws -> MappedFile { try MappedFile(path: path) }

  package func write(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int, path: String
  ) throws {
    var done = 0
    while done < bytes.count {
      let written = System.retrying {
        pwrite(
          descriptor, bytes.baseAddress.map { $0 + done }, min(bytes.count - done, 1 << 30),
          off_t(offset + done))
      }
      guard written >= 0 else { throw FileError(path: path, operation: .write, code: errno) }
      done += written
    }
  }

  package func truncate(_ descriptor: Int32, to size: Int, path: String) throws {
    guard System.retrying({ ftruncate(descriptor, off_t(size)) }) == 0 else {
      throw FileError(path: path, operation: .truncate, code: errno)
    }
  }

  package func sync(_ descriptor: Int32, path: String) throws {
    #if canImport(Darwin)
      // There `fsync` leaves the data in the drive's own memory.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    guard System.retrying({ fsync(descriptor) }) == 0 else {
      throw FileError(path: path, operation: .sync, code: errno)
    }
  }

  package func syncFolder(_ path: String) throws {
    let descriptor = try open(path, .read)
    defer { close(descriptor) }
    // Some network file systems cannot sync a folder, and say so; theirs are durable when the call returns.
    guard System.retrying({ fsync(descriptor) }) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw FileError(path: path, operation: .sync, code: errno)
    }
  }

  package func rename(_ source: String, to target: String) throws {
    try System.renameFile(source, to: target)
  }

  package func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw FileError(path: path, operation: .remove, code: errno)
    }
  }

  package func lock(_ descriptor: Int32, path: String) throws -> Bool {
    if System.retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return true }
    guard errno == EWOULDBLOCK else { throw FileError(path: path, operation: .lock, code: errno) }
    return false
  }
}
