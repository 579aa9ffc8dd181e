import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct RowTunerTests {
  private struct Stopped: Error {}

  private func problem() throws -> (rows: Features, labels: LabelColumn) {
    let (rows, classes) = TestRows.marked(200, noise: 12, classes: 3, seed: 4)
    return (try TestRows.features(rows, isSparse: true), LabelColumn(classes))
  }

  private func tuner(_ trials: Int = 5) -> TunerSettings {
    var settings = TunerSettings()
    (settings.trialCount, settings.foldCount) = (trials, 3)
    return settings
  }

  private var base: TrainingOptions {
    var options = TrainingOptions()
    options.threadCount = 1
    return options
  }

  @Test func neverWorseThanTheBaseOnTheSameRows() throws {
    let (rows, labels) = try problem()
    var poor = base
    poor.refinement = .count(0)
    let result = try tuner().search(rows, labels: labels, base: poor)
    #expect(result.candidates.count == 5)
    #expect(result.candidates[0] == poor)
    #expect(Set(result.candidates.map { "\($0)" }).count == 5)
    let first = try #require(result.outcome.trials.first { $0.candidate == 0 && $0.share == 1 })
    let best = try #require(result.outcome.bestTrial)
    // k-means alone takes up the noise; refinement finds the mark.
    #expect(best.accuracy > first.accuracy)
    #expect(result.best == result.candidates[best.candidate])
  }

  @Test func oneCallTunesVectors() throws {
    let (rows, labels) = try problem()
    var steps: [Int] = []
    let best = try base.tuned(
      on: rows, labels: (0..<labels.count).map { labels[$0] }, trials: 5, folds: 3
    ) { completed, total in
      #expect(completed <= total)
      steps.append(completed)
    }
    #expect(try best == tuner().search(rows, labels: labels, base: base).best)
    #expect(steps.count > 5 && steps == steps.sorted())
    #expect(throws: Stopped.self) {
      try base.tuned(on: rows, labels: (0..<labels.count).map { labels[$0] }) { _, _ in throw Stopped() }
    }
  }

  @Test func theSameSeedGivesTheSameResult() throws {
    let (rows, labels) = try problem()
    let one = try tuner().search(rows, labels: labels, base: base)
    #expect(try tuner().search(rows, labels: labels, base: base) == one)
    var other = tuner()
    other.seed = 7
    #expect(try other.search(rows, labels: labels, base: base).candidates != one.candidates)
  }

  @Test func aLimitOfNoTimeGivesTheBase() throws {
    let (rows, labels) = try problem()
    var tuner = tuner()
    tuner.timeLimit = 1e-9
    let result = try tuner.search(rows, labels: labels, base: base)
    #expect(result.outcome.isCutShort)
    #expect(result.best == base)
    #expect(result.outcome.trials.isEmpty)
  }

  @Test func progressIsReportedAndStops() throws {
    let (rows, labels) = try problem()
    var last: TuningProgress?
    _ = try tuner(2).search(rows, labels: labels, base: base) { last = $0 }
    #expect(last?.completed == 6)
    #expect(last?.total == 6)
    #expect(try #require(last?.bestAccuracy) > 0)
    #expect(throws: Stopped.self) {
      try tuner(2).search(rows, labels: labels, base: base) { if $0.completed == 1 { throw Stopped() } }
    }
  }

  @Test func badSettingsAreRefused() throws {
    let (rows, labels) = try problem()
    func search(_ change: (inout TunerSettings) -> Void) throws -> TuningResult<TrainingOptions> {
      var tuner = tuner()
      change(&tuner)
      return try tuner.search(rows, labels: labels, base: base)
    }
    #expect(throws: OptionsError.self) { try search { $0.trialCount = 0 } }
    #expect(throws: OptionsError.self) { try search { $0.foldCount = 1 } }
    #expect(throws: OptionsError.self) { try search { $0.timeLimit = 0 } }
    #expect(throws: OptionsError.self) { try search { $0.timeLimit = .nan } }
    var bad = base
    bad.prototypesPerClass = 0
    #expect(throws: OptionsError.self) { try tuner().search(rows, labels: labels, base: bad) }
    #expect(throws: InputError.self) {
      try tuner().search(rows, labels: labels.selectingRows([0, 1]), base: base)
    }
    #expect(throws: InputError.self) {
      try tuner().search(rows, labels: LabelColumn((0..<rows.rowCount).map { _ in 1 }), base: base)
    }
  }
}
