import FastKMeans
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
        #expect(try classifier.model.storage.calibration == nil)
        outcomes.insert("noBetter")
      default: Issue.record("seed \(seed): \(report.refinement)")
      }
    }
    #expect(outcomes == ["done", "noBetter"])
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

  @Test func aLargeSetIsRefinedOnce() throws {
    var settings = RefinementTrainer.Settings()
    settings.trialLimit = 100
    let problem = RefinementProblem.separable(rows: 400, seed: 1)
    let outcome = try problem.trained(settings)
    let done = try #require(outcome.training.report.refinement.done)
    #expect(done.recipe == "smooth")
    #expect(done.epochs == RefinementRecipe.smooth.epochs)
    // A twentieth of the rows, rounded class by class.
    #expect((17...23).contains(done.heldOutCount), "\(done)")
    #expect(outcome.refined != nil)
    // Fewer than 20 documents a class.
    let few = try RefinementProblem.separable(rows: 110, classes: 6, seed: 1).trained(settings)
    let recipe = few.training.report.refinement.done?.recipe
    #expect(recipe == nil || recipe == "thorough")
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
    #expect(try classifier.model.storage.calibration == nil)
  }

  @Test func weightsBeyondTheLimitAreRefusedWithNumbers() throws {
    let problem = RefinementProblem.separable(rows: 90, isSparse: true, seed: 2)
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

  @Test func aPublicModelWorksWhereWeightsAreRefused() throws {
    // Given prototypes keep the declared width: 2^28 features of at least 8 lanes are 8 GiB.
    let width = 1 << 28
    func rows(_ columns: [UInt32]) throws -> Features {
      .sparse(
        try CSRMatrix(
          columnCount: width, rowOffsets: Array(0...columns.count), columns: columns,
          values: columns.map { _ in 1 }))
    }
    var options = TrainingOptions()
    options.initialization = .prototypes(try rows([5, 9]), labels: [.integer(0), .integer(1)])
    var classifier = try FastKMeansClassifier<Int>(options)
    let report = try classifier.fit(rows([5, 9, 5, 9]), labels: [0, 1, 0, 1])
    #expect(report.refinement == .skipped(neededBytes: width * 8 * 4))
    #expect(try classifier.model.predict(rows([9, 5])) == [1, 0])
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
