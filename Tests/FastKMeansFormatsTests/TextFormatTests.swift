import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct TSVTests {
  private func read(_ bytes: some Sequence<UInt8>, _ options: ReaderOptions = ReaderOptions()) throws
    -> LabelledData
  {
    let folder = try ScratchFolder()
    return try LabelledData.read(folder.file("x.tsv", bytes), options: options)
  }

  @Test func readsLabelTabText() throws {
    let data = try read("a\tone\ttwo\r\nb\t\n\na\tlast".utf8)
    #expect(try data.texts == ["one\ttwo", "", "last"])
    #expect(data.labels?.rowLabels == ["a", "b", "a"])
  }

  @Test func aByteOrderMarkIsNoPartOfTheLabel() throws {
    #expect(try read([0xEF, 0xBB, 0xBF] + Array("1\tx\n".utf8)).labels?.rowLabels == [1])
  }

  @Test func withoutATabALineIsText() throws {
    let data = try read("just text\n\nmore".utf8, unlabelled())
    #expect(try data.texts == ["just text", "", "more"] && data.labels == nil)
    let error = #expect(throws: FormatError.self) { try read("a\tx\njust text\n".utf8) }
    #expect(error?.place == .line(2) && error?.problem == .missingLabel)
    let empty = #expect(throws: FormatError.self) { try read("a\tx\n\ttext\n".utf8) }
    #expect(empty?.place == .line(2) && empty?.problem == .missingLabel)
  }

  @Test func aFirstRowThatIsTooLongIsRefused() throws {
    var options = ReaderOptions()
    options.maxRecordBytes = 40
    let long = "a\t" + String(repeating: "x", count: 3000)
    for text in [long, long + "\nb\ty\n", "label\ttext" + long] {
      let error = #expect(throws: FormatError.self) { try read(text.utf8, options) }
      #expect(error?.place == .line(1))
      guard case .recordTooLong? = error?.problem else { throw Mismatch(description: "\(error as Any)") }
    }
    options.setsBadRowsAside = true
    #expect(try read((long + "\nb\ty\n").utf8, options).texts == ["y"])
    for header in ["label\ttext\n", "label\ttext\r\n"] {
      #expect(try read((header + "b\ty\n").utf8).texts == ["y"])
    }
    #expect(try read("label\ttext\r\rb\n".utf8).rowCount == 1)
  }

  @Test func foreignBytesStayInTextAndAreRefusedInLabels() throws {
    let data = try read([0x61, 0x09, 0xFF, 0x00, 0xC3, 0x0A])
    #expect(try Array(data.documents[0]) == [0xFF, 0x00, 0xC3])
    let error = #expect(throws: FormatError.self) { try read([0x61, 0x09, 0x62, 0x0A, 0xC3, 0x09, 0x62]) }
    #expect(error?.place == .line(2) && error?.problem == .labelNotUTF8)
  }

  @Test func anEmptyFileIsRefused() throws {
    let folder = try ScratchFolder()
    for format in RowFormat.allCases {
      let error = formatError(try folder.file("empty.\(format)", ""), unlabelled())
      #expect(error?.problem == .empty, "\(format)")
    }
    #expect(formatError(try folder.file("header.csv", "label,text\n"))?.problem == .empty)
    #expect(formatError(try folder.file("comments.svm", "# x\n\n"))?.problem == .empty)
  }

  @Test func aLineOfTwentyMegabytesIsReadWhereThatIsAllowed() throws {
    var bytes = Array("a\tfirst\nb\t".utf8) + [UInt8](repeating: 0x77, count: 20_000_000)
    let length = bytes.count - 10
    bytes += Array("\nc\tlast\n".utf8)
    let folder = try ScratchFolder()
    let path = try folder.file("x.tsv", bytes)
    #expect(formatError(path)?.problem == .recordTooLong(byteCount: length + 2, limit: 16 << 20))
    var options = ReaderOptions()
    options.maxRecordBytes = 32 << 20
    let documents = try LabelledData.read(path, options: options).documents
    #expect(documents.count == 3 && documents[1].count == length && Array(documents[2]) == Array("last".utf8))
  }

  @Test func aMissingFileAndAFolderAreTold() throws {
    let folder = try ScratchFolder()
    let missing = folder.file("none.tsv")
    #expect(throws: FileError.notFound(path: missing)) { try LabelledData.read(missing) }
    #expect(throws: FileError.isFolder(path: folder.path)) {
      try LabelledData.read(folder.path, options: ReaderOptions(format: .tsv))
    }
    #expect(throws: FormatError(path: "x.doc", place: .file, problem: .unknownFormat)) {
      try LabelledData.read("x.doc")
    }
  }

  @Test func endingsTellTheFormat() {
    let endings: [(String, RowFormat?)] = [
      ("a.tsv", .tsv), ("a.TSV.GZ", .tsv), ("a.csv.gz", .csv), ("a.jsonl", .jsonl), ("a.svm.gz", .svmlight),
      ("a.npz", .npz), ("a.npy", .npy), ("a.npy.gz", nil), ("tsv", nil), ("a.txt", nil), ("-", nil),
    ]
    for (path, format) in endings { #expect(RowFormat(path: path) == format, "\(path)") }
  }
}

