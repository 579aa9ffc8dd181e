import FastKMeansCore
import FastKMeansTestSupport
import FastKMeansText
import Testing

@testable import FastKMeansFormats
@testable import FastKMeansStreams

/// Every number of a checkpoint and of a log, at the values where arithmetic breaks: an error or a stream that goes on, never
/// a trap.
@Suite("Boundary values")
struct BoundaryValueTests {
  private static let stream = [UInt8](repeating: 7, count: LogFormat.streamByteCount)

  private func sample(isText: Bool) throws -> Checkpoint {
    var options = TrainingOptions()
    options.threadCount = 1
    options.distance = isText ? .cosine : .euclidean
    var state = StreamState(
      classifier: try FastKMeansClassifier<Label>(options), textOptions: isText ? TextOptions() : nil,
      drift: try DriftMonitor())
    state.counts.vocabularyDocuments = 20
    state.counts.updatesFrequencies = true
    let batches =
      isText
      ? SampleBatches.text(3, rows: 12, seed: 5) : try SampleBatches.vectors(3, rows: 12, seed: 5)
    for batch in batches { _ = try state.learn(batch.data) }
    state.counts.featureCount = 9
    var positions = PositionTable()
    positions["file:a"] = FilePosition(reader: ReaderPosition(byte: 5, line: 2, row: 2)).position
    return Checkpoint(
      stream: Self.stream, sequence: 12, state: state, positions: positions, rejectsPath: "r",
      rejectsByteCount: 77)
  }

  private func sealed(_ header: [UInt8], _ data: [UInt8]) -> [UInt8] {
    let digest = data.withUnsafeBytes { SHA256.hexDigest(of: $0) }
    var header = Array(
      String(decoding: header, as: UTF8.self).replacing(
        #/"data_sha256":"[0-9a-f]*"/#, with: "\"data_sha256\":\"\(digest)\""
      ).utf8)
    if let range = ContainerFormat.headerDigestRange(in: header) {
      header.replaceSubrange(
        range, with: ContainerFormat.headerDigest(of: header, digestRange: range).utf8)
    }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
  }

  /// A checkpoint that was read goes on, as a stream does, and is written.
  private func exercise(_ checkpoint: Checkpoint, _ batches: [RowBatch]) throws {
    var checkpoint = checkpoint
    for (_, position) in checkpoint.positions.sources { _ = try? FilePosition(position, name: "a") }
    for batch in batches {
      _ = try? checkpoint.state.learn(batch.data, tests: true, answers: true)
      checkpoint.state.counts.rejected += 1
    }
    _ = try? checkpoint.state.finish()
    _ = try? checkpoint.state.classifier.model
    checkpoint.sequence += 1
    try? checkpoint.write(in: "s", MemoryFiles())
  }

  @Test(arguments: [true, false]) func inCheckpoints(_ isText: Bool) throws {
    let files = MemoryFiles()
    let sample = try sample(isText: isText)
    try sample.write(in: "s", files)
    let whole = try #require(files.content("s/\(Checkpoint.name(12))"))
    let batches =
      isText
      ? SampleBatches.text(2, rows: 6, seed: 6) : try SampleBatches.vectors(2, rows: 6, seed: 6)
    var (refused, taken) = (0, 0)
    let parse: ([UInt8]) throws -> JSON = { try JSON.parse($0) }
    try BoundaryValues.forEachNumber(ofContainer: whole, parse: parse) { header, data, _ in
      let files = MemoryFiles()
      files.setContent("c", sealed(header, data))
      guard let read = try? Checkpoint(files: files, path: "c", threadCount: 1) else {
        refused += 1
        return
      }
      try exercise(read, batches)
      taken += 1
    }
    #expect(refused > 200 && taken > 50, "\(refused) refused, \(taken) taken")
  }

