import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct LabelAuditTests {
  /// Clustered rows of which some labels are wrong.
  private struct Problem {
    let features: Features
    let labels: [Int]
    let flipped: Set<Int>

    init(rows: Int = 400, isSparse: Bool = true, classes: Int = 5, flips: Int = 20) throws {
      let clustered = TestRows.clustered(
        rows: rows, width: 40, classes: classes, subtopics: 2, density: isSparse ? 0.4 : 1, seed: 5)
      features = try TestRows.features(clustered.rows, isSparse: isSparse)
      var labels = clustered.classes
      var flipped = Set<Int>()
      var random = CounterRandom(seed: 9)
      while flipped.count < flips {
        let row = random.nextIndex(below: rows)
        guard flipped.insert(row).inserted else { continue }
        labels[row] = (labels[row] + 1 + random.nextIndex(below: classes - 1)) % classes
      }
      (self.labels, self.flipped) = (labels, flipped)
    }

    func audit(
      threads: Int = 2, folds: Int = 5, distance: Distance = .cosine, refine: RefinementEpochs = .automatic
    ) throws -> LabelAudit {
      var options = TrainingOptions()
      (options.threadCount, options.distance, options.refinement) = (threads, distance, refine)
      var settings = LabelAudit.Settings()
      settings.foldCount = folds
      return try features.withRows {
        try LabelAudit($0, labels: LabelColumn(labels), options: options, settings: settings)
      }
    }
  }

  @Test(
    arguments: [true, false],
    [(Distance.cosine, RefinementEpochs.automatic), (.euclidean, .automatic), (.cosine, .count(0))])
  func flippedLabelsComeFirst(isSparse: Bool, how: (Distance, RefinementEpochs)) throws {
    let problem = try Problem(isSparse: isSparse)
    let audit = try problem.audit(distance: how.0, refine: how.1)
    #expect(audit.order.sorted() == Array(0..<400))
    let found = audit.order.prefix(20).count { problem.flipped.contains($0) }
    #expect(found >= 15, "\(found) of 20")
    for (one, next) in zip(audit.order, audit.order.dropFirst()) {
      #expect(audit.margin(one) >= audit.margin(next))
    }
    for row in audit.order {
      #expect((audit.margin(row) > 0) == (audit.suggested(row) != Int(audit.given[row])))
      #expect(audit.margin(row) <= 0 || audit.confidences[row] >= audit.labelConfidences[row])
      if audit.isProbable[row] { #expect(audit.margin(row) > 0) }
    }
    let probable = audit.order.filter { audit.isProbable[$0] }
    #expect(probable.count { problem.flipped.contains($0) } >= 15 && probable.count <= 40)
  }

  /// A row's answer must not depend on the row: a model that knew it would stand by a wrong label.
  @Test func aRowIsAnsweredByModelsThatHaveNotSeenIt() throws {
    let problem = try Problem(flips: 0)
    var labels = problem.labels
    for row in stride(from: 0, to: 400, by: 25) { labels[row] = (labels[row] + 1) % 5 }
    let audit = try problem.features.withRows {
      try LabelAudit($0, labels: LabelColumn(labels), options: TrainingOptions())
    }
    for row in stride(from: 0, to: 400, by: 25) {
      #expect(
        audit.classes.labels[audit.suggested(row)] == .integer(Int64(problem.labels[row])), "row \(row)")
    }
  }

  @Test func threadsChangeNoBit() throws {
    let problem = try Problem()
    let (one, four) = (try problem.audit(threads: 1), try problem.audit(threads: 4))
    #expect(one.order == four.order && one.confidences == four.confidences)
    #expect(one.labelConfidences == four.labelConfidences && one.isProbable == four.isProbable)
    #expect(one.pairs == four.pairs && one.mixedClasses == four.mixedClasses)
  }

  @Test func reasonsAddUpToTheMargin() throws {
    let problem = try Problem()
    let audit = try problem.features.withRows { view in
      var settings = LabelAudit.Settings()
      settings.reasonCount = 40
      var classifier = try FastKMeansClassifier<Int>(TrainingOptions())
      try classifier.fit(problem.features, labels: problem.labels)
      return try LabelAudit(
        view, labels: LabelColumn(problem.labels.map { ($0 + 1) % 5 }), model: classifier.model.storage,
        settings: settings)
    }
    let row = try #require(audit.order.first)
    let reasons = audit.reasons(row)
    #expect(!reasons.isEmpty && reasons.allSatisfy { $0.lead > 0 })
    #expect(reasons.reduce(0) { $0 + $1.lead } >= audit.margin(row) - 1e-4)
    for (one, next) in zip(reasons, reasons.dropFirst()) { #expect(one.lead >= next.lead) }
  }

  @Test func aModelThatHasNotSeenTheRowsAnswersInPlaceOfFolds() throws {
    let problem = try Problem()
    var classifier = try FastKMeansClassifier<Int>(TrainingOptions())
    let half = Array(0..<200)
    try classifier.fit(problem.features.selectingRows(half), labels: half.map { problem.labels[$0] })
    let model = try classifier.model
    let rest = Array(200..<400)
    let rows = problem.features.selectingRows(rest)
    // One label is unknown to the model: its row cannot be judged.
    let labels = [77] + rest.dropFirst().map { problem.labels[$0] }
    let audit = try rows.withRows { try LabelAudit($0, labels: LabelColumn(labels), model: model.storage) }
    #expect(
      audit.margin(0).isNaN && audit.order.last == 0 && audit.unjudgedCount == 1 && !audit.isProbable[0])
    #expect(audit.classes.labels[audit.suggested(0)] == 77)
    let predicted = try model.classify(rows, top: 1)
    for row in 1..<200 {
      #expect(audit.classes.labels[audit.suggested(row)] == .integer(Int64(predicted[row].label)))
      #expect(audit.confidences[row] == predicted[row].confidence)
    }
  }

  @Test func classesThatWereOneLookLikeOne() throws {
    let problem = try Problem(classes: 4, flips: 0)
    var random = CounterRandom(seed: 3)
    // Class 3 is dealt out to 3 and 9 by lot.
    let labels = problem.labels.map { $0 == 3 && random.nextUnit() < 0.4 ? 9 : $0 }
    let audit = try problem.features.withRows {
      try LabelAudit($0, labels: LabelColumn(labels), options: TrainingOptions())
    }
    let alike = try #require(audit.alike().first)
    #expect(Set([alike.given, alike.suggested].map { audit.classes.labels[$0] }) == [3, 9])
    #expect(audit.alike().count == 1 && alike.overlap > 0.6)
  }

  @Test func aClassOfTwoTopicsLooksLikeSeveral() throws {
    let clustered = TestRows.clustered(
      rows: 600, width: 60, classes: 6, subtopics: 1, density: 0.3, seed: 31)
    let features = try TestRows.features(clustered.rows, isSparse: true)
    // Classes 4 and 5 become one.
    let labels = clustered.classes.map { $0 == 5 ? 4 : $0 }
    let audit = try features.withRows {
      try LabelAudit($0, labels: LabelColumn(labels), options: TrainingOptions())
    }
    let mixed = try #require(audit.mixedClasses.first)
    #expect(audit.classes.labels[mixed.classIndex] == 4 && mixed.gain > 0.1)
    #expect(mixed.subTopics.count >= 2 && abs(mixed.subTopics.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    #expect(audit.mixedClasses.dropFirst().allSatisfy { $0.gain < mixed.gain / 2 })
  }

  @Test func rowsWithoutKnownFeaturesAndFarOnesAreNamed() throws {
    var (rows, classes) = TestRows.clustered(
      rows: 300, width: 40, classes: 3, subtopics: 1, density: 0.3, seed: 4)
    for row in rows.indices { rows[row] += [0, 0] }
    rows[7] = [Float](repeating: 0, count: 42)
    rows[11] = [Float](repeating: 0, count: 40) + [1, 0]
    // A trace of what others have, beside its own feature.
    rows[13] = rows[13].prefix(40).map { $0 * 0.01 } + [0, 5]
    classes[13] = classes[12]
    let audit = try TestRows.features(rows, isSparse: true).withRows {
      try LabelAudit($0, labels: LabelColumn(classes), options: TrainingOptions())
    }
    #expect(audit.unknownRows == [7, 11])
    #expect(audit.outliers(share: 0.01).first == 13 && audit.outliers(share: 0.01).count == 3)
    #expect(audit.outliers(share: 0).isEmpty)
  }

  @Test func aClassOfOneRowIsNotJudged() throws {
    let problem = try Problem(flips: 0)
    let labels = [50] + problem.labels.dropFirst()
    let audit = try problem.features.withRows {
      try LabelAudit($0, labels: LabelColumn(labels), options: TrainingOptions())
    }
    #expect(audit.margin(0).isNaN && audit.order.last == 0 && audit.unjudgedCount == 1)
  }

  @Test func rowsThatAllAreEqualAreNoError() throws {
    let features = try TestRows.features([[Float]](repeating: [1, 2, 0], count: 20), isSparse: true)
    let labels = (0..<20).map { $0 % 2 }
    let audit = try features.withRows {
      try LabelAudit($0, labels: LabelColumn(labels), options: TrainingOptions())
    }
    #expect(audit.order.count == 20 && audit.confidences.allSatisfy { $0 <= 0.5 + 1e-6 })
    let similar = try features.withRows {
      try SimilarRows(of: $0, labels: LabelColumn(labels), threshold: 0.95, workers: 1)
    }
    #expect(similar.duplicates.count == 19 && similar.conflicts.count == 19)
  }

  @Test func foldsMayBeLargerThanClasses() throws {
    let problem = try Problem(rows: 40, classes: 8, flips: 0)
    let audit = try problem.audit(folds: 20)
    #expect(audit.order.count == 40)
    #expect(throws: OptionsError.self) { try problem.audit(folds: 41) }
    #expect(throws: OptionsError.self) { try problem.audit(folds: 1) }
  }

  @Test func badLabelsAreNamed() throws {
    let features = try TestRows.features((0..<6).map { [Float($0 + 1), 1] }, isSparse: false)
    func audit(_ labels: [Int]) throws {
      var settings = LabelAudit.Settings()
      settings.foldCount = 2
      _ = try features.withRows {
        try LabelAudit($0, labels: LabelColumn(labels), options: TrainingOptions(), settings: settings)
      }
    }
    #expect(throws: InputError.oneClassOnly(label: "4")) { try audit([4, 4, 4, 4, 4, 4]) }
    #expect(throws: InputError.self) { try audit([0, 1, 2, 3, 4, 5]) }
    #expect(throws: InputError.lengthMismatch(what: "labels", expected: 6, found: 2)) { try audit([0, 1]) }
  }
}
