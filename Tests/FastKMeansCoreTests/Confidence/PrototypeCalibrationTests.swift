import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// k-means prototypes that are not refined have confidences too: some documents are taken out of them to judge.
@Suite struct PrototypeCalibrationTests {
  private static func options(_ distance: Distance, count: Int, isSoft: Bool) -> TrainingOptions {
    var options = TrainingOptions()
    options.refinement = .count(0)
    options.distance = distance
    options.prototypesPerClass = count
    options.isSoft = isSoft
    options.threadCount = 2
    return options
  }

  /// With one prototype a class, k-means of the other documents gives the same.
  @Test(arguments: Distance.allCases, [true, false])
  func documentsAreTakenOutAsIfTheyHadNeverBeenThere(distance: Distance, isSparse: Bool) throws {
    for seed in 0..<4 as Range<UInt64> {
      let drawn = TestRows.clustered(
        rows: 90, width: 30, classes: 4, density: isSparse ? 0.4 : 1, seed: seed)
      var random = CounterRandom(seed: seed, stream: 77)
      let weights: [Float]? =
        seed % 2 == 0 ? nil : drawn.rows.map { _ in Float(1 + random.nextIndex(below: 4)) / 2 }
      let options = Self.options(distance, count: 1, isSoft: false)
      try TestRows.features(drawn.rows, isSparse: isSparse).withRows { rows in
        let set = TrainingSet(
          rows, norms: try RowNorms(of: rows, distance: distance, workers: 1),
          classes: drawn.classes.map { Int32($0) }, classCount: 4, weights: weights)
        func trained(_ set: TrainingSet) throws -> [[Prototype]] {
          try ByClassTrainer(options: options, progress: ProgressReporter(nil)).fit(
            set, wanted: [1, 1, 1, 1], initial: [[], [], [], []]
          ).prototypes
        }
        let split = HeldOutSplit(set, share: 0.3, seed: seed, step: 0)
        let found = set.without(split.heldOut, try trained(set), options, workers: 2)
        let wanted = try trained(set.selecting(split.training))
        for (found, wanted) in zip(found.joined(), wanted.joined()) {
          #expect(abs(found.mass - wanted.mass) < 1e-9 * wanted.mass)
          #expect(found.center.squaredDistance(to: wanted.center) < 1e-9 * (1 + wanted.center.squaredNorm))
          #expect(abs(found.sumScale - wanted.sumScale) < 1e-5 * wanted.sumScale)
        }
        #expect(found.map(\.count) == wanted.map(\.count))
      }
    }
  }

  /// Of a soft assignment each document leaves its share in every prototype.
  @Test func sharesLeaveWithTheirDocuments() throws {
    let drawn = TestRows.clustered(rows: 120, width: 20, classes: 3, subtopics: 3, density: 1, seed: 5)
    let options = Self.options(.cosine, count: 3, isSoft: true)
    var classifier = try FastKMeansClassifier<Int>(options)
    let features = try TestRows.features(drawn.rows, isSparse: false)
    try classifier.fit(features, labels: drawn.classes)
    let storage = try classifier.model.storage
    try features.withRows { rows in
      let set = TrainingSet(
        rows, norms: try RowNorms(of: rows, distance: .cosine, workers: 1),
        classes: drawn.classes.map { Int32($0) }, classCount: 3)
      let split = HeldOutSplit(set, share: 0.5, seed: 1, step: 0)
      let before = storage.prototypes.learnerPrototypes(classCount: 3)
      let after = set.without(split.heldOut, before, options, workers: 1)
      for index in 0..<3 {
        let left = split.training.count { drawn.classes[Int($0)] == index }
        #expect(abs(after[index].reduce(0) { $0 + $1.mass } - Double(left)) < 1e-4)
        #expect(after[index].map(\.mass) != before[index].map(\.mass))
      }
    }
  }

