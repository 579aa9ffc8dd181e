import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// The same bits whatever the number of threads and the kind of labels.
///
/// In separate processes: other tests change the instruction set meanwhile, and levels round differently.
@Suite struct RefinementDeterminismTests {
  @Test(arguments: Distance.allCases, [true, false])
  func anyNumberOfThreadsGivesTheSameBits(distance: Distance, isSparse: Bool) async {
    let isEuclidean = distance == .euclidean
    await #expect(processExitsWith: .success) {
      [isEuclidean = isEuclidean as Bool, isSparse = isSparse as Bool] in
      let distance: Distance = isEuclidean ? .euclidean : .cosine
      var problem = RefinementProblem.separable(rows: 80, isSparse: isSparse, distance: distance, seed: 9)
      let wanted = try problem.fitted().classifier.model.storage.bits
      for threads in [2, 5] {
        problem.options.threadCount = threads
        #expect(try problem.fitted().classifier.model.storage.bits == wanted, "\(threads) threads")
      }
    }
  }

  @Test func anyNumberOfThreadsGivesTheSameBitsForLargeSets() async {
    await #expect(processExitsWith: .success) {
      var settings = RefinementTrainer.Settings()
      settings.smallCount = 50
      for distance in Distance.allCases {
        // Many lanes, so that each thread has some.
        var problem = RefinementProblem.separable(rows: 300, classes: 4, distance: distance, seed: 10)
        let wanted = try problem.trained(settings)
        #expect(wanted.refined != nil)
        for threads in [2, 5] {
          problem.options.threadCount = threads
          let found = try problem.trained(settings)
          #expect(found.refined == wanted.refined, "\(distance), \(threads) threads")
          #expect(found.calibration == wanted.calibration)
          #expect(found.training.prototypes == wanted.training.prototypes)
        }
      }
    }
  }

  @Test func textLabelsGiveTheBitsOfWholeNumbers() async {
    await #expect(processExitsWith: .success) {
      var problem = RefinementProblem.separable(rows: 100, seed: 11)
      problem.options.refinement = .count(2)
      let wanted = try problem.fitted().classifier.model.storage.bits
      var named = try FastKMeansClassifier<String>(problem.options)
      try await named.fit(problem.features(), labels: problem.classes.map { "class \($0)" })
      #expect(try named.model.storage.bits == wanted)
    }
  }
}