@Suite struct CSVTests {
  private func read(_ text: String, _ options: ReaderOptions = ReaderOptions()) throws -> LabelledData {
    let folder = try ScratchFolder()
    return try LabelledData.read(folder.file("x.csv", text), options: options)
  }

  @Test func readsQuotesAndLineBreaks() throws {
    let data = try read(
      "id,text,label\r\n1,\"a \"\"b\"\", c\nd\",x\r\n2,plain \"q\",y\r\n\r\n3,\"\",\"x\"\r\n4,\"\"\"\",\"\"\"\""
    )
    #expect(try data.texts == ["a \"b\", c\nd", "plain \"q\"", "", "\""])
    #expect(data.labels?.rowLabels == ["x", "y", "x", "\""])
  }

  @Test func columnsAreNamed() throws {
    var options = ReaderOptions()
    options.textColumn = "body"
    options.labelColumn = "topic, main"
    let data = try read("\"topic, main\",body\n3,hello\n", options)
    #expect(try data.texts == ["hello"] && data.labels?.rowLabels == [3])
    let error = #expect(throws: FormatError.self) { try read("topic,body\n3,hello\n") }
    #expect(error?.problem == .missingColumn(name: "text", found: ["topic", "body"]))
    let strange = #expect(throws: FormatError.self) { try read("\"to\npic\u{7}\",body\n3,hello\n") }
    #expect(
      strange?.description.hasSuffix("line 1: no column 'text'; the header has 'to pic ', 'body'") == true)
    #expect(
      #expect(throws: FormatError.self) { try read("label,Text\n3,hello\n") }?.description
        .contains("did you mean 'Text'?") == true)
    let twice = #expect(throws: FormatError.self) { try read("label,text,text\n3,,hello\n") }
    #expect(twice?.problem == .duplicateName("text"))
    #expect(try read("text\nhello\n", unlabelled()).labels == nil)
    #expect(throws: FormatError.self) { try read("text\nhello\n") }
  }

  @Test(arguments: [
    ("label,text\na,b\nc,\"d\ne\n", 3, FormatError.Problem.unterminatedQuote),
    ("label,text\n\"a\n\",b\nc,\"d\n", 4, .unterminatedQuote),
    ("label,text\n\"a\n\",b\nc\n", 4, .fieldCount(expected: 2, found: 1)),
    ("label,text\na,b,c\n", 2, .fieldCount(expected: 2, found: 3)),
    ("label,text\na,\"b\"c\n", 2, .textAfterQuote),
    ("label,text\n,b\n", 2, .missingLabel),
    ("label,\"text\n", 1, .unterminatedQuote),
  ])
  func refusesABadRecordByItsLine(_ text: String, _ line: Int, _ problem: FormatError.Problem) throws {
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.place == .line(line) && error?.problem == problem)
  }

  @Test(arguments: 0..<30) func agreesWithThePlainReader(_ seed: UInt64) throws {
    var random = CounterRandom(seed: seed)
    var text = "text,label\n"
    for _ in 0..<200 {
      let field = RandomRows.text(maxLength: 12, extra: ["\n", "\r\n", "\"\""], &random)
      text += "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      text += "\"," + "l\(random.nextIndex(below: 5))" + (random.nextIndex(below: 2) == 0 ? "\r\n" : "\n")
    }
    let expected = PlainCSV.records(Array(text.utf8)).dropFirst()
    let data = try read(text)
    let documents = try data.documents
    #expect((0..<documents.count).map { Array(documents[$0]) } == expected.map { $0[0] }, "seed \(seed)")
    #expect(
      data.labels?.rowLabels == expected.map { .text(String(decoding: $0[1], as: UTF8.self)) }, "seed \(seed)"
    )
  }
}

