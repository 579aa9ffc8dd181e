import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Foundation
import Testing

@testable import FastKMeansStreams

@Suite("Sources")
struct SourceTests {
  private let folder: Folder
  private let stop = StopSignal()

  init() throws { folder = try Folder() }

  private func limits(_ rows: Int, bytes: Int = .max, delay: Double = 0.05) -> BatchLimits {
    BatchLimits(maxRows: rows, maxBytes: bytes, maxDelay: delay)
  }

  private func options(_ edit: (inout ReaderOptions) -> Void = { _ in }) -> ReaderOptions {
    var options = ReaderOptions()
    options.maxRecordBytes = 1000
    edit(&options)
    return options
  }

  /// The texts or the number of rows of each batch up to the end.
  private func all(_ source: any RowSource, _ limits: BatchLimits) throws -> [RowBatch] {
    var batches: [RowBatch] = []
    while true {
      switch try source.next(limits, waiting: 0.2, stop: stop) {
      case .rows(let batch): batches.append(batch)
      case .end, .nothing, .saveFirst: return batches
      }
    }
  }

  private func texts(_ batch: RowBatch) -> [String] {
    guard case .text(let documents, _) = batch.data else { return [] }
    return (0..<documents.count).map { documents.text(at: $0) }
  }

  static let formats: [(RowFormat, String)] = [
    (.tsv, "a\tone\nb\ttwo\n\na\tthree\nno label\nb\tfour\na\tfive\n"),
    (.jsonl, #"{"label":"a","text":"one"}"# + "\n{}\n" + #"{"label":"b","text":"two"}"# + "\n"),
    (.csv, "label,text\na,one\nb,\"two\nlines\"\na\na,three\n"),
    (.svmlight, "1 1:2 3:4\n# nothing\n2 2:1\nx y\n1 5:1\n"),
  ]

  @Test(arguments: formats) func fileGivesTheSameRowsFromAnyPosition(_ format: RowFormat, _ text: String)
    throws
  {
    try folder.write(text, to: "rows")
    for rows in 1...3 {
      let first = try FileRowSource(path: folder.path("rows"), format: format, options: options())
      first.expect(RowExpectation(featureCount: 5))
      var steps: [(batch: RowBatch, position: SourcePosition)] = []
      while case .rows(let batch) = try first.next(limits(rows), waiting: 0, stop: stop) {
        steps.append((batch, first.position))
      }
      #expect(!steps.isEmpty)
      for start in 0...steps.count {
        let again = try FileRowSource(path: folder.path("rows"), format: format, options: options())
        again.expect(RowExpectation(featureCount: 5))
        try again.seek(to: start == 0 ? .beginning : steps[start - 1].position)
        for step in steps[start...] {
          let batch = try again.reread(to: step.position)
          #expect(batch == step.batch)
          #expect(again.position == step.position)
        }
        #expect(try again.next(limits(rows), waiting: 0, stop: stop) == .end)
      }
    }
  }

  @Test(arguments: formats) func pipeGivesTheRowsOfTheFile(_ format: RowFormat, _ text: String) throws {
    try folder.write(text, to: "rows")
    let file = try FileRowSource(path: folder.path("rows"), format: format, options: options())
    let expected = try all(file, limits(100))
    for piece in [1, 2, 3, 7, 100] {
      let source = try pipe(format) { handle in
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
          try handle.write(contentsOf: Data(bytes[start..<min(bytes.count, start + piece)]))
        }
      }
      let found = try all(source, limits(100, delay: 5))
      #expect(found.map(\.data) == expected.map(\.data), "in pieces of \(piece)")
      #expect(found.map { $0.rejected.map(\.bytes) } == expected.map { $0.rejected.map(\.bytes) })
    }
  }

  /// A named pipe that a thread writes into.
  private func pipe(
    _ format: RowFormat, _ edit: (inout ReaderOptions) -> Void = { _ in },
    _ write: @escaping @Sendable (FileHandle) throws -> Void
  ) throws -> PipeRowSource {
    let path = folder.path("pipe-\(UUID().uuidString)")
    #expect(mkfifo(path, 0o600) == 0)
    let url = URL(fileURLWithPath: path)
    Thread.detachNewThread {
      guard let handle = try? FileHandle(forWritingTo: url) else { return }
      try? write(handle)
      try? handle.close()
    }
    return try PipeRowSource(path: path, format: format, options: options(edit))
  }

  @Test func halfALineAtThePipesEndIsRejected() throws {
    let source = try pipe(.tsv) { try $0.write(contentsOf: Data("a\tone\nb\ttw".utf8)) }
    let batches = try all(source, limits(10, delay: 5))
    #expect(batches.flatMap(texts) == ["one"])
    let rejected = try #require(batches.flatMap(\.rejected).first)
    #expect(rejected.reason.problem == .unfinishedLine)
    #expect(rejected.reason.place == .line(2))
    #expect(rejected.bytes == Array("b\ttw".utf8))
  }

