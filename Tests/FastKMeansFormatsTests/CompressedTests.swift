import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

/// bzip2, zstd and xz against the plain text. The fixtures come from `Fixtures/make_compressed.py`.
@Suite struct CompressedTests {
  static let kinds: [Compression] = [.bzip2, .zstd, .xz]

  /// Two members with an empty one between them, cut inside a line.
  private static let text =
    "a\tone\nb\ttwo\n" + String(repeating: "label\tthe same text again and again\n", count: 2000)

  private static func bytes(_ name: String, _ kind: Compression) throws -> [UInt8] {
    let file = try MappedFile(path: fixture("\(name).tsv\(kind.ending)"))
    return try file.bytes(at: 0, count: file.count)
  }

  @Test(arguments: kinds) func severalMembersAreOneText(_ kind: Compression) throws {
    let folder = try ScratchFolder()
    let plain = try LabelledData.read(folder.file("x.tsv", Self.text))
    let bytes = try Self.bytes("rows", kind)
    #expect(try LabelledData.read(folder.file("x.tsv\(kind.ending)", bytes)) == plain)
    #expect(try LabelledData.read(folder.file("y.tsv\(kind.ending)", bytes + [0, 0, 0, 0])) == plain)
    // By its first bytes, under a plain name.
    #expect(try LabelledData.read(folder.file("z.tsv", bytes)) == plain)
    #expect(try SideFile.lines(of: folder.file("lines", bytes)).count == 2002)
  }

  @Test(arguments: kinds) func aReaderGoesOnFromEveryBatch(_ kind: Compression) throws {
    let folder = try ScratchFolder()
    let path = try folder.file("x.tsv\(kind.ending)", Self.bytes("rows", kind))
    let whole = try RowReader(path: folder.file("x.tsv", Self.text))
    var position = ReaderPosition()
    while let wanted = try whole.next(maxRows: 900) {
      let reader = try RowReader(path: path, from: position)
      #expect(try reader.next(maxRows: 900) == wanted)
      position = reader.position
      #expect(position == whole.position)
    }
  }

  @Test(arguments: kinds) func whatIsCutOffIsRefusedAtEveryLength(_ kind: Compression) throws {
    let folder = try ScratchFolder()
    let bytes = try Self.bytes("short", kind)
    for length in 0..<bytes.count {
      let error = formatError(try folder.file("x.tsv\(kind.ending)", bytes[..<length]))
      guard case .truncated = error?.problem else {
        throw Mismatch(description: "\(kind), \(length): \(error as Any)")
      }
    }
  }

  @Test(arguments: kinds) func everyFlippedBitIsNoticed(_ kind: Compression) throws {
    let folder = try ScratchFolder()
    let bytes = try Self.bytes("short", kind)
    let whole = try LabelledData.read(folder.file("x.tsv\(kind.ending)", bytes))
    for position in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[position] ^= 1 << bit
        let path = try folder.file("x.tsv\(kind.ending)", damaged)
        do {
          // A few bits carry nothing, such as the size of the blocks that bzip2 had.
          #expect(try LabelledData.read(path) == whole, "\(kind), byte \(position) bit \(bit)")
        } catch is FormatError {
        }
      }
    }
  }

  @Test(arguments: kinds) func otherContentIsRefused(_ kind: Compression) throws {
    let folder = try ScratchFolder()
    let plain = formatError(try folder.file("x.tsv\(kind.ending)", "a\tone\n"))
    #expect(plain?.problem == .corrupt("not a \(kind.name) file, in spite of its name"))
    let tail = formatError(try folder.file("y.tsv\(kind.ending)", Self.bytes("short", kind) + [1, 2]))
    #expect(tail?.problem == .corrupt("bytes after the end of the \(kind.name) data"))
    let begun = try Self.bytes("short", kind) + Self.bytes("short", kind).prefix(1)
    guard case .truncated? = formatError(try folder.file("z.tsv\(kind.ending)", begun))?.problem else {
      throw Mismatch(description: "\(kind)")
    }
  }

  @Test(arguments: kinds) func aRowThatUnpacksToMuchIsRefused(_ kind: Compression) throws {
    let path = try fixture("bomb.tsv\(kind.ending)")
    guard case .recordTooLong(_, let limit)? = formatError(path)?.problem else {
      throw Mismatch(description: "\(kind): \(formatError(path) as Any)")
    }
    #expect(limit == ReaderOptions.defaultMaxRecordBytes)
    #expect(throws: FormatError.self) { try SideFile.bytes(of: path) }
    var options = ReaderOptions()
    options.maxRecordBytes = 21 << 20
    #expect(try LabelledData.read(path, options: options).documents.bytes.count == 20 << 20)
  }

  @Test(arguments: [Compression.zstd, .xz]) func windowsHaveALimit(_ kind: Compression) throws {
    let error = formatError(try fixture("window.tsv\(kind.ending)"))
    #expect(error?.description.contains("more than 128 MiB of memory") == true, "\(error as Any)")
  }

  @Test(arguments: [
    (Compression.bzip2, "libbz2-1.0"), (.zstd, "libzstd1"), (.xz, "liblzma5"),
  ])
  func aMissingLibraryIsNamed(_ kind: Compression, _ package: String) throws {
    // The second has none of the functions.
    for libraries in [[], ["libnowhere.so.7"], ["libnowhere.so.7", "libm.so.6"]] {
      let error = #expect(throws: FormatError.self) {
        try LibraryDecompressor(kind, path: "x", libraries: libraries)
      }
      #expect(error?.description.contains("it is compressed by \(kind.name)") == true)
      #expect(error?.description.contains(package) == true)
    }
  }

  @Test func textsThatBeginAlikeAreTexts() throws {
    let folder = try ScratchFolder()
    for text in ["BZh9\tone\n", "BZ\tone\n", "B\tx", "(\tone\n", "P\tone\n", "BZh91AY&\tx\n"] {
      #expect(try LabelledData.read(folder.file("x.tsv", text)).rowCount == 1, "\(text)")
    }
  }

  @Test func namesOfFilesTellTheFormat() {
    for ending in ["gz", "bz2", "zst", "xz", "GZ", "Bz2"] {
      #expect(RowFormat(path: "x.tsv.\(ending)") == .tsv && RowFormat(path: "x.csv.\(ending)") == .csv)
      #expect(RowFormat(path: "x.npz.\(ending)") == nil && RowFormat(path: "x.\(ending)") == nil)
    }
  }

  @Test(arguments: kinds) func rowsAreNotWrittenSo(_ kind: Compression) throws {
    let folder = try ScratchFolder()
    let data = try LabelledData.read(folder.file("x.tsv", "a\tone\n"))
    let error = #expect(throws: FormatError.self) {
      try RowWriter.write(data, to: folder.file("y.tsv\(kind.ending)"))
    }
    #expect(error?.description.contains(".gz") == true)
    #expect(try folder.names == ["x.tsv"])
  }
}
