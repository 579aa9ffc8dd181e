import FastKMeansCore
import FastKMeansText
import Testing

@testable import FastKMeansFormats
@testable import FastKMeansStreams

@Suite("Checkpoint")
struct CheckpointTests {
  /// A state with everything in it: text, vocabulary, positions, and batches that wait.
  private func sample(waiting: Bool = true) throws -> Checkpoint {
    var state = StreamState(
      classifier: try FastKMeansClassifier<Label>(TrainingOptions()), textOptions: TextOptions())
    state.counts.vocabularyDocuments = 20
    state.counts.updatesFrequencies = true
    for batch in SampleBatches.text(3, rows: 12, seed: 5) { _ = try state.learn(batch.data) }
    if waiting { state.waiting = [SampleBatches.text(1, rows: 4, seed: 6)[0].data] }
    state.counts.featureCount = 9
    state.counts.zeroBased = true
    var positions = PositionTable()
    positions["file:a"] = SourcePosition(bytes: [1, 2, 3])
    positions["file:b"] = SourcePosition(bytes: [])
    return Checkpoint(
      stream: Array(0..<16), sequence: 12, state: state, positions: positions, rejectsPath: "r",
      rejectsByteCount: 77)
  }

  private func bytes(_ checkpoint: Checkpoint) throws -> [UInt8] {
    let files = MemoryFiles()
    try checkpoint.write(in: "s", files)
    return try #require(files.content("s/\(Checkpoint.name(checkpoint.sequence))"))
  }

  private func read(_ bytes: [UInt8]) throws -> Checkpoint {
    let files = MemoryFiles()
    files.setContent("c", bytes)
    return try Checkpoint(files: files, path: "c", threadCount: 1)
  }

  @Test func bringsBackAllThatItGot() throws {
    let checkpoint = try sample()
    let found = try read(bytes(checkpoint))
    #expect(found.stream == checkpoint.stream)
    #expect(found.sequence == 12)
    #expect(found.rejectsPath == "r")
    #expect(found.rejectsByteCount == 77)
    #expect(found.positions == checkpoint.positions)
    #expect(found.state.counts == checkpoint.state.counts)
    #expect(found.state.vectorizer == checkpoint.state.vectorizer)
    #expect(found.state.textOptions == checkpoint.state.textOptions)
    #expect(found.state.waiting == checkpoint.state.waiting)
    var (one, other) = (found.state.classifier.learningState, checkpoint.state.classifier.learningState)
    one.options.threadCount = -1
    other.options.threadCount = -1
    #expect(one == other)
  }

  @Test func goesOnToTheBit() throws {
    var original = try sample(waiting: false)
    var restored = try read(bytes(original))
    for batch in SampleBatches.text(4, rows: 15, seed: 8) {
      _ = try original.state.learn(batch.data)
      _ = try restored.state.learn(batch.data)
    }
    let models = try [original, restored].map {
      try ModelFile.bytes(
        of: ModelContents(model: $0.state.classifier.model, vectorizer: $0.state.vectorizer))
    }
    #expect(models[0] == models[1])
  }

  @Test func sameStateGivesTheSameBytes() throws {
    #expect(try bytes(sample()) == bytes(sample()))
  }

  @Test func isRefusedWhenItIsCutOff() throws {
    let whole = try bytes(sample())
    for cut in stride(from: 0, to: whole.count, by: 7) {
      #expect(throws: ModelFileError.Problem.self, "cut at \(cut)") { try read(Array(whole[..<cut])) }
    }
  }

  @Test func isRefusedWithAnyFlippedBit() throws {
    let whole = try bytes(sample())
    var random = SplitMix(seed: 2)
    for position in Array(0..<200) + (0..<1500).map({ _ in random.below(whole.count) }) {
      var damaged = whole
      damaged[position] ^= 1 << UInt8(random.below(8))
      #expect(throws: (any Error).self, "byte \(position)") { try read(damaged) }
    }
  }

  /// The same file with another header, whose digest fits.
  private func forged(_ bytes: [UInt8], _ change: (String) -> String) -> [UInt8] {
    let count = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = Array(change(String(decoding: bytes[8..<8 + count], as: UTF8.self)).utf8)
    if let range = ContainerFormat.headerDigestRange(in: header) {
      header.replaceSubrange(
        range, with: ContainerFormat.headerDigest(of: header, digestRange: range).utf8)
    }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
      + bytes[(8 + count)...]
  }

  @Test func believesNoSizeThatIsNotThere() throws {
    let whole = try bytes(sample())
    let entry = #""dtype":"U8","shape":[16]"#
    #expect(throws: Never.self) { try read(forged(whole) { $0 }) }
    for size in ["17", "1099511627776", "9223372036854775807"] {
      let bytes = forged(whole) { $0.replacing(entry, with: #""dtype":"U8","shape":[\#(size)]"#) }
      #expect(bytes != whole)
      #expect(throws: ModelFileError.Problem.self, "\(size)") { try read(bytes) }
    }
  }

  @Test func refusesNumbersAndColumnsThatNoStreamHas() throws {
    let whole = try bytes(sample())
    for (found, wrong) in [
      (#"\"sequence\":12"#, #"\"sequence\":-1"#), (#"\"rejects_bytes\":77"#, #"\"rejects_bytes\":-77"#),
      (#"\"zero_based\":true"#, #"\"zero_based\":7"#), ("learner.prototype.id", "learner.prototype.ie"),
      (#""learner_version":"1""#, #""learner_version":"2""#), (#""stream.positions""#, #""stream.position""#),
    ] {
      let bytes = forged(whole) { $0.replacing(found, with: wrong) }
      #expect(bytes != whole, "\(found)")
      #expect(throws: (any Error).self, "\(wrong)") { try read(bytes) }
    }
  }

  @Test func saysWhatToDoWithACheckpointOfVersion1() throws {
    let old = Checkpoint.oldMagic + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 20)
    #expect(throws: StreamError.olderCheckpoint(path: "c")) { try read(old) }
  }

  @Test func isNoModel() throws {
    #expect(throws: ModelFileError(path: "model", problem: .notAModel)) {
      try ModelFile.read(bytes: bytes(sample()))
    }
  }

  @Test func codedRowsComeBack() throws {
    let sparse = try CSRMatrix(columnCount: 5, rowOffsets: [0, 2, 2], columns: [1, 4], values: [0.5, -1])
    let cases: [LabelledData] = [
      SampleBatches.text(1, rows: 6, seed: 1)[0].data, try SampleBatches.vectors(1, rows: 4, seed: 2)[0].data,
      .features(.sparse(sparse), labels: LabelColumn([7, -3])), .features(.sparse(sparse), labels: nil),
    ]
    for data in cases {
      let bytes = RowCoding.encode(data)
      #expect(try RowCoding.decode(bytes) == data)
      #expect(RowCoding.checksum(of: data) == CRC32C(bytes).value)
      for cut in bytes.indices {
        #expect(throws: (any Error).self, "cut at \(cut)") { try RowCoding.decode(Array(bytes[..<cut])) }
      }
    }
  }
}
