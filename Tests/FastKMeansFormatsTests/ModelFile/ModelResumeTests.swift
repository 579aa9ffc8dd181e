import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import FastKMeansText
import Testing

@testable import FastKMeansFormats

/// Learning on from a file equals never having stopped, byte for byte of the model that comes out.
@Suite struct ModelResumeTests {
  @Test(arguments: [Precision.float32, .float64], Mode.allCases)
  func batchesGoOn(precision: Precision, mode: Mode) throws {
    for isSparse in [true, false] {
      for distance in Distance.allCases {
        let options = SampleModels.options(precision, mode: mode, distance: distance) { $0.decay = 0.9 }
        var unbroken = try FastKMeansClassifier<Int>(options)
        var stopped = unbroken
        for batch in 0..<4 {
          let (rows, labels) = try SampleModels.rows(isSparse: isSparse, seed: UInt64(batch))
          // A class that is new in the third batch draws its random numbers after the file was read.
          let known = labels.map { batch < 2 && $0 == 2 ? 1 : $0 }
          try unbroken.learn(rows, labels: known)
          try stopped.learn(rows, labels: known)
          stopped = try reopened(stopped)
        }
        #expect(
          try bytes(stopped) == bytes(unbroken), "\(precision), \(mode), \(distance), sparse: \(isSparse)")
      }
    }
  }

  @Test(arguments: [Precision.float32, .float64]) func warmStartsGoOn(precision: Precision) throws {
    let options = SampleModels.options(precision) { $0.isWarmStart = true }
    let (rows, labels) = try SampleModels.rows(isSparse: true)
    let (moreRows, moreLabels) = try SampleModels.rows(isSparse: true, seed: 8)
    var unbroken = try FastKMeansClassifier<Int>(options)
    try unbroken.fit(rows, labels: labels)
    var stopped = try reopened(unbroken)
    try unbroken.fit(moreRows, labels: moreLabels)
    try stopped.fit(moreRows, labels: moreLabels)
    #expect(try bytes(stopped) == bytes(unbroken))
  }

  @Test(arguments: [Precision.float32, .float64], Distance.allCases)
  func refinedModelsGoOn(precision: Precision, distance: Distance) throws {
    for isSparse in [true, false] {
      let start = try SampleModels.refined(precision, distance: distance, isSparse: isSparse)
      #expect(start.model.storage.refined != nil)
      var unbroken = FastKMeansClassifier(resuming: try ClassifierModel<Int>(start.model))
      var stopped = unbroken
      for batch in 0..<3 as Range<UInt64> {
        let (rows, labels) = try SampleModels.rows(isSparse: isSparse, seed: batch)
        // The last batch brings a new class.
        let known = labels.map { batch == 2 && $0 == 2 ? 9 : $0 }
        try unbroken.learn(rows, labels: known)
        try stopped.learn(rows, labels: known)
        stopped = try reopened(stopped)
        #expect(
          try bytes(stopped) == bytes(unbroken), "\(precision), \(distance), sparse: \(isSparse), \(batch)")
      }
    }
  }

  private func bytes(_ classifier: FastKMeansClassifier<Int>) throws -> [UInt8] {
    try ModelFile.bytes(of: ModelContents(model: classifier.model))
  }

  private func reopened(_ classifier: FastKMeansClassifier<Int>) throws -> FastKMeansClassifier<Int> {
    FastKMeansClassifier(resuming: try ClassifierModel<Int>(ModelFile.read(bytes: bytes(classifier)).model))
  }
}
