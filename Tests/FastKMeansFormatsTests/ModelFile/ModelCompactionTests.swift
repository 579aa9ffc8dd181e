import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct ModelCompactionTests {
  private static func weights(_ contents: ModelContents) throws -> PrototypeSet {
    try #require(contents.model.storage.refined).weights
  }

  @Test(arguments: [0.05, 0.3, 0.5, 0.999, 1])
  func keepsTheLargestWeightsOfAll(share: Double) throws {
    let contents = try SampleModels.refined(isSparse: true)
    let before = try Self.weights(contents)
    let compacted = try contents.compacted(ModelCompaction(keptShare: share))
    let after = try Self.weights(compacted.contents)
    // The plain way: sort them all.
    let magnitudes = (0..<before.values.count).map { abs(before.values[$0]) }.sorted(by: >)
    let threshold = magnitudes[Int((Double(magnitudes.count) * share).rounded(.up)) - 1]
    for prototype in 0..<before.count {
      let expected = before.row(prototype).filter { abs($0.value) >= threshold && $0.value != 0 }
      #expect(after.row(prototype).map(\.column) == expected.map(\.column))
      #expect(after.row(prototype).map(\.value) == expected.map(\.value))
    }
    #expect(compacted.loss.removedCount == before.values.count - after.values.count)
    #expect(compacted.loss.changedCount == 0)
    #expect(compacted.contents.model.prototypes == contents.model.prototypes)
    expectSame(compacted.contents, try ModelFile.read(bytes: ModelFile.bytes(of: compacted.contents)))
  }

  @Test(arguments: [Precision.float32, .float16, .bfloat16], [true, false])
  func eightBitsAreReadBackExactly(precision: Precision, isSparse: Bool) throws {
    for distance in [Distance.cosine, .euclidean] {
      let contents = try SampleModels.refined(precision, distance: distance, isSparse: isSparse)
      let compacted = try contents.compacted(ModelCompaction(weightBits: 8)).contents
      let (before, after) = try (Self.weights(contents), Self.weights(compacted))
      for prototype in 0..<before.count {
        let largest = before.row(prototype).map { abs($0.value) }.max() ?? 0
        for (old, new) in zip(before.row(prototype), after.row(prototype)) {
          // 127 steps reach the largest value, and a step is at most 1 / 63.5 of it; half of one is lost.
          #expect(abs(old.value - new.value) <= largest / 127 * 1.01)
        }
      }
      let bytes = try ModelFile.bytes(of: compacted)
      expectSame(compacted, try ModelFile.read(bytes: bytes))
      let (wide, narrow) = try (ForgedModel(contents), ForgedModel(compacted))
      #expect(narrow.tensors["refined.step"] != nil)
      #expect(
        narrow.range("refined.values").count * (precision == .float32 ? 4 : 2)
          == wide.range("refined.values").count)
      // Rounding again changes nothing.
      let again = try compacted.compacted(ModelCompaction(weightBits: 8))
      #expect(again.loss.changedCount == 0)
    }
  }

  @Test func wideWeightsAreStoredAsTheyAre() throws {
    #expect(try ForgedModel(SampleModels.refined(isSparse: true)).tensors["refined.step"] == nil)
  }

  @Test func refusesWhatItCannotDo() throws {
    let refined = try SampleModels.refined(isSparse: true)
    for share in [0, -1, 1.5, .nan] {
      #expect(throws: OptionsError.self) { try refined.compacted(ModelCompaction(keptShare: share)) }
    }
    #expect(throws: OptionsError.self) { try refined.compacted(ModelCompaction(weightBits: 4)) }
    let plain = try SampleModels.ofVectors(isSparse: true)
    #expect(throws: OptionsError.self) { try plain.compacted(ModelCompaction(weightBits: 8)) }
    #expect(throws: OptionsError.self) { try plain.compacted(ModelCompaction(keptShare: 0.5)) }
    let dense = try SampleModels.refined(isSparse: false)
    #expect(throws: OptionsError.self) { try dense.compacted(ModelCompaction(keptShare: 0.5)) }
  }

  @Test(arguments: [3, 0, -0.5, Float.infinity, .nan])
  func refusesAStepThatIsNone(step: Float) throws {
    let contents = try SampleModels.refined(isSparse: true).compacted(ModelCompaction(weightBits: 8)).contents
    var forged = try ForgedModel(contents)
    forged.set("refined.step", at: 0, step)
    #expect(throws: ModelFileError.self) { try ModelFile.read(bytes: forged.bytes()) }
  }

  @Test func refusesOffsetsThatDoNotFitTheCodes() throws {
    let contents = try SampleModels.refined(isSparse: true).compacted(ModelCompaction(weightBits: 8)).contents
    for value in [-1, Int.max, 1 << 40] {
      var forged = try ForgedModel(contents)
      forged.set("refined.indptr", at: 1, value)
      #expect(throws: ModelFileError.self) { try ModelFile.read(bytes: forged.bytes()) }
    }
  }
}