  /// Numbers of positions and drift detectors lie in tensors of bytes.
  @Test func inTensorsOfBytes() throws {
    let sample = try sample(isText: false)
    let positions = sample.positions.encoded()
    for offset in 0...positions.count - 8 {
      BoundaryValues.forEachField(of: positions, at: offset, width: 8) { bytes, _ in
        for entry in (try? PositionTable(bytes))?.sources ?? [] {
          _ = try? FilePosition(entry.position, name: "a")
        }
      }
    }
    var state = sample.state
    let step = try state.learn(SampleBatches.vectors(1, rows: 12, seed: 9)[0].data, tests: true)
    let outcome = try #require(step.batches.first?.report.prequential)
    let drift = DriftCoding.encode(try #require(state.drift))
    for offset in 0...drift.count - 8 {
      BoundaryValues.forEachField(of: drift, at: offset, width: 8) { bytes, _ in
        guard var monitor = try? DriftCoding.decode(bytes) else { return }
        for _ in 0..<4 { _ = monitor.add(outcome, labels: state.classifier.classes) }
      }
    }
  }

  private func log(_ payload: [UInt8], first: UInt64, sequence: UInt64) -> [UInt8] {
    LogFormat.header(stream: Self.stream, first: first)
      + LogFormat.record(sequence: sequence, payload: payload)
  }

  private func read(_ bytes: [UInt8]) throws -> [LogRecord] {
    let files = MemoryFiles()
    files.setContent("log", bytes)
    var reader = try #require(try LogReader(files: files, path: "log", stream: Self.stream))
    var records: [LogRecord] = []
    while let payload = try reader.read() { records.append(try LogRecord(payload)) }
    return records
  }

  /// No value takes memory there that could bound their number: checking each row would not end.
  @Test func rowsWithoutFeaturesAreNotCounted() throws {
    let dense = RowCoding.encode(
      .features(.dense(try DenseMatrix(rowCount: 0, columnCount: 0, values: [])), labels: nil))
    var many = dense
    // The number of rows comes after the kind and the flag of the labels.
    many.replaceSubrange(2..<10, with: withUnsafeBytes(of: UInt64(1 << 60).littleEndian) { Array($0) })
    #expect(many.count == dense.count && many != dense)
    #expect(throws: ByteReader.Fault.self) { try RowCoding.decode(many) }
    #expect(try DenseMatrix(rowCount: 1 << 60, columnCount: 0, values: []).rowCount == 1 << 60)
  }

  @Test func inLogs() throws {
    let sparse = try CSRMatrix(columnCount: 5, rowOffsets: [0, 2, 2], columns: [1, 4], values: [0.5, -1])
    let dense = try DenseMatrix(rowCount: 2, columnCount: 2, values: [1, 2, 3, 4])
    for data in [
      SampleBatches.text(1, rows: 3, seed: 1)[0].data,
      .features(.sparse(sparse), labels: LabelColumn([7, -3])), .features(.dense(dense), labels: nil),
    ] as [LabelledData] {
      let record = LogRecord(
        source: "file:a", position: FilePosition(reader: ReaderPosition(byte: 5, line: 2, row: 2)).position,
        rows: .content(RowCoding.encode(data)), rejects: [1, 2], rejectedCount: 2, zeroBased: true)
      let payload = record.encoded()
      #expect(try read(log(payload, first: 4, sequence: 4)) == [record])
      for offset in 0...payload.count - 8 {
        for width in [4, 8] {
          BoundaryValues.forEachField(of: payload, at: offset, width: width) { changed, _ in
            for record in (try? read(log(changed, first: 4, sequence: 4))) ?? [] {
              if case .content(let bytes) = record.rows { _ = try? RowCoding.decode(bytes) }
              _ = try? FilePosition(record.position, name: "a")
            }
          }
        }
      }
      for number in BoundaryValues.all {
        _ = try? read(log(payload, first: number, sequence: number))
        _ = try? read(log(payload, first: 4, sequence: number))
      }
    }
  }

  @Test func aLogThatNoStreamReachesIsDamaged() throws {
    for first in [UInt64(StoredCount.limit) + 1, .max] {
      #expect(throws: StreamError.self) { try read(log([], first: first, sequence: first)) }
    }
    #expect(Checkpoint.sequence(of: Checkpoint.name(.max)) == nil)
    #expect(LogFormat.first(of: LogFormat.name(first: .max)) == nil)
    #expect(LogFormat.first(of: LogFormat.name(first: 7)) == 7)
  }

  /// Each header claims all that follows as its payload, with a checksum that is wrong: a reader that looked at payloads would
  /// find no record, after a time that grows with the square of the size.
  @Test func falseHeadersBehindABrokenRecordAreRefused() throws {
    var bytes = LogFormat.header(stream: Self.stream, first: 1)
    var broken = LogFormat.record(sequence: 1, payload: [1, 2, 3])
    broken[broken.count - 1] ^= 1
    bytes += broken
    let start = bytes.count
    let count = 20_000
    for index in 0..<count {
      var writer = ByteWriter()
      writer.number(UInt64((count - index - 1) * LogFormat.recordHeaderByteCount))
      writer.number(UInt64(index + 2))
      writer.number(0 as UInt32)
      writer.number(CRC32C(writer.bytes).value)
      bytes += writer.bytes
    }
    #expect(
      throws: StreamError.damagedLog(
        path: "log", byte: LogFormat.headerByteCount,
        reason: "record 1 is broken, and a later one begins at byte \(start)")
    ) { try read(bytes) }
  }
}
