import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams
import FastKMeansTestSupport
import Testing

@testable import FastKMeansKafka

/// Batches that are made of records in memory, against the reader of files on the same lines.
@Suite("Kafka: records into batches")
struct PendingBatchTests {
  private let address: KafkaAddress

  init() throws { address = try KafkaAddress("kafka://host:9092/docs") }

  private func batch(_ format: RowFormat, namesRecords: Bool = false) throws -> PendingBatch {
    try PendingBatch(address, format: format, options: ReaderOptions(), namesRecords: namesRecords)
  }

  /// All batches of these records.
  private func batches(_ lines: [String], _ format: RowFormat, _ limits: BatchLimits) throws -> [RowBatch] {
    var all: [RowBatch] = []
    var pending = try batch(format)
    for (offset, line) in lines.enumerated() {
      pending.add(line, offset: Int64(offset))
      guard try pending.isFull(limits) else { continue }
      all.append(try pending.finish().batch)
      pending = try batch(format)
    }
    if !pending.isEmpty { all.append(try pending.finish().batch) }
    return all
  }

  private func fileBatches(_ lines: [String], _ format: RowFormat, _ limits: BatchLimits) throws -> [RowBatch]
  {
    let folder = try ScratchFolder()
    let path = try folder.file("rows", lines.map { $0 + "\n" }.joined())
    var options = ReaderOptions(format: format)
    options.setsBadRowsAside = true
    options.labelKind = .text
    options.featureCount = 8
    let reader = try RowReader(path: path, options: options)
    var all: [RowBatch] = []
    while let batch = try reader.next(maxRows: limits.maxRows, maxBytes: limits.maxBytes) {
      all.append(batch)
    }
    return all
  }