  /// A sum divided by similarities says next to nothing about how likely the best class is: 1 / 3 at best here.
  @Test(arguments: Distance.allCases, [1, 3])
  func confidencesAreAsHighAsAnswersAreRight(distance: Distance, count: Int) throws {
    for isSoft in [false, true] {
      let drawn = TestRows.marked(3_000, noise: 18, classes: 3, seed: 7)
      let training = try TestRows.features(Array(drawn.rows[..<1_500]), isSparse: true)
      var classifier = try FastKMeansClassifier<Int>(Self.options(distance, count: count, isSoft: isSoft))
      try classifier.fit(training, labels: Array(drawn.classes[..<1_500]))
      let model = try classifier.model
      #expect(model.storage.calibration?.truths == nil)
      let answers = try model.classify(TestRows.features(Array(drawn.rows[1_500...]), isSparse: true))
      let sure = answers.reduce(0.0) { $0 + Double($1.confidence) } / 1_500
      let right = zip(answers, drawn.classes[1_500...]).count { $0.label == $1 }
      #expect(right > 750, "\(right) of 1,500")
      #expect(abs(sure - Double(right) / 1_500) < 0.05, "sure \(sure), right \(right) of 1,500")
    }
  }

  @Test func whereNoClassHasASecondDocumentNothingIsCalibrated() throws {
    let rows = (0..<40).map { row in (0..<40).map { Float($0 == row ? 1 : 0) } }
    var classifier = try FastKMeansClassifier<Int>(Self.options(.cosine, count: 1, isSoft: false))
    try classifier.fit(TestRows.features(rows, isSparse: true), labels: Array(0..<40))
    #expect(try classifier.model.storage.calibration == nil)
  }

  /// What a cluster does with a sample of the documents.
  @Test(arguments: Distance.allCases)
  func aModelIsCalibratedByDocumentsThatItWasTrainedOn(distance: Distance) throws {
    let drawn = TestRows.marked(1_000, noise: 18, classes: 3, seed: 9)
    var classifier = try FastKMeansClassifier<Int>(Self.options(distance, count: 2, isSoft: false))
    let features = try TestRows.features(drawn.rows, isSparse: true)
    try classifier.fit(features, labels: drawn.classes)
    var plain = try classifier.model.storage
    plain.calibration = nil
    let sample = Array(stride(from: 0, to: 1_000, by: 5))
    let labels = sample.map { drawn.classes[$0] }
    let (judged, own) = try features.selectingRows(sample).withRows { rows in
      (
        try plain.calibrated(on: rows, labels: LabelColumn(labels), sampleWeights: nil, threadCount: 1),
        try ClassScoring(plain).predictedClasses(rows)
      )
    }
    let calibration = try #require(judged.model.calibration)
    #expect(calibration.truths == nil && judged.model.refined == nil)
    #expect(judged.accuracy == judged.prototypeAccuracy)
    // Documents that are part of the prototypes are answered better than others would be.
    #expect(judged.accuracy <= Double(zip(own, labels).count { Int($0) == $1 }) / 200)
  }
}

/// A stream's confidences are fitted to what its refined weights said of documents before they learned them.
@Suite struct StreamCalibrationTests {
  @Test(arguments: Distance.allCases)
  func confidencesAreAsHighAsAnswersAreRight(distance: Distance) throws {
    let drawn = TestRows.marked(3_600, noise: 18, classes: 3, seed: 4)
    var options = TrainingOptions()
    options.distance = distance
    var classifier = try FastKMeansClassifier<Int>(options)
    for start in stride(from: 0, to: 2_000, by: 400) {
      let batch = start..<start + 400
      try classifier.learn(
        TestRows.features(Array(drawn.rows[batch]), isSparse: true), labels: Array(drawn.classes[batch]))
      // The first batch brings all classes: nothing was known that could have been right or wrong.
      #expect((classifier.learner.calibration == nil) == (start == 0))
    }
    let answers = try classifier.classifier().classify(
      TestRows.features(Array(drawn.rows[2_000...]), isSparse: true))
    let sure = answers.reduce(0.0) { $0 + Double($1.confidence) } / 1_600
    let right = Double(zip(answers, drawn.classes[2_000...]).count { $0.label == $1 }) / 1_600
    #expect(right > 0.6 && abs(sure - right) < 0.06, "sure \(sure), right \(right)")
  }

  @Test func aFewDocumentsChangeNothing() throws {
    let drawn = TestRows.marked(1_000, noise: 18, classes: 3, seed: 4)
    var classifier = try FastKMeansClassifier<Int>(TrainingOptions())
    func learn(_ batch: Range<Int>) throws {
      try classifier.learn(
        TestRows.features(Array(drawn.rows[batch]), isSparse: true), labels: Array(drawn.classes[batch]))
    }
    for start in [0, 400] { try learn(start..<start + 400) }
    let before = try #require(classifier.learner.calibration)
    try learn(800..<900)
    #expect(classifier.learner.calibration == before)
  }
}
