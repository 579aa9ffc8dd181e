import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Synchronization
import Testing

@Suite struct CancellationTests {
  struct Stop: Error, Equatable { let number: Int }

  static func problem(_ mode: Mode, threads: Int) -> TrainingCase {
    var problem = TrainingCase(seed: 12)
    problem.weights = nil
    problem.options.mode = mode
    problem.options.threadCount = threads
    problem.options.maxEpochs = 4
    problem.options.batchSize = 9
    problem.options.mergeThreshold = 0.01
    return problem
  }

  /// The handler throws at its n-th call, for every n that there is.
  @Test(arguments: Mode.allCases, [1, 3])
  func aHandlerThatThrowsLeavesTheClassifierAsItWas(mode: Mode, threads: Int) throws {
    let problem = Self.problem(mode, threads: threads)
    let features = try problem.features()
    var classifier = try FastKMeansClassifier<Int>(problem.options)
    try classifier.learn(
      features.selectingRows(0..<problem.classCount + 2),
      labels: Array(problem.classes[0..<problem.classCount + 2]))
    let before = try classifier.model.prototypes.bits
    let labels = problem.classes.map { $0 + 1 }
    for inBatch in [false, true] {
      var stopped = 0
      for limit in 1...40 {
        var calls = 0
        let handler: ProgressHandler = { _ in
          calls += 1
          if calls == limit { throw Stop(number: limit) }
        }
        var copy = classifier
        do {
          if inBatch {
            try copy.learn(features, labels: labels, progress: handler)
          } else {
            try copy.fit(features, labels: labels, progress: handler)
          }
          break
        } catch let error as Stop {
          #expect(error == Stop(number: limit))
          #expect(calls == limit, "the handler was called again after it threw")
          stopped += 1
        }
        #expect(try copy.model.prototypes.bits == before)
        #expect(copy.classes == classifier.classes)
        #expect(copy.learner.batchCount == 1)
      }
      #expect(stopped >= 2, "in batch: \(inBatch)")
    }
  }

  @Test(arguments: Mode.allCases, [1, 3]) func progressAscendsAndEndsAtItsTotal(mode: Mode, threads: Int)
    throws
  {
    let problem = Self.problem(mode, threads: threads)
    let features = try problem.features()
    for inBatch in [false, true] {
      for _ in 0..<5 {
        var steps: [TrainingProgress] = []
        var classifier = try FastKMeansClassifier<Int>(problem.options)
        if inBatch {
          try classifier.learn(features, labels: problem.classes) { steps.append($0) }
        } else {
          try classifier.fit(features, labels: problem.classes) { steps.append($0) }
        }
        #expect(steps.contains { $0.phase == .training })
        #expect(steps.allSatisfy { 0 <= $0.completed && $0.completed <= $0.total })
        // A new phase starts at 0; within a phase the numbers only rise.
        for (left, right) in zip(steps, steps.dropFirst()) {
          let isNewPhase = right.completed == 0 && left.completed == left.total
          #expect(isNewPhase || (right.phase == left.phase && right.completed > left.completed))
        }
        let last = try #require(steps.last)
        #expect(last.completed == last.total, "\(last), in batch: \(inBatch)")
      }
    }
  }

  @Test func theHandlerRunsOnTheCallingThread() throws {
    let problem = Self.problem(.default, threads: 3)
    var classifier = try FastKMeansClassifier<Int>(problem.options)
    let caller = currentThread()
    try classifier.fit(problem.features(), labels: problem.classes) { _ in
      #expect(currentThread() == caller)
    }
  }
}
