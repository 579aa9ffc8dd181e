import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import FastKMeansText
import Testing

@testable import FastKMeansFormats

@Suite struct ModelRoundTripTests {
  @Test(arguments: Precision.allCases, Mode.allCases) func returnsTheModelOfText(
    precision: Precision, mode: Mode
  ) throws {
    try expectRoundTrip(SampleModels.ofText(SampleModels.options(precision, mode: mode)))
  }

  @Test(arguments: Precision.allCases, [true, false]) func returnsTheModelOfVectors(
    precision: Precision, isSparse: Bool
  ) throws {
    for mode in Mode.allCases {
      for distance in Distance.allCases {
        let options = SampleModels.options(precision, mode: mode, distance: distance)
        try expectRoundTrip(SampleModels.ofVectors(options, isSparse: isSparse))
      }
    }
  }

  @Test(arguments: Precision.allCases, [true, false]) func returnsRefinedWeightsAndCalibration(
    precision: Precision, isSparse: Bool
  ) throws {
    for distance in Distance.allCases {
      let contents = try SampleModels.refined(precision, distance: distance, isSparse: isSparse)
      let back = try expectRoundTrip(contents)
      let (rows, _) = try SampleModels.rows(isSparse: isSparse)
      #expect(try back.model.classify(rows, top: 2) == contents.model.classify(rows, top: 2))
      expectSame(
        try contents.converted(to: .bfloat16).contents, try back.converted(to: .bfloat16).contents)
      try expectRoundTrip(contents.converted(to: .bfloat16).contents)
    }
  }

  @Test(arguments: Precision.allCases, [RefinementEpochs.automatic, .count(0)])
  func returnsWhatRowsAreRelativeTo(_ precision: Precision, _ epochs: RefinementEpochs) throws {
    let drawn = TestRows.clustered(rows: 40, width: 12, classes: 3, seed: 7)
    let rows = try TestRows.features(drawn.rows.map { $0.map { $0 + 1e5 } }, isSparse: false)
    var classifier = try FastKMeansClassifier<Int>(
      SampleModels.options(precision, distance: .euclidean) { $0.refinement = epochs })
    try classifier.fit(rows, labels: drawn.classes)
    let contents = try ModelContents(model: classifier.model)
    let back = try expectRoundTrip(contents)
    #expect(back.model.storage.frame != nil && back.model.storage.frame == contents.model.storage.frame)
    #expect(try back.model.classify(rows, top: 3) == contents.model.classify(rows, top: 3))
    #expect(try contents.converted(to: .float64).contents.model.storage.frame == back.model.storage.frame)
  }

  @Test(arguments: Precision.allCases)
  func returnsWhatRowsAreMultipliedWith(_ precision: Precision) throws {
    let drawn = TestRows.clustered(rows: 60, width: 4, classes: 3, seed: 8)
    let rows = try TestRows.features(drawn.rows.map { [$0[0], $0[1] * 1e4, $0[2], $0[3]] }, isSparse: false)
    var classifier = try FastKMeansClassifier<Int>(
      SampleModels.options(precision) { $0.isDistanceAutomatic = true })
    try classifier.fit(rows, labels: drawn.classes)
    let contents = try ModelContents(model: classifier.model)
    let back = try expectRoundTrip(contents)
    #expect(back.model.storage.frame?.scales != nil)
    #expect(back.model.storage.frame == contents.model.storage.frame)
    #expect(try back.model.classify(rows, top: 3) == contents.model.classify(rows, top: 3))
    #expect(try contents.converted(to: .float64).contents.model.storage.frame == back.model.storage.frame)
  }

  @Test(arguments: [RefinementEpochs.automatic, .count(0), .count(7)])
  func returnsHowLongToRefine(_ epochs: RefinementEpochs) throws {
    let options = SampleModels.options {
      $0.refinement = epochs
      $0.isPrototypeCountAutomatic = true
      $0.prototypesPerClass = 3
    }
    try expectRoundTrip(SampleModels.ofVectors(options, isSparse: true))
  }

  @Test func returnsEveryOption() throws {
    var options = SampleModels.options(.float64) {
      $0.initialization = .random
      $0.isSoft = false
      $0.softAssignment = .softmax
      $0.temperature = 0.1
      $0.otherClassPenalty = 1.0 / 3
      $0.mergeThreshold = 1e-7
      $0.isMergeRelative = true
      $0.percentileThreshold = 0.25
      $0.batchSize = 17
      $0.threadCount = 3
      $0.minimumMass = 0
      $0.truncationThreshold = .leastNonzeroMagnitude
      $0.maxEpochs = 3
      $0.tolerance = 0
      $0.seed = .max
      $0.decay = 0.875
      $0.isWarmStart = true
    }
    var contents = try SampleModels.ofText(options)
    // Training takes classes that rows have; one of these may have been removed since.
    options.prototypeCounts = .byLabel(["sport": 1, "gone": 9, "e\u{301}": 1, "\u{E9}": 2])
    let model = contents.model.storage
    contents.model.storage = ModelStorage(
      options: try options.validated(), classes: model.classes, prototypes: model.prototypes,
      batchCount: model.batchCount, calibration: model.calibration, refined: model.refined)
    let back = try expectRoundTrip(contents)
    #expect(back.model.options.threadCount == -1)
    #expect(try ModelFile.read(bytes: ModelFile.bytes(of: contents), threadCount: 3).model.options == options)
  }

