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

  @Test func aMarkAtTheStartOfAnyLineIsLeftOut() throws {
    let folder = try ScratchFolder()
    let mark = "\u{FEFF}"
    #expect(try SideFile.lines(of: folder.file("x", "\(mark)a\n\(mark)b\n")) == ["a", "b"])
    let files = [
      ("x.tsv", "\(mark)a\tone\n\(mark)b\ttwo\n"),
      ("x.jsonl", "\(mark){\"label\":\"a\",\"text\":\"one\"}\n\(mark){\"label\":\"b\",\"text\":\"two\"}\n"),
      // Two joined files have their header twice.
      ("x.csv", "\(mark)label,text\na,one\n\(mark)label,text\n\(mark)b,two\n"),
    ]
    for (name, text) in files {
      let data = try LabelledData.read(folder.file(name, text))
      #expect(try data.texts == ["one", "two"], "\(name)")
      #expect(data.labels?.rowLabels == ["a", "b"], "\(name)")
    }
    let rows = try LabelledData.read(folder.file("x.svm", "\(mark)1 1:1\n\(mark)2 1:1\n"))
    #expect(rows.labels?.rowLabels == [1, 2])
  }

  @Test func textsOfAnotherKindAreRefused() throws {
    let folder = try ScratchFolder()
    let rows = ["spam\tbuy now", "ham\thello friend", "ham\tпривет"]
    let lines = rows.map { $0 + "\r\n" }.joined()
    for name in ["x.tsv", "x.csv", "x.jsonl", "x.svm", "y.txt"] {
      func problem(_ bytes: [UInt8]) throws -> FormatError.Problem? {
        let path = try folder.file(name, bytes)
        return #expect(throws: FormatError.self) {
          _ = try name == "y.txt" ? LabelsFile.read(path).count : LabelledData.read(path).rowCount
        }?.problem
      }
      for mark in ["", "\u{FEFF}"] {
        let units = Array((mark + lines).utf16)
        #expect(try problem(units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) == .notUTF8, "\(name)")
        #expect(try problem(units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }) == .notUTF8, "\(name)")
      }
      #expect(try problem(Array(rows.map { $0 + "\r" }.joined().utf8)) == .returnsAlone, "\(name)")
    }
    // A separate line may end so, and JSON takes it for a blank.
    #expect(try LabelledData.read(folder.file("x.tsv", "a\tone\r")).rowCount == 1)
    #expect(try SideFile.bytes(of: folder.file("x", "{\r}\r")) == Array("{\r}\r".utf8))
  }

  @Test func whatCannotBeReadIsToldAsSuch() throws {
    let folder = try ScratchFolder()
    #expect(throws: FileError.notFound(path: "none")) { try SideFile.bytes(of: "none") }
    #expect(throws: FileError.isFolder(path: folder.path)) { try SideFile.lines(of: folder.path) }
    #expect(throws: FormatError.self) { try SideFile.bytes(of: folder.file("x.gz", "no gzip")) }
  }
}
