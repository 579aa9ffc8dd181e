import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct TruthScoresTests {
  @Test func theThresholdIsTheRankThatThePromiseTakes() throws {
    let scores = try TruthScores(
      (1...19).map { Float($0) / 20 }, classIndices: (0..<19).map { Int32($0 % 2) }, classCount: 3)
    // Of 19 and a new one, 1 in 20 ranks below the least, 2 in 20 below the second.
    #expect(try scores.thresholds(coverage: 0.95, isPerClass: false, classCount: 3) == [0.05, 0.05, 0.05])
    #expect(try scores.thresholds(coverage: 0.9, isPerClass: false, classCount: 3) == [0.1, 0.1, 0.1])
    #expect(try scores.thresholds(coverage: 0.901, isPerClass: false, classCount: 3)[0] == 0.05)
    #expect(throws: OptionsError.self) {
      try scores.thresholds(coverage: 0.96, isPerClass: false, classCount: 3)
    }
    // Ten of class 0 and nine of class 1 can promise .9; nobody of class 2 can.
    #expect(try scores.thresholds(coverage: 0.9, isPerClass: true, classCount: 3) == [0.05, 0.1, 0.1])
  }

  @Test func documentsWhoseClassWasNotAmongTheBestCount() throws {
    let scores = try TruthScores(
      [0, 0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9], classIndices: [Int32](repeating: 0, count: 9), classCount: 2)
    #expect(try scores.thresholds(coverage: 0.7, isPerClass: false, classCount: 2)[0] == 0.5)
    #expect(throws: OptionsError.self) {
      try scores.thresholds(coverage: 0.8, isPerClass: false, classCount: 2)
    }
  }

  @Test(arguments: [0, 1, -0.5, 2, .nan]) func coverageHasALimit(coverage: Double) throws {
    let scores = try TruthScores([0.5, 0.6], classIndices: [0, 1], classCount: 2)
    #expect(throws: OptionsError.self) {
      try scores.thresholds(coverage: coverage, isPerClass: false, classCount: 2)
    }
  }

  @Test func badPartsAreRefused() {
    #expect(throws: OptionsError.self) { try TruthScores([], classIndices: [], classCount: 2) }
    #expect(throws: OptionsError.self) { try TruthScores([0.5], classIndices: [2], classCount: 2) }
    #expect(throws: OptionsError.self) { try TruthScores([1.5], classIndices: [0], classCount: 2) }
    #expect(throws: OptionsError.self) { try TruthScores([0.5], classIndices: [0, 1], classCount: 2) }
  }

  /// The promise itself: over many models, the right class of a new document is in its set as often as asked.
  @Test(arguments: [0.8, 0.95]) func setsKeepTheirPromiseOnAverage(coverage: Double) throws {
    var (held, total, size) = (0, 0, 0)
    for seed in 1...6 as ClosedRange<UInt64> {
      let all = TestRows.clustered(rows: 900, width: 24, classes: 8, subtopics: 2, density: 0.5, seed: seed)
      var random = CounterRandom(seed: seed)
      // A fifth of the labels is drawn by lot: no model can be sure.
      let labels = all.classes.map { random.nextUnit() < 0.2 ? random.nextIndex(below: 8) : $0 }
      let features = try TestRows.features(all.rows, isSparse: true)
      var classifier = try FastKMeansClassifier<Int>(TrainingOptions())
      try classifier.fit(features.selectingRows(0..<500), labels: Array(labels[..<500]))
      let answers = try classifier.model.classify(features.selectingRows(500..<900), coverage: coverage)
      for (answer, label) in zip(answers, labels[500...]) {
        held += answer.classes.contains { $0.label == label } ? 1 : 0
        size += answer.classes.count
      }
      total += 400
    }
    let observed = Double(held) / Double(total)
    // Six splits of 2,400 documents: a standard deviation is about .01.
    #expect(abs(observed - coverage) < 0.05, "\(observed), \(Double(size) / Double(total)) classes a set")
    #expect(Double(size) / Double(total) < 7)
  }

  @Test func classOperationsKeepThePromiseOfTheOthers() throws {
    let clustered = TestRows.clustered(rows: 500, width: 20, classes: 5, subtopics: 1, density: 0.4, seed: 2)
    let features = try TestRows.features(clustered.rows, isSparse: true)
    var classifier = try FastKMeansClassifier<Int>(TrainingOptions())
    try classifier.fit(features, labels: clustered.classes)
    let before = try #require(try classifier.model.storage.calibration?.truths)
    var merged = classifier
    try merged.mergeClasses([1], into: 3)
    let after = try #require(try merged.model.storage.calibration?.truths)
    #expect(after.probabilities == before.probabilities && after.classIndices.allSatisfy { $0 < 4 })
    try classifier.removeClass(0)
    let left = try #require(try classifier.model.storage.calibration?.truths)
    #expect(left.probabilities.count == before.classIndices.count { $0 != 0 })
    let state = classifier.learningState
    let resumed = try FastKMeansClassifier<Int>(resuming: state)
    #expect(try resumed.model.storage.calibration == classifier.model.storage.calibration)
  }
}
