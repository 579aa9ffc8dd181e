#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the readers need to know about an open file.
package struct FileStatus {
  /// Which file it is, whatever its name; a file that takes its place has another one.
  package struct Identity: Equatable {
    package var device: UInt64
    package var number: UInt64
  }

  package var identity: Identity
  package var size: Int
  package var isRegular: Bool
  package var isFolder: Bool
  var permissions: UInt32
}

/// The system calls used here, each retried when a signal interrupts it, each with a typed error. No other file of the
/// target imports the C library.
package enum System {
  package static func openForReading(_ path: String) throws -> Int32 {
    if path == "-" { return 0 }
    let descriptor = try openFile(path, O_RDONLY)
    do {
      if try status(of: descriptor, path: path).isFolder { throw FileError.isFolder(path: path) }
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Opens for writing; `exclusive` makes a new file or fails.
  static func openForWriting(_ path: String, exclusive: Bool) throws -> Int32 {
    if path == "-" { return 1 }
    return try openFile(path, exclusive ? O_WRONLY | O_CREAT | O_EXCL : O_WRONLY)
  }

  package static func openFile(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = retrying { open(path, flags | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw FileError(path: path, operation: .open, code: errno) }
    return descriptor
  }

  package static func closeFile(_ descriptor: Int32) {
    if descriptor > 2 { close(descriptor) }
  }

  package static func status(of descriptor: Int32, path: String) throws -> FileStatus {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else {
      throw FileError(path: path, operation: .inspect, code: errno)
    }
    return FileStatus(info)
  }

  /// The status of a path, `nil` if there is no such file.
  package static func status(at path: String) -> FileStatus? {
    var info = stat()
    return stat(path, &info) == 0 ? FileStatus(info) : nil
  }

  /// Reads what is there, at most `buffer.count` bytes; 0 at the end.
  package static func readSome(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, path: String
  ) throws -> Int {
    // Darwin refuses to read 2 GiB or more at once.
    let count = retrying { read(descriptor, buffer.baseAddress, min(buffer.count, 1 << 30)) }
    guard count >= 0 else { throw FileError(path: path, operation: .read, code: errno) }
    return count
  }

  /// Reads what is there at an offset, at most `buffer.count` bytes; 0 at the end.
  package static func readSome(
    _ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer, path: String
  ) throws -> Int {
    let count = retrying {
      pread(descriptor, buffer.baseAddress, min(buffer.count, 1 << 30), off_t(offset))
    }
    guard count >= 0 else { throw FileError(path: path, operation: .read, code: errno) }
    return count
  }

  /// Waits until something can be read or the other end has closed; `false` when the time has passed.
  package static func isReadable(_ descriptor: Int32, within seconds: Double) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, Int32(min(seconds, 60) * 1000)) > 0
  }

  static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, path: String) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = retrying { write(descriptor, rest.baseAddress, min(rest.count, 1 << 30)) }
      guard count >= 0 else { throw FileError(path: path, operation: .write, code: errno) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// The offset from which others read this descriptor; 0 for a pipe.
  package static func offset(of descriptor: Int32) -> Int { max(0, Int(lseek(descriptor, 0, SEEK_CUR))) }

  /// Moves to a position; `false` where the file is a pipe or a terminal.
  static func seek(_ descriptor: Int32, to position: Int) -> Bool {
    lseek(descriptor, off_t(position), SEEK_SET) == off_t(position)
  }

  /// Waits until the data is on the disk. Some network file systems cannot tell, and say so.
  static func sync(_ descriptor: Int32, path: String) throws {
    #if canImport(Darwin)
      // There `fsync` leaves the data in the drive's own memory.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    guard retrying({ fsync(descriptor) }) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw FileError(path: path, operation: .sync, code: errno)
    }
  }

  static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  /// Makes a rename durable. Some file systems refuse to sync a folder; the data itself is safe by then.
  static func syncFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    close(descriptor)
  }

  package static func renameFile(_ source: String, to target: String) throws {
    guard rename(source, target) == 0 else {
      throw FileError(path: target, operation: .rename, code: errno)
    }
  }

  static func removeFile(_ path: String) { unlink(path) }

  static func setPermissions(_ descriptor: Int32, _ permissions: UInt32) {
    _ = fchmod(descriptor, mode_t(permissions))
  }

  /// The path with symbolic links followed; `nil` if it does not exist.
  package static func resolved(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  package static var processIdentifier: Int32 { getpid() }

  /// Lets the thread sleep, for a second at most; a signal may cut it short.
  package static func pause(_ seconds: Double) {
    if seconds > 0 { usleep(UInt32(min(seconds, 1) * 1_000_000)) }
  }

  /// Where a byte stands first.
  static func first(_ byte: UInt8, in bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    bytes.baseAddress.flatMap { memchr($0, Int32(byte), bytes.count) }.map { UnsafeRawPointer($0) }
  }

  /// Maps a file read-only; `nil` if the system refuses.
  static func map(_ descriptor: Int32, count: Int) -> UnsafeRawBufferPointer? {
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    // MAP_FAILED is a C macro with a cast, which not every C library's module map brings to Swift.
    guard let address, address != UnsafeMutableRawPointer(bitPattern: -1) else { return nil }
    return UnsafeRawBufferPointer(start: address, count: count)
  }

  static func unmap(_ bytes: UnsafeRawBufferPointer) {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  package static func retrying<Value: SignedInteger>(_ call: () -> Value) -> Value {
    while true {
      let result = call()
      if result != -1 || errno != EINTR { return result }
    }
  }
}

extension FileStatus {
  init(_ info: stat) {
    let kind = UInt32(info.st_mode) & UInt32(S_IFMT)
    self.init(
      identity: Identity(
        device: UInt64(truncatingIfNeeded: info.st_dev), number: UInt64(truncatingIfNeeded: info.st_ino)),
      size: Int(info.st_size), isRegular: kind == UInt32(S_IFREG), isFolder: kind == UInt32(S_IFDIR),
      permissions: UInt32(info.st_mode) & 0o777)
  }
}

extension FileError {
  package init(path: String, operation: Operation, code: Int32) {
    switch code {
    case ENOENT: self = .notFound(path: path)
    case EACCES, EPERM, EROFS: self = .noPermission(path: path, operation: operation)
    case EISDIR: self = .isFolder(path: path)
    case ENOSPC, EDQUOT: self = .diskFull(path: path)
    default:
      self = .failed(
        path: path, operation: operation, code: code, reason: String(cString: strerror(code)))
    }
  }
}
