import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct HeaderTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func read(_ name: String, _ text: String, _ edit: (inout ReaderOptions) -> Void = { _ in }) throws
    -> LabelledData
  {
    var options = ReaderOptions()
    edit(&options)
    return try LabelledData.read(folder.file(name, text), options: options)
  }

  @Test func blankLinesBeforeAHeaderAreSkipped() throws {
    let data = try read("x.csv", "\n\r\nlabel,text\na,one\n")
    #expect(try data.texts == ["one"])
    let error = formatError(try folder.file("y.csv", "\n\nlabel,txt\na,one\n"))
    #expect(error?.place == .line(3) && error?.description.contains("did you mean 'txt'?") == true)
    #expect(formatError(try folder.file("z.csv", "\n\nlabel,text\na\n"))?.place == .line(4))
    #expect(formatError(try folder.file("e.csv", "\n\n"))?.problem == .empty)
  }

  @Test(arguments: [UInt8(ascii: ";"), UInt8(ascii: "|"), 0x09]) func anyLetterPartsFields(_ letter: UInt8)
    throws
  {
    let part = String(UnicodeScalar(letter))
    let text = "label\(part)text\na\(part)\"one\(part)two\"\nb\(part)x, y\n"
    #expect(try read("x.csv", text) { $0.delimiter = letter }.texts == ["one\(part)two", "x, y"])
    #expect(formatError(try folder.file("x.csv", text))?.description.contains("--delimiter") == true)
    #expect(try read("x.csv", "sep=\(part)\r\n" + text).texts == ["one\(part)two", "x, y"])
  }

  @Test func aTSVHeaderSaysWhichColumnIsWhich() throws {
    let text = "id\ttext\tlabel\n1\t\"one\ta\n2\ttwo\tb\n"
    let data = try read("x.tsv", text) { $0.hasHeader = true }
    #expect(try data.texts == ["\"one", "two"] && data.labels?.rowLabels == ["a", "b"])
    #expect(try read("x.tsv", "label\ttext\r\na\tone\n").labels?.rowLabels == ["a"])
    #expect(try read("x.tsv", "text\tlabel\na\tone\n").labels?.rowLabels == ["text", "a"])
    #expect(try read("x.tsv", "a\tone\nlabel\ttext\n").labels?.rowLabels == ["a", "label"])
  }

  /// Read in two parts, from wherever the first one stopped.
  @Test func aReaderGoesOnBehindAHeader() throws {
    for (name, text) in [
      ("x.tsv", "label\ttext\na\tone\nb\ttwo\nc\tthree\n"),
      ("x.csv", "\nlabel,text\na,one\nb,two\nc,three\n"),
      ("y.tsv", "text\tlabel\none\ta\ntwo\tb\nthree\tc\n"),
    ] {
      var options = ReaderOptions()
      options.hasHeader = name == "y.tsv"
      let path = try folder.file(name, text)
      let first = try RowReader(path: path, options: options)
      #expect(try first.next(maxRows: 1)?.data.texts == ["one"], "\(name)")
      let second = try RowReader(path: path, options: options, from: first.position)
      #expect(try second.next()?.data.texts == ["two", "three"], "\(name)")
      #expect(second.position.line == text.split(separator: "\n", omittingEmptySubsequences: false).count - 1)
    }
  }

  @Test func theRestOfALineThatWasTheLastIsNoRow() throws {
    var options = ReaderOptions()
    options.setsBadRowsAside = true
    let ends: [(more: String, rejected: [String])] = [
      ("tor\nb\ttwo\n", ["tor\n"]), ("\nb\ttwo\n", []), ("\r\nb\ttwo", []),
    ]
    for (more, rejected) in ends {
      let path = try folder.file("x.tsv", "a\tone\na\tmoni")
      let first = try RowReader(path: path, options: options)
      #expect(try first.next()?.data.texts == ["one", "moni"])
      _ = try folder.file("x.tsv", "a\tone\na\tmoni" + more)
      let second = try RowReader(path: path, options: options, from: first.position)
      let batch = try #require(try second.next())
      #expect(try batch.data.texts == ["two"])
      #expect(batch.rejected.map { String(decoding: $0.bytes, as: UTF8.self) } == rejected)
      #expect(
        batch.rejected.allSatisfy { $0.reason.problem == .continuedLine && $0.reason.place == .line(2) })
      #expect(second.position.line == 3)
    }
  }

  @Test func halfASurrogatePairIsRepairedInATextAndRefusedInALabel() throws {
    let half = #"{"label":"a","text":"x\ud83d y\ude00\ud83d\u0041"}"# + "\n"
    let documents = try read("x.jsonl", half).documents
    #expect(
      Array(documents[0]) == Array("x".utf8) + [0xFF] + Array(" y".utf8) + [0xFF, 0xFF] + Array("A".utf8))
    for label in [#"\ud83d"#, #"x\n\udc00"#] {
      let path = try folder.file("y.jsonl", #"{"label":"\#(label)","text":""}"#)
      #expect(formatError(path)?.problem == .labelNotUTF8)
    }
    #expect(throws: JSONError.self) { try JSON.parse(Array(#""\ud83d""#.utf8)) }
  }

  @Test(arguments: [
    ("[{\"label\":1,\"text\":\"\"}]\n", "a JSON array"), ("[\n{}\n]\n", "a JSON array"),
    ("{\n  \"label\": 1\n}\n", "goes on in the next line"), ("{\"label\": 1,\n\"text\": \"\"}", "goes on"),
    ("{\"label\": 1", "at byte"),
  ])
  func jsonThatIsNoLinesIsNamed(_ text: String, _ words: String) throws {
    #expect(formatError(try folder.file("x.jsonl", text))?.description.contains(words) == true)
  }
}
