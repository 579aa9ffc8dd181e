/// How a file is compressed.
package enum Compression: CaseIterable, Sendable {
  case gzip, bzip2, zstd, xz

  /// The kind that the ending of a file's name says; `nil` for a file that it does not call compressed.
  package init?(path: String) {
    let name = path.lowercased()
    guard let found = Self.allCases.first(where: { name.hasSuffix($0.ending) }) else { return nil }
    self = found
  }

  /// With its dot.
  package var ending: String {
    switch self {
    case .gzip: ".gz"
    case .bzip2: ".bz2"
    case .zstd: ".zst"
    case .xz: ".xz"
    }
  }

  /// As in `a gzip file`.
  var name: String {
    switch self {
    case .gzip: "gzip"
    case .bzip2: "bzip2"
    case .zstd: "zstd"
    case .xz: "xz"
    }
  }

  /// What a member may begin with, byte by byte.
  private var beginnings: [[ClosedRange<UInt8>]] {
    func exactly(_ bytes: UInt8...) -> [ClosedRange<UInt8>] { bytes.map { $0...$0 } }
    switch self {
    case .gzip: return [exactly(0x1F, 0x8B)]
    case .bzip2:
      // Its first three letters may begin a text. The block size follows, then pi, or for an empty file its root.
      let start = exactly(0x42, 0x5A, 0x68) + [0x31...0x39]
      return [
        start + exactly(0x31, 0x41, 0x59, 0x26, 0x53, 0x59),
        start + exactly(0x17, 0x72, 0x45, 0x38, 0x50, 0x90),
      ]
    // A frame, or one to skip.
    case .zstd: return [exactly(0x28, 0xB5, 0x2F, 0xFD), [0x50...0x5F] + exactly(0x2A, 0x4D, 0x18)]
    case .xz: return [exactly(0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00)]
    }
  }

  /// Whether a file or a member begins so; `nil` where too few bytes are there to tell.
  func begins(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    let fitting = beginnings.filter { zip($0, bytes).allSatisfy { $0.contains($1) } }
    if fitting.contains(where: { $0.count <= bytes.count }) { return true }
    return fitting.isEmpty ? false : nil
  }
}

/// Decompresses one piece at a time.
protocol Decompressor: AnyObject {
  /// Begins another compressed stream.
  func restart() throws
  /// Decompresses as much as fits.
  ///
  /// - Returns: how far it came, or `nil` if the data is damaged.
  func step(
    from input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> DecompressionStep?
}

/// How far a decompressor came.
struct DecompressionStep {
  var consumed: Int
  var produced: Int
  /// The compressed stream is at its end.
  var ended: Bool
}

extension Compression {
  /// - Throws: ``FormatError`` where the system lacks the library; ``FileError`` if there is no memory.
  func decompressor(path: String) throws -> any Decompressor {
    switch self {
    case .gzip: try Inflater(.gzip, path: path)
    case .bzip2, .zstd, .xz: try LibraryDecompressor(self, path: path)
    }
  }
}
