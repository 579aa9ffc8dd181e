import Foundation

@testable import FastKMeansCore
@testable import FastKMeansFormats
@testable import FastKMeansStreams
@testable import FastKMeansText

extension Target {
  /// Inputs to begin with, made by the writers of this repository.
  func seeds() throws -> [[UInt8]] {
    switch self {
    case .model:
      try [Self.textModel(), Self.columnModel(), Self.vectorModel()].map { try ModelFile.bytes(of: $0) }
    case .checkpoint: [try Self.checkpoint()]
    case .log: [try Self.log()]
    case .json: [Array(#"{"a":[1,-2.5e3,true,null,"ü\u00fc\n"],"b":{}}"#.utf8)]
    case .tsv: [Array("\0ham\tone two\r\nspam\tthree\n".utf8)]
    case .csv: [Array("\0label,text\r\nham,\"one \"\"two\"\"\nthree\"\r\nspam,four\n".utf8)]
    case .jsonl:
      [
        Array(
          "\0{\"label\":\"ham\",\"text\":\"one \\u00fc\",\"n\":[1]}\n{\"label\":7,\"text\":\"two\"}\n".utf8)
      ]
    case .columns:
      [
        Array("\0n,label,t,c\n1.5,ham,one two,x\n,spam,three,\n-2e3,ham,\"a, b\",ü\n".utf8),
        Array(
          "\u{10}{\"label\":\"ham\",\"t\":\"one\",\"c\":7,\"n\":1e2}\n{\"label\":\"x\",\"t\":null,\"c\":true,\"n\":\"3\"}\n"
            .utf8),
      ]
    case .svmlight: [Array("\01 1:0.5 22:-1.25e-3 # c\n2 3:12345678.123456789 400:1\n".utf8)]
    case .npy: [[0] + (try Self.fixture("dense-little-f4.npy")), [128] + (try Self.fixture("labels-i4.npy"))]
    case .npz: try ["sparse-compressed.npz", "sparse-stored.npz"].map { [0] + (try Self.fixture($0)) }
    case .compressed:
      try [Self.gzip("ham\tone two\nspam\tthree\n")].map { [0] + $0 }
        + ["bz2", "zst", "xz"].map { [0] + (try Self.fixture("short.tsv.\($0)")) }
    case .labels: [Array("ham\n007\n-1\n".utf8)]
    case .options:
      [
        Array("\0{\"k_init\": 3, \"k_list\": {\"ham\": 2}, \"distance\": \"auto\", \"ngrams\": [1, 2]}".utf8),
        Array("\u{1}The\r\ndon't\nNew York\n".utf8),
      ]
    case .text: [Array("\0the goal in the match\nStraße ünïcode\n".utf8)]
    }
  }

  private static let texts = UTF8Documents([
    "a goal in the match", "the cup final", "bank rates and shares", "the bank lent money",
  ])

  private static var training: TrainingOptions {
    var options = TrainingOptions()
    options.prototypesPerClass = 2
    options.maxEpochs = 3
    options.refinement = .count(1)
    options.threadCount = 1
    return options
  }

  private static func textModel() throws -> ModelContents { try model(of: texts, TextOptions()) }

  private static func columnModel() throws -> ModelContents {
    var options = TextOptions()
    options.columns = Reader.columns
    let rows = (0..<texts.count).map { "\(texts.text(at: $0))\u{1F}c\($0 % 2)\u{1F}\($0)" }
    return try model(of: UTF8Documents(rows), options)
  }

  private static func model(of documents: UTF8Documents, _ options: TextOptions) throws -> ModelContents {
    let fitted = try TFIDFVectorizer.fitTransform(documents, options: options, workers: 1)
    var classifier = try FastKMeansClassifier<Label>(training)
    try classifier.fit(.sparse(fitted.rows), labels: LabelColumn(["sport", "sport", "money", "money"]))
    return try ModelContents(model: classifier.model, vectorizer: fitted.vectorizer)
  }

  private static func vectorModel() throws -> ModelContents {
    var options = training
    options.distance = .euclidean
    let rows = try DenseMatrix(rowCount: 8, columnCount: 3, values: (0..<24).map { Float($0 * 7 % 11) })
    var classifier = try FastKMeansClassifier<Label>(options)
    try classifier.fit(.dense(rows), labels: LabelColumn([1, 2, 1, 2, 1, 2, 1, 2]))
    return try ModelContents(model: classifier.model)
  }

  private static func checkpoint() throws -> [UInt8] {
    var state = StreamState(
      classifier: try FastKMeansClassifier<Label>(training), textOptions: TextOptions(),
      drift: try DriftMonitor())
    state.counts.vocabularyDocuments = 3
    for batch in Reader.batches { _ = try state.learn(batch) }
    state.waiting = [Reader.batches[0]]
    var positions = PositionTable()
    positions["file:a"] = FilePosition(reader: ReaderPosition(byte: 5, line: 2, row: 2)).position
    let checkpoint = Checkpoint(
      stream: Sealing.stream, sequence: 2, state: state, positions: positions, rejectsPath: "r",
      rejectsByteCount: 7)
    let folder = NSTemporaryDirectory() + "fastkmeans-seed-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try checkpoint.write(in: folder, SystemFiles())
    return Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(Checkpoint.name(2))")))
  }

  private static func log() throws -> [UInt8] {
    let rows = try CSRMatrix(columnCount: 5, rowOffsets: [0, 2, 2], columns: [1, 4], values: [0.5, -1])
    let contents: [LabelledData] = Reader.batches + [.features(.sparse(rows), labels: LabelColumn([7, -3]))]
    var log = LogFormat.header(stream: Sealing.stream, first: 1)
    for (index, data) in contents.enumerated() {
      let record = LogRecord(
        source: "file:a", position: FilePosition(reader: ReaderPosition(byte: 5, line: 2, row: 2)).position,
        rows: .content(RowCoding.encode(data)), rejects: [1, 2], rejectedCount: 2, zeroBased: true)
      log += LogFormat.record(sequence: UInt64(index + 1), payload: record.encoded())
    }
    return log
  }

  private static func gzip(_ text: String) throws -> [UInt8] {
    var compressed: [UInt8] = []
    try Array(text.utf8).withUnsafeBytes {
      try Deflater(.gzip, path: "seed").compress($0, finish: true) { compressed += $0 }
    }
    return compressed
  }

  /// A file that NumPy or SciPy has written.
  private static func fixture(_ name: String) throws -> [UInt8] {
    let tests = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Tests")
      .standardizedFileURL
    return Array(
      try Data(contentsOf: tests.appendingPathComponent("FastKMeansFormatsTests/Fixtures/\(name)")))
  }
}
