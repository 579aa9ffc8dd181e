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
    let descriptor = retrying { Self.openFile(path, flags | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError(path: path, operation: .open, code: errno) }
    return descriptor
  }

  package func close(_ descriptor: Int32) { Self.closeFile(descriptor) }

  package func size(of descriptor: Int32, path: String) throws -> Int {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else {
      throw FileError(path: path, operation: .inspect, code: errno)
    }
    return Int(info.st_size)
  }

  package func read(_ descriptor: Int32, at offset: Int, count: Int, path: String) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let read = bytes.withUnsafeMutableBytes { buffer in
        retrying {
          pread(
            descriptor, buffer.baseAddress.map { $0 + done }, min(count - done, 1 << 30), off_t(offset + done)
          )
        }
      }
      guard read >= 0 else { throw FileError(path: path, operation: .read, code: errno) }
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
      let written = retrying {
        pwrite(
          descriptor, bytes.baseAddress.map { $0 + done }, min(bytes.count - done, 1 << 30),
          off_t(offset + done))
      }
      guard written >= 0 else { throw FileError(path: path, operation: .write, code: errno) }
      done += written
    }
  }

  package func truncate(_ descriptor: Int32, to size: Int, path: String) throws {
    guard retrying({ ftruncate(descriptor, off_t(size)) }) == 0 else {
      throw FileError(path: path, operation: .truncate, code: errno)
    }
  }

  package func sync(_ descriptor: Int32, path: String) throws {
    #if canImport(Darwin)
      // There `fsync` leaves the data in the drive's own memory.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    guard retrying({ fsync(descriptor) }) == 0 else {
      throw FileError(path: path, operation: .sync, code: errno)
    }
  }

  package func syncFolder(_ path: String) throws {
    let descriptor = try open(path, .read)
    defer { close(descriptor) }
    // Some network file systems cannot sync a folder, and say so; theirs are durable when the call returns.
    guard retrying({ fsync(descriptor) }) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw FileError(path: path, operation: .sync, code: errno)
    }
  }

  package func rename(_ source: String, to target: String) throws {
    guard Self.renameFile(source, target) == 0 else {
      throw FileError(path: target, operation: .rename, code: errno)
    }
  }

  package func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw FileError(path: path, operation: .remove, code: errno)
    }
  }

  package func lock(_ descriptor: Int32, path: String) throws -> Bool {
    if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return true }
    guard errno == EWOULDBLOCK else { throw FileError(path: path, operation: .lock, code: errno) }
    return false
  }

  private func retrying<Value: SignedInteger>(_ call: () -> Value) -> Value {
    while true {
      let result = call()
      if result != -1 || errno != EINTR { return result }
    }
  }
}

// The system's functions, under names that the methods above do not hide.
extension SystemFiles {
  private static func openFile(_ path: String, _ flags: Int32) -> Int32 {
    #if canImport(Darwin)
      Darwin.open(path, flags, 0o666)
    #elseif canImport(Glibc)
      Glibc.open(path, flags, 0o666)
    #else
      Musl.open(path, flags, 0o666)
    #endif
  }

  private static func closeFile(_ descriptor: Int32) {
    #if canImport(Darwin)
      _ = Darwin.close(descriptor)
    #elseif canImport(Glibc)
      _ = Glibc.close(descriptor)
    #else
      _ = Musl.close(descriptor)
    #endif
  }

  private static func renameFile(_ source: String, _ target: String) -> Int32 {
    #if canImport(Darwin)
      Darwin.rename(source, target)
    #elseif canImport(Glibc)
      Glibc.rename(source, target)
    #else
      Musl.rename(source, target)
    #endif
  }
}
