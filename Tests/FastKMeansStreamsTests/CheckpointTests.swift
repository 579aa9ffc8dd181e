import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Testing

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
      #expect(throws: SectionReader.Fault.self, "cut at \(cut)") { try read(Array(whole[..<cut])) }
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

  @Test func believesNoSizeThatIsNotThere() throws {
    var whole = try bytes(sample())
    // The length of the first section, with a table checksum that fits.
    let place = SectionFile.headerByteCount + SectionFile.nameByteCount + 8
    whole.replaceSubrange(place..<place + 8, with: [UInt8](repeating: 0x7F, count: 8))
    let count = Int(whole[12])
    let end = SectionFile.headerByteCount + count * SectionFile.entryByteCount
    whole.replaceSubrange(end..<end + 4, with: CRC32C(Array(whole[..<end])).bytes)
    #expect(throws: SectionReader.Fault.damaged("the place of section 'stream'")) { try read(whole) }
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
