import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// How refinement ends, and what it leaves behind.
@Suite struct RefinementOutcomeTests {
  @Test func itIsNeverWorseThanThePrototypesOnRowsThatWereHeldOut() throws {
    var outcomes: Set<String> = []
    for seed in 0..<12 as Range<UInt64> {
      var problem = RefinementProblem.separable(rows: 90, isSparse: seed % 2 == 0, seed: seed)
      // Labels by lot: there is nothing to learn.
      var random = CounterRandom(seed: seed, stream: 4)
      problem.classes = problem.classes.map { _ in random.nextIndex(below: 3) }
      problem.options.refinement = .count(2)
      let (classifier, report) = try problem.fitted()
      switch report.refinement {
      case .done(let done):
        #expect(done.heldOutAccuracy >= done.prototypeAccuracy, "seed \(seed)")
        #expect(try classifier.model.storage.refined != nil)
        outcomes.insert("done")
      case .noBetter(let heldOut, let prototypes):
        #expect(heldOut < prototypes, "seed \(seed)")
        #expect(try classifier.model.storage.refined == nil)
        #expect(try classifier.model.storage.calibration != nil)
        outcomes.insert("noBetter")
      default: Issue.record("seed \(seed): \(report.refinement)")
      }
    }
    #expect(outcomes == ["done", "noBetter"])
  }

  /// Similarities divided by their sum say next to nothing about how likely the best is: 1 / 3 at best here.
  @Test func prototypesThatStayAreAsSureAsTheyAreRight() throws {
    var gaps: [Double] = []
    for seed in 0..<6 as Range<UInt64> {
      let drawn = TestRows.marked(900, noise: 18, classes: 3, seed: seed)
      var problem = RefinementProblem(
        rows: Array(drawn.rows[..<300]), classes: Array(drawn.classes[..<300]), isSparse: true)
      problem.options.threadCount = 1
      // With a second epoch, the growing loss would be taken for divergence.
      problem.options.refinement = .count(1)
      var settings = RefinementTrainer.Settings()
      // Learning away from the classes: the prototypes win.
      for recipe in settings.recipes.indices { settings.recipes[recipe].rate = -1 }
      let outcome = try problem.trained(settings)
      guard case .noBetter = outcome.training.report.refinement else { continue }
      let calibration = try #require(outcome.calibration)
      var (sure, right) = (0.0, 0.0)
      for (row, classIndex) in zip(drawn.rows[300...], drawn.classes[300...]) {
        var scores = outcome.training.prototypes.map { Self.similarity(of: row, $0) }
        scores.withUnsafeMutableBufferPointer { calibration.apply(to: $0) }
        let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        sure += Double(scores[best])
        right += best == classIndex ? 1 : 0
      }
      gaps.append(abs(sure - right) / 600)
    }
    #expect(gaps.count > 2)
    // 180 held-out rows at most: two standard errors.
    #expect(gaps.allSatisfy { $0 < 0.08 }, "\(gaps)")
  }

  /// The cosine to the best of a class's prototypes.
  private static func similarity(of row: [Float], _ members: [Prototype]) -> Float {
    let length = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return members.map { member in
      let center = member.center
      let dot = center.values.indices.reduce(0.0) {
        $0 + center.values[$1] * Double(row[center.isSparse ? Int(center.columns[$1]) : $1])
      }
      return Float(dot / length / center.squaredNorm.squareRoot())
    }.max() ?? 0
  }

  @Test func itHelpsWhereALineSeparates() throws {
    for distance in Distance.allCases {
      let problem = RefinementProblem.separable(rows: 180, distance: distance, seed: 3)
      let (classifier, report) = try problem.fitted()
      let done = try #require(report.refinement.done)
      #expect(done.heldOutCount > 50)
      #expect(done.heldOutAccuracy > done.prototypeAccuracy + 0.02, "\(done)")
      let predictions = try classifier.model.predict(problem.features())
      let right = zip(predictions, problem.classes).filter { $0.0 == $0.1 }.count
      #expect(Double(right) > 0.9 * Double(problem.rows.count), "\(distance)")
    }
  }

  @Test func aLargeSetIsJudgedByAPartOfIt() throws {
    var settings = RefinementTrainer.Settings()
    settings.smallCount = 100
    let outcome = try RefinementProblem.separable(rows: 400, seed: 1).trained(settings)
    let done = try #require(outcome.training.report.refinement.done)
    #expect(settings.recipes.map(\.name).contains(done.recipe))
    // A tenth of the rows, rounded class by class.
    #expect((37...43).contains(done.heldOutCount), "\(done)")
    #expect(outcome.refined != nil)
  }

  /// One recipe learns away from the classes: held-out rows choose the other, whichever comes first.
  @Test(arguments: [10, 1_000]) func theRecipeThatLearnsIsChosen(smallCount: Int) throws {
    let problem = RefinementProblem.separable(rows: 300, seed: 4)
    for bad in 0...1 {
      var settings = RefinementTrainer.Settings()
      settings.smallCount = smallCount
      settings.recipes[bad].rate = -0.2
      let done = try #require(try problem.trained(settings).training.report.refinement.done)
      #expect(done.recipe == settings.recipes[1 - bad].name)
    }
  }

