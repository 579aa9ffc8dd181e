import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct ModelDamageTests {
  @Test func refusesEveryPrefix() throws {
    let bytes = try ModelFile.bytes(of: SampleModels.ofText())
    for count in bytes.indices {
      let found = problem(Array(bytes[..<count]))
      guard case .truncated = found else {
        Issue.record("\(count) bytes: \(String(describing: found))")
        return
      }
    }
  }

  @Test func refusesBytesAfterTheEnd() throws {
    let bytes = try ModelFile.bytes(of: SampleModels.ofText())
    #expect(problem(bytes + [0]) == .trailingBytes(count: 1))
  }

  @Test func refusesEveryFlippedBit() throws {
    let bytes = try ModelFile.bytes(of: SampleModels.smallest())
    Parallel.forEach(count: bytes.count, workers: 8) { _, position in
      var damaged = bytes
      for bit in 0..<8 {
        damaged[position] = bytes[position] ^ (1 << UInt8(bit))
        if problem(damaged) == nil { Issue.record("byte \(position), bit \(bit)") }
      }
    }
  }

  /// Every kind of tensor: each byte, one bit of it.
  @Test func refusesAFlippedBitInEveryByteOfAModelOfText() throws {
    let bytes = try ModelFile.bytes(of: SampleModels.ofText())
    Parallel.forEach(count: bytes.count, workers: 8) { _, position in
      var damaged = bytes
      var random = CounterRandom(seed: 3, stream: UInt64(position))
      damaged[position] ^= 1 << UInt8(random.nextIndex(below: 8))
      if problem(damaged) == nil { Issue.record("byte \(position)") }
    }
  }

  @Test func readsNothingFromARandomFile() {
    for seed in 0..<200 as Range<UInt64> {
      var random = CounterRandom(seed: seed)
      let bytes = (0..<random.nextIndex(below: 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      #expect(problem(bytes) != nil, "seed \(seed)")
      // The same behind a plausible length.
      #expect(problem(ForgedModel.file(header: "{", data: bytes)) != nil, "seed \(seed)")
    }
  }

  @Test func leavesTheOldFileWhereWritingFails() throws {
    let folder = try ScratchFolder()
    let contents = try SampleModels.smallest()
    let missing = folder.file("missing/model.safetensors")
    #expect(throws: FileError.missingFolder(path: missing, folder: folder.file("missing"))) {
      try ModelFile.write(contents, to: missing)
    }
    let path = folder.file("model.safetensors")
    try ModelFile.write(contents, to: path)
    let before = try ScratchFolder.bytes(path)
    #expect(throws: ModelFileError.self) { try ModelFile.write(unreadable(contents), to: path) }
    #expect(try ScratchFolder.bytes(path) == before)
    #expect(try folder.names == ["model.safetensors"])
  }

  @Test func namesAFileThatIsNotThere() throws {
    let folder = try ScratchFolder()
    let path = folder.file("none.safetensors")
    #expect(throws: FileError.notFound(path: path)) { try ModelFile.read(path) }
    #expect(throws: FileError.notFound(path: path)) { try ModelFile.info(of: path) }
  }

  @Test func errorsSayWhichFile() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("short.safetensors", "abc")
    let error = #expect(throws: ModelFileError.self) { try ModelFile.read(path) }
    #expect(error?.description == "\(path): \(ModelFileError.Problem.truncated(expected: 10, found: 3))")
  }

  /// A model with a NaN, which no file may hold.
  private func unreadable(_ contents: ModelContents) throws -> ModelContents {
    let storage = contents.model.storage
    let set = storage.prototypes
    let values = StoredValues(
      [Double](repeating: .nan, count: set.storedValueCount), precision: set.precision)
    let damaged = PrototypeSet(
      featureCount: set.featureCount, rows: .dense(values: values), classIndices: set.classIndices,
      masses: set.masses, sumScales: set.sumScales)
    return try ModelContents(
      model: ClassifierModel<Label>(
        storage: ModelStorage(
          options: storage.options, classes: storage.classes, prototypes: damaged, batchCount: 1)))
  }
}
