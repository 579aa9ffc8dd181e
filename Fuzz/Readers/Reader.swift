import Foundation

@testable import FastKMeansCore
@testable import FastKMeansFormats
@testable import FastKMeansStreams
@testable import FastKMeansText

/// What is fuzzed: a target for each reader.
enum Target: String, CaseIterable, Sendable {
  case model, checkpoint, log, json, tsv, csv, jsonl, columns, svmlight, npy, npz, compressed, labels,
    options, text
}

/// Reads inputs as one target does, and uses what it has read as a program would.
struct Reader {
  private let target: Target
  /// A folder in memory, for readers of files.
  private let folder: String

  init(_ target: Target) throws {
    self.target = target
    let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    folder = "\(parent)/fastkmeans-fuzz-\(target.rawValue)-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// Removes what was written.
  func close() { try? FileManager.default.removeItem(atPath: folder) }

  /// The first byte chooses options, where there are any.
  func read(_ input: [UInt8]) {
    let (choice, bytes) = (input.first ?? 0, Array(input.dropFirst()))
    switch target {
    case .model: model(input)
    case .checkpoint: checkpoint(input)
    case .log: log(input)
    case .json: json(input)
    case .tsv: rows(bytes, .tsv, choice)
    case .csv: rows(bytes, .csv, choice)
    case .jsonl: rows(bytes, .jsonl, choice)
    case .columns: rows(bytes, choice & 16 != 0 ? .jsonl : .csv, choice, Self.columns)
    case .svmlight: rows(bytes, .svmlight, choice)
    case .npy, .compressed: file(bytes, choice)
    case .npz: file(Sealing.zip(bytes), choice)
    case .labels: _ = try? LabelsFile.read(file(input), kind: [nil, .integer, .text][Int(choice % 3)])
    case .options: options(bytes, choice)
    case .text: text(bytes, choice)
    }
  }

  private func file(_ bytes: [UInt8]) throws -> String {
    let path = "\(folder)/input.\(target.rawValue)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static var options: TrainingOptions {
    var options = TrainingOptions()
    options.threadCount = 1
    options.maxEpochs = 2
    options.refinement = .count(1)
    return options
  }

  private func model(_ input: [UInt8]) {
    guard let bytes = Sealing.container(input),
      let contents = try? ModelFile.read(bytes: bytes, threadCount: 1)
    else { return }
    let width = contents.model.featureCount
    // Rows as wide as the model may be too much; the model itself is as large as its file.
    guard width <= 1 << 16, contents.model.options.maxEpochs <= 100 else { return }
    let columns = Set([0, width / 2, width - 1]).sorted().map(UInt32.init)
    guard
      let matrix = try? CSRMatrix(
        columnCount: width, rowOffsets: [0, columns.count, columns.count], columns: columns,
        values: columns.map { Float($0 % 3) + 0.5 })
    else { return }
    var features = Features.sparse(matrix)
    if !contents.model.storage.prototypes.isSparse,
      let dense = try? DenseMatrix(
        rowCount: 2, columnCount: width, values: (0..<2 * width).map { Float($0 % 5) })
    {
      features = .dense(dense)
    }
    _ = try? contents.model.classify(features, top: 2)
    _ = try? contents.model.probabilities(of: features)
    _ = try? contents.vectorizer?.transform(UTF8Documents(["the goal", "x"]), workers: 1)
    var classifier = FastKMeansClassifier<Label>(resuming: contents.model)
    let labels = LabelColumn([contents.model.classes[0], contents.model.classes[0]])
    for _ in 0..<2 { _ = try? classifier.fitBatch(features, labels: labels) }
    guard let learned = try? classifier.model else { return }
    _ = try? ModelFile.bytes(of: ModelContents(model: learned, vectorizer: contents.vectorizer))
  }

  private func checkpoint(_ input: [UInt8]) {
    guard let bytes = Sealing.container(input), let path = try? file(bytes),
      var checkpoint = try? Checkpoint(files: SystemFiles(), path: path, threadCount: 1)
    else { return }
    for (_, position) in checkpoint.positions.sources { _ = try? FilePosition(position, name: "input") }
    guard checkpoint.state.classifier.options.maxEpochs <= 100 else { return }
    for batch in Self.batches { _ = try? checkpoint.state.learn(batch, tests: true, answers: true) }
    _ = try? checkpoint.state.finish()
    checkpoint.sequence += 1
    try? checkpoint.write(in: folder, SystemFiles())
    try? FileManager.default.removeItem(atPath: "\(folder)/\(Checkpoint.name(checkpoint.sequence))")
  }

  static let batches = (0..<2).map { batch in
    LabelledData.text(
      UTF8Documents(["goal match cup \(batch)", "bank rates shares", "goal bank"]),
      labels: LabelColumn(["sport", "money", "sport"]))
  }

  private func log(_ input: [UInt8]) {
    guard let bytes = Sealing.log(input), let path = try? file(bytes),
      var reader = try? LogReader(files: SystemFiles(), path: path, stream: Sealing.stream)
    else { return }
    while let payload = try? reader.read() {
      guard let record = try? LogRecord(payload) else { continue }
      _ = try? FilePosition(record.position, name: "input")
      guard case .content(let coded) = record.rows, let data = try? RowCoding.decode(coded),
        var state = try? StreamState(
          classifier: FastKMeansClassifier<Label>(Self.options),
          textOptions: { if case .text = data { TextOptions() } else { nil } }())
      else { continue }
      if case .features(let features, _) = data, features.columnCount > 1 << 16 { continue }
      _ = try? state.learn(data)
      _ = try? state.finish()
    }
  }

  /// A file of options, or one of stop words.
  private func options(_ bytes: [UInt8], _ choice: UInt8) {
    guard let path = try? file(bytes), let bytes = try? SideFile.bytes(of: path) else { return }
    if choice & 1 == 0 {
      guard case .object(let members) = try? JSON.parse(bytes) else { return }
      var (training, text) = (TrainingOptions(), TextOptions())
      for member in members {
        _ = try? TrainingOptions.row(member.name)?.set(member.value, in: &training)
        _ = try? TextOptions.row(member.name)?.set(member.value, in: &text)
      }
      _ = try? training.validated()
      _ = try? text.validated()
    } else if let lines = try? SideFile.lines(of: path) {
      var options = TextOptions(stopWords: .custom(Set(lines)))
      options.analyzer = .word
      _ = try? TFIDFVectorizer.fitTransform(Self.documents, options: options, workers: 1)
    }
  }

  private static let documents = UTF8Documents(["the goal in the match", "don't bank on it"])

  private func json(_ input: [UInt8]) {
    guard let value = try? JSON.parse(input) else { return }
    let text = value.compactText
    precondition((try? JSON.parse(Array(text.utf8)))?.compactText == text, "JSON comes back otherwise")
  }

  static let columns = [
    DocumentColumn("t", weight: 2), DocumentColumn("c", .category), DocumentColumn("n", .number),
  ]

  private func rows(
    _ bytes: [UInt8], _ format: RowFormat, _ choice: UInt8, _ columns: [DocumentColumn] = []
  ) {
    var options = ReaderOptions(format: format)
    options.columns = columns
    options.workers = 1
    options.setsBadRowsAside = choice & 1 != 0
    options.requiresLabels = choice & 2 == 0
    if choice & 4 != 0 { options.maxRecordBytes = 40 }
    options.refusesUnfinishedLine = choice & 8 != 0
    if choice & 16 != 0 { options.labelKind = .text }
    options.hasHeader = choice & 32 != 0 && format == .tsv
    let source = Pieces(bytes, size: choice & 64 != 0 ? 3 : 1000)
    guard let reader = try? RowReader(source, name: "input", format: format, options: options) else { return }
    if columns.isEmpty { return drain(reader, maxRows: choice & 128 != 0 ? 2 : .max) }
    var text = TextOptions(hashingBits: choice & 32 != 0 ? 5 : nil)
    text.columns = columns
    guard case .text(let documents, _)? = try? reader.next()?.data,
      let fitted = try? TFIDFVectorizer.fitTransform(documents, options: text, workers: 1)
    else { return }
    precondition(fitted.rows.values.allSatisfy { $0.isFinite }, "a row is not finite")
    _ = try? fitted.vectorizer.counting(fitted.rows)
  }

  private func file(_ bytes: [UInt8], _ choice: UInt8) {
    var options = ReaderOptions(
      format: target == .compressed ? [.tsv, .csv, .jsonl, .svmlight][Int(choice & 3)] : nil)
    options.workers = 1
    options.requiresLabels = false
    options.setsBadRowsAside = choice & 4 != 0
    let position = choice & 8 != 0 ? ReaderPosition(byte: 3, line: 1, row: 1) : ReaderPosition()
    guard let path = try? file(bytes) else { return }
    if target == .npy { _ = try? LabelsFile.read(path) }
    guard let reader = try? RowReader(path: path, options: options, from: position) else { return }
    drain(reader, maxRows: choice & 128 != 0 ? 2 : .max)
  }

  private func drain(_ reader: RowReader, maxRows: Int) {
    while let batch = try? reader.next(maxRows: maxRows) {
      guard case .features(let features, let labels?) = batch.data, features.columnCount <= 1 << 16,
        features.rowCount > 0, var classifier = try? FastKMeansClassifier<Label>(Self.options)
      else { continue }
      _ = try? classifier.fit(features, labels: labels)
      _ = try? classifier.model.classify(features, top: 1)
    }
  }

  private func text(_ bytes: [UInt8], _ choice: UInt8) {
    var options = TextOptions(ngrams: 1...(1 + Int(choice & 3)), hashingBits: choice & 4 != 0 ? 8 : nil)
    options.lowercase = choice & 8 == 0
    options.analyzer = TextAnalyzer.allCases[Int(choice >> 4) % TextAnalyzer.allCases.count]
    let breaks = bytes.indices.filter { bytes[$0] == 0x0A }
    guard let documents = try? UTF8Documents(bytes: bytes, offsets: [0] + breaks + [bytes.count]),
      let fitted = try? TFIDFVectorizer.fitTransform(documents, options: options, workers: 1)
    else { return }
    let again = try? fitted.vectorizer.transform(documents, workers: 1)
    precondition(again?.rows == fitted.rows, "what was fitted is transformed otherwise")
  }
}

/// Gives an input in pieces.
private final class Pieces: ByteSource {
  private let bytes: [UInt8]
  private let size: Int
  private var position = 0
  // The protocol's own answers, which another package does not see.
  let isPaused = false
  let totalCount: Int? = nil

  init(_ bytes: [UInt8], size: Int) { (self.bytes, self.size) = (bytes, size) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, size, bytes.count - position)
    buffer.copyBytes(from: bytes[position..<position + count])
    position += count
    return count
  }
}
