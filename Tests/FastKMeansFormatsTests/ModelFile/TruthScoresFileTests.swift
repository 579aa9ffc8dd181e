import FastKMeansCore
import Testing

@testable import FastKMeansFormats

/// What sets of classes rest on, in a model's file.
@Suite struct TruthScoresFileTests {
  private func contents(_ truths: TruthScores?) throws -> ModelContents {
    var contents = try SampleModels.smallest()
    contents.model.storage.calibration = try Calibration(intercept: 0, slope: 1, sharpness: 2, reach: 0.5)
    contents.model.storage.calibration?.truths = truths
    return contents
  }

  @Test func comeBackAsTheyWere() throws {
    let truths = try TruthScores([0.5, 0, 0.25], classIndices: [0, 1, 0], classCount: 2)
    let read = try ModelFile.read(bytes: ModelFile.bytes(of: contents(truths)))
    #expect(read.model.storage.calibration?.truths == truths)
    #expect(
      try ModelFile.read(bytes: ModelFile.bytes(of: contents(nil))).model.storage.calibration?.truths == nil)
  }

  @Test func aClassThatThereIsNotIsRefused() throws {
    let truths = try TruthScores([0.5], classIndices: [90], classCount: 99)
    let bytes = try ModelFile.bytes(of: contents(truths))
    #expect(throws: ModelFileError.self) { try ModelFile.read(bytes: bytes) }
  }
}
