import FastKMeansCore
import FastKMeansTestSupport
import Foundation
import Testing

@testable import FastKMeansFormats

@Suite struct RowReaderTests {
  static let samples: [(name: String, text: String)] = [
    ("x.tsv", (0..<500).map { "l\($0 % 7)\ttext \($0)\r\n" }.joined()),
    (
      "x.csv", "label,text\n" + (0..<500).map { "l\($0 % 7),\"text\n\($0), \"\"q\"\"\"\n" }.joined()
    ),
    ("x.jsonl", (0..<500).map { "{\"text\":\"t\\n\($0)\",\"label\":\($0 % 7)}\n" }.joined()),
    ("x.svm", (0..<500).map { "\($0 % 7) \($0 % 3 + 1):1.5 9:\($0)\n# comment\n" }.joined()),
  ]

  @Test(arguments: samples.indices) func batchesAreTheWholeAndResumable(_ index: Int) throws {
    let folder = try ScratchFolder()
    let sample = Self.samples[index]
    var options = ReaderOptions()
    options.featureCount = 20
    options.zeroBased = .false
    let path = try folder.file(sample.name, sample.text)
    let whole = try LabelledData.read(path, options: options)
    try RowWriter.write(
      whole, to: folder.file("copy.\(sample.name).gz"), format: RowFormat(path: path))
    for path in [path, folder.file("copy.\(sample.name).gz")] {
      let expected = try LabelledData.read(path, options: options)
      var position = ReaderPosition()
      var batches: [LabelledData] = []
      // A new reader for each batch: nothing but the position is carried over.
      while let batch = try next(path, options, &position) { batches.append(batch.data) }
      #expect(batches.count >= 8 && batches.count <= 9)
      #expect(batches.flatMap { $0.labels?.rowLabels ?? [] } == expected.labels?.rowLabels)
      #expect(try batches.flatMap(rows) == rows(expected))
      #expect(position.row == 500)
    }
  }

  private func next(_ path: String, _ options: ReaderOptions, _ position: inout ReaderPosition)
    throws
    -> RowBatch?
  {
    let format = RowFormat(path: path.replacingOccurrences(of: "copy.", with: ""))
    var options = options
    options.format = format
    let reader = try RowReader(path: path, options: options, from: position)
    defer { position = reader.position }
    return try reader.next(maxRows: 64)
  }

  private func rows(_ data: LabelledData) throws -> [String] {
    if case .text = data { return try data.texts }
    let matrix = try data.sparse
    return (0..<matrix.rowCount).map { row in
      let range = matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1]
      return "\(matrix.columns[range]) \(matrix.values[range])"
    }
  }

  @Test func aBatchEndsWhereItsBytesDo() throws {
    let folder = try ScratchFolder()
    let reader = try RowReader(path: folder.file("x.tsv", Self.samples[0].text))
    let batch = try #require(try reader.next(maxBytes: 100))
    #expect(reader.position.byte >= 100 && reader.position.byte < 116)
    #expect(
      batch.data.rowCount == reader.position.row && reader.position.line == reader.position.row)
  }

  @Test func badRowsAreSetAsideWithTheirReason() throws {
    let folder = try ScratchFolder()
    var options = ReaderOptions()
    options.setsBadRowsAside = true
    let files = [
      ("x.tsv", "a\tone\nbad\r\nb\ttwo\n", "bad", 2), ("x.svm", "1 1:1\n2 x\n3 1:2\n", "2 x", 2),
      ("x.jsonl", "{\"text\":\"\",\"label\":1}\n{\n{\"text\":\"\",\"label\":2}\n", "{", 2),
      ("x.csv", "label,text\na,b\n\"c\nd\"\na,b\n", "\"c\nd\"\n", 3),
    ]
    for (name, text, row, line) in files {
      let reader = try RowReader(path: folder.file(name, text), options: options)
      let batch = try #require(try reader.next())
      #expect(batch.data.rowCount == 2 && batch.data.labels?.count == 2, "\(name)")
      #expect(batch.rejected.map { String(decoding: $0.bytes, as: UTF8.self) } == [row], "\(name)")
      #expect(batch.rejected.first?.reason.place == .line(line), "\(name)")
      #expect(reader.position.row == 3)
    }
  }

  @Test func laterBatchesKeepTheTypeThatWasAskedForAndTexts() throws {
    let folder = try ScratchFolder()
    let rows = try folder.file("x.tsv", "1\ta\n2\tb\nx\tc\n")
    let open = try RowReader(path: rows)
    #expect(try open.next(maxRows: 2)?.data.labels?.rowLabels == [1, 2])
    #expect(try open.next(maxRows: 2)?.data.labels?.rowLabels == ["x"])
    var options = ReaderOptions()
    options.labelKind = .integer
    let reader = try RowReader(path: rows, options: options)
    #expect(try reader.next(maxRows: 2)?.data.labels?.rowLabels == [1, 2])
    let error = #expect(throws: FormatError.self) { try reader.next(maxRows: 2) }
    #expect(error?.place == .line(3) && error?.problem == .labelNotInteger(found: "x"))
    let texts = try RowReader(path: folder.file("y.tsv", "x\ta\n2\tb\n"))
    #expect(try texts.next(maxRows: 1)?.data.labels?.rowLabels == ["x"])
    #expect(try texts.next(maxRows: 1)?.data.labels?.rowLabels == ["2"])
    #expect(try texts.next(maxRows: 1) == nil)
  }

  @Test func aPipeGivesItsRowsAsTheyCome() throws {
    let folder = try ScratchFolder()
    let path = folder.file("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    let writer = Thread {
      guard let file = FileHandle(forWritingAtPath: path) else { return }
      file.write(Data("a\tone\nb\ttw".utf8))
      file.write(Data("o\n".utf8))
      // Held open: the reader must not wait for the end to give the first two rows.
      while !FileManager.default.fileExists(atPath: path + ".seen") { usleep(1000) }
      file.write(Data("c\tthree".utf8))
      try? file.close()
    }
    writer.start()
    let reader = try RowReader(path: path, options: ReaderOptions(format: .tsv))
    #expect(try reader.next(maxRows: 2)?.data.texts == ["one", "two"])
    _ = try folder.file("pipe.seen", "")
    #expect(try reader.next(maxRows: 2)?.data.texts == ["three"])
    #expect(try reader.next(maxRows: 2) == nil)
  }

  @Test(arguments: ["a\tone\nb\ttwo\n", "\u{FEFF}a\tone\nb\ttwo\n", "\u{FEFF}"])
  func aByteOrderMarkMayComeInParts(_ text: String) throws {
    let folder = try ScratchFolder()
    let options = ReaderOptions(format: .tsv)
    let reader = try RowReader(
      DrippingSource(Array(text.utf8)), name: "drips", format: .tsv, options: options)
    let file = try RowReader(path: folder.file("x", text), options: options)
    #expect(try reader.next() == file.next())
    #expect(reader.position == file.position || text.utf8.count == 3)
  }
}

/// Gives one byte at a time.
private final class DrippingSource: ByteSource {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let byte = bytes.popFirst() else { return 0 }
    buffer[0] = byte
    return 1
  }
}