  @Test(arguments: [RowFormat.tsv, .jsonl, .svmlight], 1...40)
  func batchesAreThoseOfAFile(format: RowFormat, seed: UInt64) throws {
    var random = CounterRandom(seed: seed)
    let lines = (0..<Int.random(in: 1...60, using: &random)).map { _ in
      Self.line(format, isGood: Int.random(in: 0..<5, using: &random) > 0, &random)
    }
    let limits = BatchLimits(
      maxRows: Int.random(in: 1...20, using: &random), maxBytes: Bool.random(using: &random) ? .max : 120,
      maxDelay: 1)
    var options = ReaderOptions()
    options.labelKind = .text
    options.featureCount = 8
    var mine: [RowBatch] = []
    var pending = try PendingBatch(address, format: format, options: options, namesRecords: false)
    for (offset, line) in lines.enumerated() {
      pending.add(line, offset: Int64(offset))
      guard try pending.isFull(limits) else { continue }
      mine.append(try pending.finish().batch)
      pending = try PendingBatch(address, format: format, options: options, namesRecords: false)
    }
    if !pending.isEmpty { mine.append(try pending.finish().batch) }
    let file = try fileBatches(lines, format, limits)
    #expect(mine.map(\.data) == file.map(\.data), "seed \(seed), \(format)")
    #expect(mine.map { $0.rejected.map(\.bytes) } == file.map { $0.rejected.map(\.bytes) }, "seed \(seed)")
    #expect(
      mine.map { $0.rejected.map(\.reason.problem) } == file.map { $0.rejected.map(\.reason.problem) },
      "seed \(seed)")
  }

  private static func line(_ format: RowFormat, isGood: Bool, _ random: inout CounterRandom) -> String {
    let label = "c\(Int.random(in: 0..<4, using: &random))"
    let number = Int.random(in: 0..<1000, using: &random)
    switch format {
    case .tsv: return isGood ? "\(label)\tword\(number)" : "no tab \(number)"
    case .jsonl: return isGood ? #"{"text":"w\#(number)","label":"\#(label)"}"# : #"{"text":"w\#(number)"}"#
    default: return isGood ? "\(label) 1:\(number) 7:2.5" : "\(label) 7:1 3:\(number)"
    }
  }

  @Test func aRecordIsOneRow() throws {
    let json = "{\"text\":\n \"a\",\r\n\"label\": \"x\"}\n"
    let many = try batches([json, " ", ""], .jsonl, BatchLimits(maxRows: 10, maxBytes: .max, maxDelay: 1))
    #expect(many.count == 1)
    #expect(many[0].data.rowCount == 1)
    #expect(many[0].rejected.count == 2)
    #expect(many[0].rejected[1].reason.path == "kafka://host:9092/docs, partition 0, offset 2")
    let tsv = try batches(
      ["a\tb\nc\td", "a\tb\r\n"], .tsv, BatchLimits(maxRows: 9, maxBytes: .max, maxDelay: 1))
    #expect(tsv[0].data.rowCount == 1)
    #expect(tsv[0].rejected.count == 1)
    let svm = try batches(
      ["# only a comment", "a 1:2 # more"], .svmlight, .init(maxRows: 9, maxBytes: .max, maxDelay: 1))
    #expect(svm[0].data.rowCount == 1)
    #expect(svm[0].rejected.count == 1)
  }

  @Test func namesTheRecordsOfItsRows() throws {
    var pending = try batch(.tsv, namesRecords: true)
    pending.add("a\tx", offset: 4, key: [1, 2])
    pending.add("bad", offset: 5, key: [3])
    pending.add("a\ty", offset: 6, key: nil)
    pending.add("b\tz", offset: 9, partition: 1, key: [])
    let finished = try pending.finish()
    #expect(finished.rows.records.map(\.offset) == [4, 6, 9])
    #expect(finished.rows.records.map(\.partition) == [0, 0, 1])
    #expect(finished.rows.records.map(\.key) == [[1, 2], nil, []])
    #expect(finished.rejected.map(\.record.offset) == [5])
    #expect(finished.rejected.map(\.record.key) == [[3]])
  }

  @Test func refusesWhatIsTooLarge() throws {
    var pending = try batch(.tsv, namesRecords: true)
    pending.add("a\t" + String(repeating: "x", count: 5000), offset: 0, limit: 4000)
    pending.add("a\tb", offset: 1, key: [UInt8](repeating: 7, count: PendingBatch.maxKeyBytes + 1))
    pending.add("a\tb", offset: 2, limit: 4000)
    #expect(pending.records.bytes.count < 5000 + PendingBatch.maxKeyBytes)
    let finished = try pending.finish()
    #expect(finished.batch.data.rowCount == 1)
    #expect(finished.batch.rejected.map(\.bytes.count) == [1024, 3])
    #expect(finished.batch.rejected[0].reason.description.contains("5002 bytes"))
    #expect(finished.rows.records.map(\.offset) == [2])
  }

  /// Long keys end a batch before its position could become too long to be saved.
  @Test func positionsStayShort() throws {
    var pending = try batch(.tsv, namesRecords: true)
    var count = 0
    while try !pending.isFull(BatchLimits(maxRows: .max, maxBytes: .max, maxDelay: 1)) {
      // Offsets with gaps: the longest runs' coding.
      pending.add("a\tb", offset: .max - 1_000_000 + Int64(count) * 2, key: [UInt8](repeating: 9, count: 700))
      count += 1
    }
    var position = KafkaPosition(topic: "docs")
    position.rows = try pending.finish().rows
    #expect(position.rows.count == count)
    #expect(try position.encoded().bytes.count < SourcePosition.maxByteCount * 3 / 4)
  }

  @Test func otherFormatsAreRefused() {
    for format in [RowFormat.csv, .npz, .npy] {
      #expect(throws: FormatError.self) { try batch(format) }
    }
  }
}

extension PendingBatch {
  fileprivate mutating func add(
    _ value: String, offset: Int64, partition: Int32 = 0, key: [UInt8]? = nil, limit: Int = 1 << 20
  ) {
    let start = records.bytes.count
    records.bytes += key ?? []
    let middle = records.bytes.count
    records.bytes += Array(value.utf8)
    records.entries.append(
      RecordBatch.Entry(
        partition: partition, offset: offset, timestamp: nil, key: key == nil ? nil : start..<middle,
        value: middle..<records.bytes.count))
    didAppend(maxRecordBytes: limit)
  }
}