  @Test func returnsCountsByPositionAndByInteger() throws {
    for counts: PrototypeCounts in [.byPosition([3, 1]), .byLabel([-5: 1, .integer(.max): 3])] {
      let options = SampleModels.options { $0.prototypeCounts = counts }
      #expect(
        try expectRoundTrip(SampleModels.ofVectors(options, isSparse: true)).model.options.prototypeCounts
          == counts)
    }
  }

  @Test func forgetsGivenPrototypesButNotThatTheyWereGiven() throws {
    let given = try TestRows.features([[1], [2]], isSparse: false)
    var classifier = try FastKMeansClassifier<Int>(
      SampleModels.options { $0.initialization = .prototypes(given, labels: [0, 1]) })
    try classifier.fit(given, labels: [0, 1])
    let bytes = try ModelFile.bytes(of: ModelContents(model: classifier.model))
    #expect(String(decoding: bytes, as: UTF8.self).contains(#"\"init_method\":\"given\""#))
    let back = try ModelFile.read(bytes: bytes)
    #expect(back.model.options.initialization == .kMeansPlusPlus)
    #expect(try back.model.prototypes == classifier.model.prototypes)
  }

  @Test(arguments: [
    TextOptions(minDocumentFrequency: 1, stopWords: .english),
    TextOptions(
      lowercase: false, ngrams: 2...3, minDocumentFrequency: 1, maxFeatures: nil, sublinearTF: false,
      stopWords: .custom(["the", "\u{E9}a", "e\u{301}a\"\\"])),
    TextOptions(hashingBits: 6), SampleModels.everyTextOption(hashingBits: nil),
    SampleModels.everyTextOption(hashingBits: 9),
  ])
  func returnsTheVectoriser(_ text: TextOptions) throws {
    try expectRoundTrip(SampleModels.ofText(text: text))
  }

  @Test func returnsAHashingVectoriserThatWasNeverFitted() throws {
    let vectorizer = try TFIDFVectorizer(hashingBits: 8)
    let rows = try vectorizer.transform(UTF8Documents(SampleModels.texts)).rows
    var classifier = try FastKMeansClassifier<String>(SampleModels.options())
    try classifier.fit(.sparse(rows), labels: SampleModels.textLabels)
    try expectRoundTrip(ModelContents(model: classifier.model, vectorizer: vectorizer))
  }

  @Test func keepsLabelsApartThatOnlyLookAlike() throws {
    let labels = ["", "\u{E9}", "e\u{301}", "a\nb\u{0}\"", "😀"]
    var classifier = try FastKMeansClassifier<String>(SampleModels.options { $0.prototypesPerClass = 1 })
    let rows = labels.indices.map { row in labels.indices.map { $0 == row ? Float(1) : 0 } }
    try classifier.fit(TestRows.features(rows, isSparse: true), labels: labels)
    let back = try expectRoundTrip(ModelContents(model: classifier.model))
    #expect(try ClassifierModel<String>(back.model).classes.count == labels.count)
    #expect(back.model.classes == labels.map(Label.text).sorted())
  }

  @Test func answersAsBefore() throws {
    let contents = try SampleModels.ofText()
    let rows = try #require(contents.vectorizer).transform(UTF8Documents(SampleModels.texts)).rows
    let back = try ModelFile.read(bytes: ModelFile.bytes(of: contents))
    let answers = try back.model.classify(.sparse(rows), top: 3)
    #expect(try answers == contents.model.classify(.sparse(rows), top: 3))
    #expect(answers.map { $0.best.label.description } == SampleModels.textLabels)
  }

  @discardableResult
  private func expectRoundTrip(_ contents: ModelContents) throws -> ModelContents {
    let folder = try ScratchFolder()
    let path = folder.file("model.safetensors")
    try ModelFile.write(contents, to: path)
    let bytes = try ModelFile.bytes(of: contents)
    #expect(try ScratchFolder.bytes(path) == bytes)
    #expect(try folder.names == ["model.safetensors"])
    let back = try ModelFile.read(path)
    expectSame(contents, back)
    #expect(try ModelFile.bytes(of: back) == bytes)
    return back
  }
}