  @Test func refineSaysForHowManyEpochs() throws {
    var problem = RefinementProblem.separable(rows: 160, seed: 2)
    for epochs in [7, 9] {
      problem.options.refinement = .count(epochs)
      let report = try problem.fitted().report
      #expect(try #require(report.refinement.done).epochs == epochs)
    }
    problem.options.refinement = .count(0)
    let (classifier, report) = try problem.fitted()
    #expect(report.refinement == .off)
    #expect(try classifier.model.storage.refined == nil)
  }

  @Test func weightsBeyondTheLimitAreRefusedWithNumbers() throws {
    let problem = RefinementProblem.separable(rows: 90, isSparse: false, seed: 2)
    for (limit, lanes) in [(100, 1...1), (21 * 8 * 4 - 1, 1...8)] {
      var settings = RefinementTrainer.Settings()
      settings.byteLimit = limit
      let outcome = try problem.trained(settings)
      guard case .skipped(let needed) = outcome.training.report.refinement else {
        Issue.record("\(outcome.training.report.refinement)")
        continue
      }
      #expect(needed == 21 * 8 * 4, "lanes \(lanes) of 21 features, padded to 8")
      #expect(outcome.refined == nil)
      #expect(outcome.training.prototypes.allSatisfy { !$0.isEmpty })
    }
  }

  @Test func manyClassesOfOneDocumentEndWithTheirPrototypes() throws {
    var problem = RefinementProblem(
      rows: (0..<200).map { [Float($0 % 14) + 1, Float($0 / 14) + 1, 1] }, classes: Array(0..<200),
      isSparse: true)
    var settings = RefinementTrainer.Settings()
    settings.smallCount = 100
    let outcome = try problem.trained(settings)
    #expect(outcome.training.report.refinement == .skipped(neededBytes: nil))
    #expect(outcome.refined == nil)
    problem.options.refinement = .count(1)
    guard case .done = try problem.trained(settings).training.report.refinement else {
      Issue.record("an asked number of epochs is kept to")
      return
    }
  }

  @Test func anAutomaticNumberStaysWithinItsBytes() throws {
    var problem = RefinementProblem.separable(rows: 300, classes: 2, seed: 5)
    problem.options.isPrototypeCountAutomatic = true
    // 20 noisy features and their marks, 8 bytes a value, centre and weights.
    let each = 20 * 8 * 2
    for refinement in [RefinementEpochs.count(1), .count(0)] {
      problem.options.refinement = refinement
      let bytes = refinement == .count(0) ? each / 2 : each
      var totals: [Int] = []
      for prototypes in [1, 2, 3, 5, 100] {
        problem.options.automaticByteLimit = prototypes * bytes
        let model = try problem.fitted().classifier.model
        // There is always one for each class.
        #expect(model.prototypes.count <= max(2, prototypes), "\(refinement), \(prototypes)")
        #expect(model.prototypes.count >= 2)
        totals.append(model.prototypes.count)
      }
      #expect(totals == totals.sorted())
      #expect(try #require(totals.last) > 5, "\(refinement): \(totals)")
    }
  }

  /// Blobs that lie behind each other, seen from 0: the parts of a class lie among those of the others.
  @Test(arguments: [5_000, 100])
  func severalPrototypesGiveWayToOneWhereTheyHurt(smallCount: Int) throws {
    var random = CounterRandom(seed: 3, stream: 8)
    let classes = (0..<900).map { $0 % 6 }
    let rows = classes.map { label in
      [Float(label % 3 * 3), Float(label / 3 * 5)].map { middle in
        30 + middle + (0..<6).reduce(Float(0)) { sum, _ in sum + Float(random.nextUnit()) } - 3
      }
    }
    var problem = RefinementProblem(rows: rows, classes: classes, isSparse: false)
    var settings = RefinementTrainer.Settings()
    settings.smallCount = smallCount
    let outcome = try problem.trained(settings)
    let tried = outcome.training.report.choices.filter { $0.subject == "prototypes" }
    #expect(tried.count == 2 && tried.count { $0.isTaken } == 1, "\(tried)")
    let one = try #require(tried.first { $0.candidate == "6" })
    #expect(one.isTaken == outcome.training.prototypes.allSatisfy { $0.count == 1 })
    #expect(one.isTaken, "\(tried)")
    // What was asked for by class is kept to.
    problem.options.prototypeCounts = .byPosition([3, 3, 3, 3, 3, 3])
    #expect(try problem.fitted().classifier.model.prototypes.count == 18)
  }

