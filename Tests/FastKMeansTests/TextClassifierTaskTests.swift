import Dispatch
import FastKMeans
import FastKMeansTestSupport
import Foundation
import Testing

/// The asynchronous forms, and one classifier that many tasks share.
@Suite struct TextClassifierTaskTests {
  @Test func asynchronousFormsDoTheSame() async throws {
    let (texts, labels) = Tickets.make(300)
    let (more, moreLabels) = Tickets.make(60, seed: 2)
    let synchronous = try trained(texts, labels, more, moreLabels)
    var learner = try TextClassifier.Learner()
    try await learner.fit(texts, labels: labels)
    let report = try await learner.learn(more, labels: moreLabels)
    #expect(report.prototypeCount > 0)
    let answers = try await learner.classifier().classify(texts, top: 2, reasons: 1)
    expectAlike(answers, synchronous)

    var vectors = try Classifier<Int>.Learner()
    try await vectors.fit([[1, 0], [0, 1], [0.9, 0.1]] as [[Float]], labels: [1, 2, 1])
    try await vectors.learn([[0.5, 0.5]] as [[Float]], labels: [3])
    #expect(vectors.classes == [1, 2, 3])
    #expect(try await vectors.classifier().classify([[1, 0], [0, 1]] as [[Float]]).map(\.label) == [1, 2])
  }

  /// Where no `await` can be, the synchronous forms are called.
  private func trained(
    _ texts: [String], _ labels: [String], _ more: [String], _ moreLabels: [String]
  ) throws -> [Answer<String>] {
    var learner = try TextClassifier.Learner()
    try learner.fit(texts, labels: labels)
    try learner.learn(more, labels: moreLabels)
    return try learner.classifier().classify(texts, top: 2, reasons: 1)
  }

  @Test func aCancelledFitStopsAndChangesNothing() async throws {
    let (texts, labels) = Tickets.make(600)
    let gate = Gate()
    let task = Task { () async throws -> [String] in
      var learner = TextClassifier.Learner(resuming: try Tickets.classifier(60))
      do {
        try await learner.fit(texts + ["new"], labels: labels + ["new"]) { _ in gate.wait() }
        return []
      } catch is CancellationError {
        return learner.classes
      }
    }
    await gate.reached()
    task.cancel()
    gate.open()
    #expect(try await task.value == ["billing", "hardware", "network"])
  }

  @Test func aCancelledTaskStartsNothing() async throws {
    let classifier = try Tickets.classifier(60)
    let task = Task { () async throws -> [Answer<String>] in
      while !Task.isCancelled { await Task.yield() }
      return try await classifier.classify(["screen"])
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  /// More fits at a time than the pool has threads, all of them waiting for a task that needs a thread of the pool.
  @Test(.timeLimit(.minutes(5))) func longWorkLeavesThePoolToOthers() async throws {
    let (texts, labels) = Tickets.make(60)
    let gate = Gate()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount + 2 {
        group.addTask {
          var learner = try TextClassifier.Learner()
          try await learner.fit(texts, labels: labels) { _ in gate.wait() }
        }
      }
      group.addTask {
        await gate.reached()
        gate.open()
      }
      try await group.waitForAll()
    }
  }

  @Test func manyTasksShareOneClassifier() async throws {
    let classifier = try Tickets.classifier()
    let (texts, _) = Tickets.make(64, seed: 3)
    let expected = try await classifier.classify(texts, reasons: 5)
    let answers = try await withThrowingTaskGroup(of: (Int, Answer<String>).self) { group in
      for index in texts.indices { group.addTask { (index, try classifier.classify(texts[index])) } }
      return try await group.reduce(into: [Int: Answer<String>]()) { $0[$1.0] = $1.1 }
    }
    #expect(texts.indices.compactMap { answers[$0] } == expected)
  }
}

/// Holds threads back until it is opened.
private final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let stream = AsyncStream<Void>.makeStream()

  /// Waits until the gate is open.
  func wait() {
    stream.continuation.yield()
    semaphore.wait()
    semaphore.signal()
  }

  /// Returns when somebody waits.
  func reached() async {
    for await _ in stream.stream { return }
  }

  func open() { semaphore.signal() }
}
