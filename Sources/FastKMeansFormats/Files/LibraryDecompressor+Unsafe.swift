import CFastKMeansDecompressors

/// bzip2, zstd and xz by the system's libraries, which are loaded when the first such file is opened.
final class LibraryDecompressor: Decompressor {
  private let stream: OpaquePointer
  private let compression: Compression
  private let path: String

  /// - Parameters:
  ///   - compression: not gzip.
  ///   - libraries: names to look for in place of the system's own.
  /// - Throws: ``FormatError`` where none is there; ``FileError`` if there is no memory.
  init(_ compression: Compression, path: String, libraries: [String]? = nil) throws {
    let kind =
      switch compression {
      case .gzip, .bzip2: FKD_BZIP2
      case .zstd: FKD_ZSTD
      case .xz: FKD_XZ
      }
    var opened: OpaquePointer?
    let result = Self.withNames(libraries) { fkd_open(kind, $0, &opened) }
    guard let opened else { throw Self.error(result, compression, path) }
    stream = opened
    self.compression = compression
    self.path = path
  }

  deinit { fkd_close(stream) }

  func restart() throws {
    let result = fkd_restart(stream)
    guard result == FKD_OK else { throw Self.error(result, compression, path) }
  }

  func step(
    from input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> DecompressionStep? {
    var (consumed, produced) = (0, 0)
    let result = fkd_step(
      stream, input.baseAddress, input.count, output.baseAddress, output.count, &consumed, &produced)
    switch result {
    case FKD_OK, FKD_END:
      return DecompressionStep(consumed: consumed, produced: produced, ended: result == FKD_END)
    case FKD_DAMAGED: return nil
    default: throw Self.error(result, compression, path)
    }
  }

  private static func withNames<Result>(
    _ names: [String]?, _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
  ) -> Result {
    guard let names else { return body(nil) }
    let copies = names.map { Array($0.utf8CString) }
    func collect(
      _ rest: ArraySlice<[CChar]>, _ pointers: [UnsafePointer<CChar>?]
    ) -> Result {
      guard let first = rest.first else {
        return (pointers + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
      }
      return first.withUnsafeBufferPointer { collect(rest.dropFirst(), pointers + [$0.baseAddress]) }
    }
    return collect(copies[...], [])
  }

  private static func error(
    _ result: fkd_result, _ compression: Compression, _ path: String
  ) -> any Error {
    switch result {
    case FKD_NO_LIBRARY:
      let (library, package, formula) =
        switch compression {
        case .zstd: ("libzstd", "libzstd1", "zstd")
        case .xz: ("liblzma", "liblzma5", "xz")
        case .gzip, .bzip2: ("libbz2", "libbz2-1.0", "bzip2")
        }
      return FormatError(
        path: path, place: .file,
        problem: .unsupported(
          "it is compressed by \(compression.name), and the system has no \(library); install it (Debian and Ubuntu: \(package), Fedora and macOS: \(formula)), or decompress the file first"
        ))
    case FKD_TOO_LARGE:
      return FormatError(
        path: path, place: .file,
        problem: .unsupported(
          "decompressing it takes more than \(FKD_MEMORY_LIMIT >> 20) MiB of memory; compress it again with a smaller window"
        ))
    default:
      return FileError.failed(path: path, operation: .read, code: 12, reason: "no memory to decompress")
    }
  }
}