  /// What is left beside the prototypes goes to the largest weights.
  @Test func weightsArePrunedToTheBytesThatAreLeft() throws {
    var problem = RefinementProblem.separable(rows: 300, classes: 2, seed: 5)
    problem.options.isPrototypeCountAutomatic = true
    problem.options.refinement = .count(2)
    func bytes(_ limit: Int?) throws -> (prototypes: Int, weights: Int, keptShare: Double) {
      problem.options.automaticByteLimit = limit
      let (classifier, report) = try problem.fitted()
      let storage = try classifier.model.storage
      return (
        8 * storage.prototypes.storedValueCount, 8 * (storage.refined?.weights.storedValueCount ?? 0),
        report.refinement.done?.keptShare ?? 0
      )
    }
    let free = try bytes(nil)
    #expect(free.keptShare == 1 && free.weights > 0)
    for share in [0.9, 0.6, 0.3] {
      let limit = free.prototypes + Int(share * Double(free.weights))
      let found = try bytes(limit)
      #expect(
        found.weights > 0 && found.prototypes + found.weights <= limit, "\(share): \(found), limit \(limit)")
      #expect(found.prototypes < free.prototypes || found.keptShare < 1)
    }
    // Without room for a weight the prototypes stay as they are.
    let least = try bytes(1)
    #expect(least.weights == 0 && least.prototypes > 0)
  }

  @Test func prototypesForManyDocumentsAreKeptFirst() throws {
    let rows = try DenseMatrix(rowCount: 120, columnCount: 10, values: [Float](repeating: 1, count: 1200))
    let classes = (0..<120).map { Int32($0 < 90 ? 0 : $0 < 110 ? 1 : 2) }
    var options = TrainingOptions()
    options.isPrototypeCountAutomatic = true
    options.refinement = .count(0)
    func limited(
      _ prototypes: Int, _ counts: [Int], isFixed: [Bool] = [false, false, false]
    ) throws -> [Int] {
      options.automaticByteLimit = prototypes * 10 * 4
      return try rows.withRows {
        let view = FeatureRows.dense($0)
        return PrototypeCountRule.limited(
          counts, isFixed: isFixed,
          documents: TrainingSet(
            view, norms: try RowNorms(of: view, distance: .cosine, workers: 1), classes: classes,
            classCount: 3),
          options: options)
      }
    }
    #expect(try limited(0, [3, 2, 2]) == [1, 1, 1])
    #expect(try limited(5, [3, 2, 2]) == [3, 1, 1])
    #expect(try limited(6, [3, 2, 2]) == [3, 2, 1])
    #expect(try limited(99, [3, 2, 2]) == [3, 2, 2])
    #expect(try limited(3, [3, 2, 2], isFixed: [false, false, true]) == [1, 1, 2])
  }

  /// A class of one document is never held out: it is trained, and told from the others.
  @Test func aClassThatTheHeldOutRowsLeaveOutIsLearned() throws {
    for smallCount in [10, 20_000] {
      var problem = RefinementProblem.separable(rows: 200, seed: 8)
      problem.rows.append((0..<problem.rows[0].count).map { $0 == 0 ? 9 : 0 })
      problem.classes.append(3)
      var settings = RefinementTrainer.Settings()
      settings.smallCount = smallCount
      let outcome = try problem.trained(settings)
      #expect(outcome.training.prototypes[3].count == 1)
      #expect(outcome.refined?.weights.classIndices.count { $0 == 3 } ?? 1 == 1)
      let report = try problem.fitted()
      let predicted = try report.classifier.model.predict(
        TestRows.features([problem.rows[200]], isSparse: true))
      #expect(predicted == [3])
    }
  }

  /// The same document under two labels can be right once: refinement goes on, and no weight runs away.
  @Test func conflictingLabelsDoNoHarmToOtherDocuments() throws {
    var problem = RefinementProblem.separable(rows: 150, seed: 9)
    let count = problem.rows.count
    for row in 0..<20 {
      problem.rows.append(problem.rows[row])
      problem.classes.append((problem.classes[row] + 1) % 3)
    }
    let (classifier, report) = try problem.fitted()
    if let done = report.refinement.done { #expect(done.rateHalvings == 0) }
    let predicted = try classifier.model.predict(problem.features())
    let right = (20..<count).count { predicted[$0] == problem.classes[$0] }
    #expect(Double(right) > 0.8 * Double(count - 20), "\(right) of \(count - 20)")
  }

  @Test func prototypeCountsStayWithinWhatWasAskedFor() throws {
    var problem = RefinementProblem.separable(rows: 300, classes: 2, seed: 5)
    problem.options.refinement = .count(1)
    func counts() throws -> [Int] {
      let storage = try problem.fitted().classifier.model.storage
      return (0..<storage.classes.count).map { storage.classStarts[$0 + 1] - storage.classStarts[$0] }
    }
    for limit in 1...3 {
      problem.options.prototypesPerClass = limit
      #expect(try counts().allSatisfy { (1...limit).contains($0) })
    }
    problem.options.isPrototypeCountAutomatic = true
    let automatic = try counts()
    // 150 alike documents a class pay for more than three.
    #expect(automatic.allSatisfy { (4...5).contains($0) }, "\(automatic)")
    problem.options.isPrototypeCountAutomatic = false
    problem.options.prototypeCounts = .byLabel([.integer(1): 7])
    let kept = try counts()
    #expect(kept[1] == 7)
    #expect(kept[0] <= 3)
  }
}