@Suite struct JSONLinesTests {
  private func read(_ text: String, _ options: ReaderOptions = ReaderOptions()) throws -> LabelledData {
    let folder = try ScratchFolder()
    return try LabelledData.read(folder.file("x.jsonl", text), options: options)
  }

  @Test func readsPlainAndUnusualObjectsAlike() throws {
    let data = try read(
      """
      {"text":"a","label":"x"}
      { "label" : "y" , "more" : {"text": ["no"]}, "text" : "b\\n\\u00fc \\ud83d\\ude00" }\r

      {"text":"c\\"","label":"x","n":1.5e3,"t":true,"z":null}
      """)
    #expect(try data.texts == ["a", "b\nü 😀", "c\""])
    #expect(data.labels?.rowLabels == ["x", "y", "x"])
  }

  @Test func aLabelKeepsItsType() throws {
    #expect(
      try read("{\"text\":\"\",\"label\":7}\n{\"text\":\"\",\"label\":-8}").labels?.rowLabels == [7, -8])
    #expect(try read("{\"text\":\"\",\"label\":\"7\"}").labels?.rowLabels == ["7"])
    #expect(try read("{\"text\":\"\\n\",\"label\":\"7\"}").labels?.rowLabels == ["7"])
    #expect(
      try read("{\"text\":\"\",\"label\":7}\n{\"text\":\"\",\"label\":\"x\"}").labels?.rowLabels == [
        "7", "x",
      ])
    #expect(throws: InputError.self) { try read("{\"text\":\"\",\"label\":7.5}") }
    #expect(try read("{\"text\":\"a\",\"label\":null}\n{\"text\":\"b\"}", unlabelled()).labels == nil)
  }

  @Test(arguments: [
    "{\"text\":\"a\",\"label\":\"x\"", "[1]", "nonsense", "{\"text\":1,\"label\":\"x\"}", "{\"label\":\"x\"}",
    "{\"text\":\"a\",\"label\":true}", "{\"text\":\"a\",\"label\":[1]}", "{\"text\":\"a\"}",
    "{\"text\":\"a\",\"label\":null}", "{\"text\":\"a\",\"label\":\"x\"} x", "{}",
    "{\"text\":\"a\tb\",\"label\":1}",
    "{\"text\":\"\\ud83d\",\"label\":\"x\"", "{\"text\":\"a\",\"label\":01}",
  ])
  func refusesABadObjectByItsLine(_ line: String) throws {
    let error = #expect(throws: FormatError.self) { try read("{\"text\":\"a\",\"label\":\"x\"}\n\(line)\n") }
    #expect(error?.place == .line(2))
    #expect(error?.description.contains("\n") == false)
  }

  @Test func theMissingFieldIsNamedWithThoseThatAreThere() throws {
    let error = #expect(throws: FormatError.self) { try read("{\"body\":\"a\",\"label\":\"x\"}") }
    #expect(
      error?.problem == .badField(name: "text", expected: "a string", found: "only the fields body, label"))
  }

  @Test func deepNestingIsRefusedOrSkipped() throws {
    let nested = String(repeating: "[", count: 100_000)
    let error = #expect(throws: FormatError.self) { try read("{\"n\":\(nested)}") }
    #expect(error?.place == .line(1))
  }

  @Test func foreignBytesDoNotStopIt() throws {
    let folder = try ScratchFolder()
    let start = Array("{\"text\":\"a".utf8)
    let end = Array("\",\"label\":\"x\"}\n".utf8)
    let data = try LabelledData.read(
      folder.file("x.jsonl", start + [0xFF] + end + start + [0xFF, 0x5C, 0x6E] + end))
    #expect(try Array(data.documents[0]) == [0x61, 0xFF])
    #expect(try data.texts[1] == "a\u{FFFD}\n")
  }
}
