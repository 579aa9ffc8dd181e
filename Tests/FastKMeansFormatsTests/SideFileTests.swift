import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct SideFileTests {
  @Test func lineEndsAndAByteOrderMarkAreLeftOut() throws {
    let folder = try ScratchFolder()
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    for bytes in [
      Array("a\n\nb".utf8), Array("a\r\n\r\nb\r\n".utf8), mark + Array("a\n\nb\n".utf8),
    ] {
      #expect(try SideFile.lines(of: folder.file("x", bytes)) == ["a", "", "b"])
    }
    #expect(
      try SideFile.bytes(of: folder.file("x", mark + [1, 2, 0x0D, 0x0A])) == [1, 2, 0x0D, 0x0A])
    #expect(try SideFile.lines(of: folder.file("x", mark)).isEmpty)
    #expect(try SideFile.lines(of: folder.file("x", mark[..<2])) == ["\u{FFFD}"])
    #expect(try SideFile.lines(of: folder.file("x", "")).isEmpty)
  }

  @Test func labelsBehindAByteOrderMarkAreThoseWithoutIt() throws {
    let folder = try ScratchFolder()
    let labels = try LabelsFile.read(
      folder.file("y.txt", [0xEF, 0xBB, 0xBF] + Array("0\r\n1\r\n0\r\n".utf8)))
    #expect(labels.rowLabels == [0, 1, 0])
  }

  @Test func aCompressedFileIsDecompressed() throws {
    let folder = try ScratchFolder()
    let path = folder.file("x.gz")
    try OutputFile.write(to: path, isCompressed: true) { sink in
      for line in 0..<50_000 { try sink.write("line \(line)\n") }
    }
    #expect(try SideFile.lines(of: path) == (0..<50_000).map { "line \($0)" })
    #expect(try SideFile.bytes(of: path).count == 538_890)
  }

  @Test func whatCannotBeReadIsToldAsSuch() throws {
    let folder = try ScratchFolder()
    #expect(throws: FileError.notFound(path: "none")) { try SideFile.bytes(of: "none") }
    #expect(throws: FileError.isFolder(path: folder.path)) { try SideFile.lines(of: folder.path) }
    #expect(throws: FormatError.self) { try SideFile.bytes(of: folder.file("x.gz", "no gzip")) }
  }
}