  @Test func lastLineOfAFileNeedsNoBreak() throws {
    try folder.write("a\tone\nb\ttwo", to: "rows")
    let source = try FileRowSource(path: folder.path("rows"), format: .tsv, options: options())
    #expect(try all(source, limits(10)).flatMap(texts) == ["one", "two"])
  }

  @Test func aRecordThatIsTooLongIsRejectedAndForgotten() throws {
    let long = String(repeating: "x", count: 3_000_000)
    for format in [RowFormat.tsv, .jsonl, .csv] {
      let rows = ["one", long, "two"].map {
        switch format {
        case .tsv: "a\t\($0)\n"
        case .csv: "a,\($0)\n"
        default: #"{"label":"a","text":"\#($0)"}"# + "\n"
        }
      }
      try folder.write((format == .csv ? "label,text\n" : "") + rows.joined(), to: "rows")
      let source = try FileRowSource(path: folder.path("rows"), format: format, options: options())
      let batches = try all(source, limits(10))
      #expect(batches.flatMap(texts) == ["one", "two"], "\(format)")
      let rejected = try #require(batches.flatMap(\.rejected).first)
      #expect(rejected.reason.problem == .recordTooLong(byteCount: rows[1].utf8.count - 1, limit: 1000))
      #expect(rejected.bytes.count <= 1024)
    }
  }

  @Test func aBatchEndsWhenItHasBytesEnough() throws {
    try folder.write((0..<100).map { "a\tdocument \($0)\n" }.joined(), to: "rows")
    let source = try FileRowSource(path: folder.path("rows"), format: .tsv, options: options())
    let batches = try all(source, limits(1000, bytes: 64))
    #expect(batches.count > 15)
    #expect(batches.allSatisfy { $0.data.rowCount <= 5 })
    #expect(batches.reduce(0) { $0 + $1.data.rowCount } == 100)
  }

  @Test func aSlowPipeIsLearnedAfterTheDelay() throws {
    let source = try pipe(.tsv) { handle in
      try handle.write(contentsOf: Data("a\tone\nb\ttwo\na\tthr".utf8))
      Thread.sleep(forTimeInterval: 1.5)
      try handle.write(contentsOf: Data("ee\n".utf8))
    }
    var batches: [RowBatch] = []
    var event = SourceEvent.nothing
    while event != .end {
      event = try source.next(limits(100), waiting: 0.1, stop: stop)
      if case .rows(let batch) = event { batches.append(batch) }
    }
    #expect(batches.map { texts($0) } == [["one", "two"], ["three"]])
  }

  @Test func aStopLeavesAFileWhereItIsAndEmptiesAPipe() throws {
    let source = try pipe(.tsv) { handle in
      try handle.write(contentsOf: Data("a\tone\n".utf8))
      Thread.sleep(forTimeInterval: 2)
    }
    var first = SourceEvent.nothing
    // The writer's thread may need a moment.
    for _ in 0..<50 where first == .nothing { first = try source.next(limits(1), waiting: 0.1, stop: stop) }
    #expect(first != .nothing)
    stop.request()
    #expect(try source.next(limits(5), waiting: 9, stop: stop) == .nothing)
    try folder.write("a\tone\n", to: "rows")
    let file = try FileRowSource(path: folder.path("rows"), format: .tsv, options: options())
    let before = file.position
    #expect(try file.next(limits(5), waiting: 9, stop: stop) == .nothing)
    #expect(file.position == before)
  }

