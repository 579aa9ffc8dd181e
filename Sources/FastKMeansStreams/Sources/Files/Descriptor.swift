import FastKMeansFormats

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An open input: what kind it is, and reads that can be waited for.
final class InputDescriptor {
  /// Which file it is, whatever its name; a file that takes its place has another one.
  struct Identity: Equatable {
    var device: UInt64
    var number: UInt64
  }

  struct Status {
    var identity: Identity
    var size: Int
    var isRegular: Bool
    var isFolder: Bool
  }

  let number: Int32
  let path: String

  /// - Parameter path: `-` is the standard input.
  init(path: String) throws {
    self.path = path
    if path == "-" {
      number = 0
    } else {
      number = open(path, O_RDONLY | O_CLOEXEC)
      guard number >= 0 else { throw FileError(path: path, operation: .open, code: errno) }
    }
    if try status().isFolder { throw FileError.isFolder(path: path) }
  }

  deinit { if number > 2 { close(number) } }

  func status() throws -> Status {
    var info = stat()
    guard fstat(number, &info) == 0 else { throw FileError(path: path, operation: .inspect, code: errno) }
    return Status(info)
  }

  /// What has this path now; `nil` if nothing has.
  static func status(at path: String) -> Status? {
    var info = stat()
    return stat(path, &info) == 0 ? Status(info) : nil
  }

  /// The path without links; itself if there is no such file.
  static func resolved(_ path: String) -> String {
    guard let pointer = realpath(path, nil) else { return path }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// What is there at an offset; 0 at the end.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let count = pread(number, buffer.baseAddress, min(buffer.count, 1 << 30), off_t(offset))
      if count >= 0 { return count }
      guard errno == EINTR else { throw FileError(path: path, operation: .read, code: errno) }
    }
  }

  /// What has come through a pipe; 0 at its end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let count = Self.readFile(number, buffer.baseAddress, min(buffer.count, 1 << 30))
      if count >= 0 { return count }
      guard errno == EINTR else { throw FileError(path: path, operation: .read, code: errno) }
    }
  }

  /// The offset from which others read this descriptor.
  var offset: Int { max(0, Int(lseek(number, 0, SEEK_CUR))) }

  /// Waits until something can be read or the other end has closed; `false` when the time has passed.
  func isReadable(within seconds: Double) -> Bool {
    var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, Int32(min(seconds, 60) * 1000)) > 0
  }

  private static func readFile(_ number: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Darwin)
      Darwin.read(number, buffer, count)
    #elseif canImport(Glibc)
      Glibc.read(number, buffer, count)
    #else
      Musl.read(number, buffer, count)
    #endif
  }
}

extension InputDescriptor.Status {
  fileprivate init(_ info: stat) {
    let kind = UInt32(info.st_mode) & UInt32(S_IFMT)
    self.init(
      identity: .init(device: UInt64(truncatingIfNeeded: info.st_dev), number: UInt64(info.st_ino)),
      size: Int(info.st_size), isRegular: kind == UInt32(S_IFREG), isFolder: kind == UInt32(S_IFDIR))
  }
}

/// Lets time pass.
func pause(_ seconds: Double) {
  guard seconds > 0 else { return }
  usleep(UInt32(min(seconds, 1) * 1_000_000))
}
