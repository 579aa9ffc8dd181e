import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Tables of tiles: 16 bits a weight, rounded by lot.
@Suite struct RefinementTileTests {
  /// A weight is rounded at the start and with each of the batch's moves: half of 2^-7 and up to 2^-7 of it each, of
  /// which most cancel out.
  private static let tolerance = 0.1

  @Test func aBatchMovesWhatItsDefinitionSays() throws {
    var (compared, error, size) = (0, 0.0, 0.0)
    for seed in 0..<150 as Range<UInt64> {
      let problem = RefinementCase(seed: seed, rowLimit: 64, epochs: 1)
      let (twin, _) = problem.plain()
      // Weights that start rounded may tip what is nearly a tie.
      guard twin.leastGap > 0.02 else { continue }
      compared += 1
      let table = try problem.fast(layout: .tiles).table
      #expect(table.cells.layout == .tiles)
      for lane in twin.weights.indices {
        for (feature, weight) in twin.weights[lane].enumerated() {
          let value = Double(
            table.cells.weight(feature: feature, lane: lane, featureCount: table.featureCount))
          #expect(abs(value - weight) <= Self.tolerance * (0.1 + abs(weight)), "seed \(seed)")
          error += value - weight
          size += abs(weight)
        }
      }
    }
    #expect(compared > 20)
    #expect(abs(error) < 1e-3 * size, "rounding by lot leans to one side")
  }

  @Test func anyNumberOfThreadsGivesTheSameBits() async {
    await #expect(processExitsWith: .success) {
      var settings = RefinementTrainer.Settings()
      settings.trialLimit = 50
      settings.layout = .tiles
      for distance in Distance.allCases {
        var problem = RefinementProblem.separable(rows: 300, classes: 80, distance: distance, seed: 10)
        let wanted = try problem.trained(settings)
        #expect(wanted.refined != nil)
        for threads in [2, 5] {
          problem.options.threadCount = threads
          let found = try problem.trained(settings)
          #expect(found.refined == wanted.refined, "\(distance), \(threads) threads")
          #expect(found.calibration == wanted.calibration)
        }
      }
    }
  }

  @Test(arguments: Distance.allCases) func heldOutRowsAreJudgedAsByRows(_ distance: Distance) throws {
    for (seed, isSparse) in [(31, true), (32, false)] as [(UInt64, Bool)] {
      let problem = RefinementProblem.separable(
        rows: 600, classes: 70, isSparse: isSparse, distance: distance, seed: seed)
      var (accuracies, count): ([Double], Int) = ([], 0)
      for layout in [RefinementCells.Layout.rows, .tiles] {
        var settings = RefinementTrainer.Settings()
        settings.layout = layout
        let report = try #require(try problem.trained(settings).training.report.refinement.done)
        accuracies.append(report.heldOutAccuracy)
        count = report.heldOutCount
      }
      // Rounding tips near ties, and what follows from them: at most like two fits of different seeds.
      let share = accuracies[0]
      let error = (2 * share * (1 - share) / Double(count)).squareRoot()
      #expect(abs(accuracies[0] - accuracies[1]) <= 3 * error, "\(accuracies)")
    }
  }

  @Test func smallWeightsGoWhereHeldOutRowsDoNotMissThem() throws {
    // Most of 300 features say little about a class.
    let drawn = TestRows.clustered(
      rows: 800, width: 300, classes: 6, subtopics: 1, density: 0.1, seed: 12)
    var problem = RefinementProblem(rows: drawn.rows, classes: drawn.classes, isSparse: true)
    problem.options.threadCount = 1
    var settings = RefinementTrainer.Settings()
    settings.trialLimit = 50
    let whole = try problem.trained(settings)
    settings.layout = .tiles
    let cut = try problem.trained(settings)
    #expect(try #require(whole.training.report.refinement.done).keptShare == 1)
    #expect(try #require(cut.training.report.refinement.done).keptShare == 0.3)
    func stored(_ outcome: RefinementTrainer.Outcome) -> Int {
      outcome.refined?.vectors.reduce(0) { $0 + $1.values.count } ?? 0
    }
    // The last passes, over the held-out rows, bring a few back.
    #expect(stored(cut) < stored(whole) * 2 / 3, "\(stored(cut)) of \(stored(whole))")
  }

  @Test func theLayoutFollowsTheSize() {
    #expect(RefinementCells.Layout.suiting(lanes: 174, features: 35_000) == .rows)
    #expect(RefinementCells.Layout.suiting(lanes: 6_400, features: 100_000) == .tiles)
    // A tile has 64 lanes: two lanes of many features take less as rows.
    #expect(RefinementCells.Layout.suiting(lanes: 2, features: 1 << 28) == .rows)
    #expect(RefinementCells.Layout.tiles.byteCount(lanes: 1, features: 3) == 384)
    #expect(RefinementCells.Layout.tiles.byteCount(lanes: .max / 2, features: 3) == .max)
  }
}