  @Test func aLabelOfAnotherTypeIsRejected() throws {
    try folder.write("1\tone\n2\ttwo\nspam\tthree\n3\tfour\n", to: "rows")
    let source = try FileRowSource(path: folder.path("rows"), format: .tsv, options: options())
    source.expect(RowExpectation(labelKind: .integer))
    let batches = try all(source, limits(10))
    #expect(batches.flatMap(texts) == ["one", "two", "four"])
    #expect(batches.flatMap(\.rejected).map(\.reason.problem) == [.labelNotInteger(found: "spam")])
    try folder.write(#"{"label":1,"text":"one"}"# + "\n" + #"{"label":"2","text":"two"}"# + "\n", to: "rows")
    let json = try FileRowSource(path: folder.path("rows"), format: .jsonl, options: options())
    json.expect(RowExpectation(labelKind: .integer))
    let found = try all(json, limits(10))
    #expect(found.flatMap(texts) == ["one"])
    #expect(found.flatMap(\.rejected).count == 1)
  }

  @Test func aFeatureBeyondTheModelsIsRejected() throws {
    try folder.write("1 1:1 3:2\n2 2:1\n1 4:1\n2 3:1\n", to: "rows")
    let source = try FileRowSource(path: folder.path("rows"), format: .svmlight, options: options())
    guard case .rows(let first) = try source.next(limits(2), waiting: 0, stop: stop) else {
      Issue.record("no rows")
      return
    }
    #expect(first.data.rowCount == 2)
    source.expect(RowExpectation(featureCount: 3, zeroBased: source.zeroBased))
    guard case .rows(let second) = try source.next(limits(9), waiting: 0, stop: stop) else {
      Issue.record("no rows")
      return
    }
    #expect(second.data.rowCount == 1)
    #expect(second.rejected.map(\.reason.place) == [.line(3)])
  }

  @Test func refusesAFileThatIsAnotherOrShorter() throws {
    try folder.write("a\tone\nb\ttwo\n", to: "rows")
    let source = try FileRowSource(path: folder.path("rows"), format: .tsv, options: options())
    _ = try all(source, limits(10))
    let end = source.position
    for text in ["a\tother\nb\ttwo\n", "a\tone\n", ""] {
      try folder.write(text, to: "rows")
      let again = try FileRowSource(path: folder.path("rows"), format: .tsv, options: options())
      #expect(throws: StreamError.self, "\(text)") { try again.seek(to: end) }
    }
    try folder.write("a\tone\nb\ttwo\na\tthree\n", to: "rows")
    let grown = try FileRowSource(path: folder.path("rows"), format: .tsv, options: options())
    try grown.seek(to: end)
    #expect(try all(grown, limits(10)).flatMap(texts) == ["three"])
  }

  @Test func compressedFilesAndArraysGoOnToo() throws {
    let rows = folder.path("rows.tsv.gz")
    let labels = LabelColumn((0..<30).map { _ in "a" })
    try RowWriter.write(
      .text(UTF8Documents((0..<30).map { "text \($0)" }), labels: labels), to: rows, format: .tsv)
    let source = try FileRowSource(path: rows, format: .tsv, options: options())
    _ = try source.next(limits(20), waiting: 0, stop: stop)
    let again = try FileRowSource(path: rows, format: .tsv, options: options())
    try again.seek(to: source.position)
    #expect(try all(again, limits(100)).flatMap(texts) == (20..<30).map { "text \($0)" })
  }

  @Test func aFollowedFileGivesWhatIsAdded() throws {
    try folder.write("a\tone\nb\ttwo\na\thal", to: "rows")
    var notes: [String] = []
    let source = try FollowedRowSource(path: folder.path("rows"), format: .tsv, options: options()) {
      notes.append($0)
    }
    #expect(try all(source, limits(10)).flatMap(texts) == ["one", "two"])
    try folder.append("f\nb\tlast\n", to: "rows")
    #expect(try all(source, limits(10)).flatMap(texts) == ["half", "last"])
    #expect(notes.isEmpty)
    let again = try FollowedRowSource(path: folder.path("rows"), format: .tsv, options: options()) { _ in }
    try again.seek(to: source.position)
    try folder.append("c\tmore\n", to: "rows")
    #expect(try all(again, limits(10)).flatMap(texts) == ["more"])
  }

  @Test func aFollowedFileThatIsReplacedOrCutIsReadFromItsStart() throws {
    try folder.write("a\tone\n", to: "rows")
    var notes: [String] = []
    let source = try FollowedRowSource(path: folder.path("rows"), format: .tsv, options: options()) {
      notes.append($0)
    }
    #expect(try all(source, limits(10)).flatMap(texts) == ["one"])
    try FileManager.default.moveItem(atPath: folder.path("rows"), toPath: folder.path("rows.1"))
    try folder.append("b\tlate\n", to: "rows.1")
    try folder.write("c\tnew\n", to: "rows")
    #expect(try all(source, limits(10)).flatMap(texts) == ["late", "new"])
    #expect(notes.contains { $0.contains("another file now") })
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("rows")))
    try handle.truncate(atOffset: 0)
    try handle.close()
    #expect(try all(source, limits(10)).isEmpty)
    #expect(notes.contains { $0.contains("shorter") })
    try folder.append("d\tagain\n", to: "rows")
    #expect(try all(source, limits(10)).flatMap(texts) == ["again"])
  }

  @Test func aStreamOpensAFileByItsName() throws {
    try folder.write("a\tred iron\nb\tblue gold\n", to: "rows.tsv")
    var options = StreamOptions(modelPath: folder.path("model.safetensors"))
    options.text = TextOptions()
    var documents = 0
    try StreamRunner(options, input: folder.path("rows.tsv")) { _ in }.run(stop: stop) {
      documents += $0.documents
    }
    #expect(documents == 2)
    #expect(throws: FormatError.self) { try StreamRunner(options, input: folder.path("rows")) { _ in } }
  }

  @Test func whatCannotBeStreamedIsRefused() throws {
    try folder.write("a\tone\n", to: "rows.npz")
    #expect(throws: FormatError.self) {
      try FollowedRowSource(path: folder.path("rows.npz"), format: .npz, options: options()) { _ in }
    }
    #expect(throws: FileError.notFound(path: "none")) { try FileRowSource.canRead("none") }
    #expect(throws: FileError.isFolder(path: folder.url.path)) {
      try FileRowSource.canRead(folder.url.path)
    }
    #expect(throws: FormatError.self) {
      try pipe(.npy) { _ in }
    }
    let zipped = try pipe(.tsv) { try $0.write(contentsOf: Data([0x1F, 0x8B, 8, 0])) }
    #expect(throws: FormatError.self) { try all(zipped, limits(4, delay: 5)) }
  }
}
