import FastKMeansCore
import FastKMeansTestSupport
import Synchronization
import Testing

@Suite struct DeviceScoringTests {
  @Test func theProcessorBehindTheInterfaceAnswersLikeThePlainTwin() throws {
    for seed in 500..<530 as Range<UInt64> {
      try DeviceChecks(
        ScoringIndexTests.shape(seed), seed: seed, on: SmallBatches(rows: 7)
      )
      .all()
    }
  }

  @Test func threeBatchesAreUnderWayAndNoMore() throws {
    let device = SmallBatches(rows: 3)
    try DeviceChecks(shape, seed: 1, on: device).all()
    #expect(device.log.withLock { $0.mostUnderWay } == 3)
  }

  @Test func outOfMemoryHalvesTheBatchesOnceAndSaysSo() throws {
    let device = SmallBatches(rows: 8, failingSubmissions: [2])
    let checks = try DeviceChecks(shape, seed: 2, on: device)
    try checks.all()
    #expect(checks.scoring.warnings == [.halvedBatches(device: device.name, rows: 4)])
    #expect(device.log.withLock { $0.largestBatchAfterFailure } == 4)
  }

  @Test func outOfMemoryTwiceIsAnError() throws {
    let device = SmallBatches(rows: 8, failingSubmissions: [1, 2])
    let checks = try DeviceChecks(shape, seed: 3, on: device)
    #expect(throws: SmallBatches.full) { try checks.all() }
  }

  @Test func anOverflowNamesTheRowOfTheWholeCall() throws {
    let device = SmallBatches(rows: 8, overflowingSubmission: 2)
    let checks = try DeviceChecks(shape, seed: 4, on: device)
    #expect(throws: DeviceError.overflow(device: device.name, row: 8 + 5, reason: "too large")) {
      try checks.all()
    }
  }

  @Test func rowsThatDoNotFitTheModelAreRefused() throws {
    let checks = try DeviceChecks(shape, seed: 5, on: SmallBatches(rows: 8192))
    let wide = try CSRMatrix(columnCount: 31, rowOffsets: [0, 0], columns: [], values: [])
    var found: [Int32] = [-1]
    #expect(throws: InputError.featureCountMismatch(expected: 30, found: 31)) {
      try found.withUnsafeMutableBufferPointer { found in
        try wide.withRows {
          try checks.scoring.bestPrototypes(of: .sparse($0), scales: nil, workers: 1, into: found)
        }
      }
    }
  }

  private var shape: ScoringCase {
    ScoringCase(featureCount: 30, prototypeCount: 20, classCount: 6, documentCount: 29)
  }
}

@Suite struct AutomaticScoringTests {
  @Test func fewRowsGoToTheProcessor() throws {
    let scoring = try automatic()
    _ = try answers(scoring, rows: 10)
    #expect(scoring.usesDevice == nil)
  }

  @Test func manyRowsAreDecidedByTimeAndAnsweredTheSame() throws {
    let scoring = try automatic()
    let rows = AutomaticScoring.leastRows
    #expect(try answers(scoring, rows: rows) == answers(index(), rows: rows))
    // Which one is faster depends on the machine; that it was measured does not.
    #expect(scoring.usesDevice != nil)
  }

  private let parts = ScoringCase(
    featureCount: 20, prototypeCount: 9, classCount: 3, documentCount: AutomaticScoring.leastRows
  ).parts(seed: 8)

  private func index() throws -> ScoringIndex {
    try ScoringIndex(prototypes: parts.prototypes, classCount: 3)
  }

  private func automatic() throws -> AutomaticScoring {
    let prototypes = ScoredPrototypes(set: parts.prototypes, classCount: 3)
    return AutomaticScoring(
      processor: try index(), device: try DeviceScoring(prototypes, on: SmallBatches(rows: 8192)))
  }

  private func answers(_ scoring: any DocumentScoring, rows: Int) throws -> [Int32] {
    var found = [Int32](repeating: -7, count: rows)
    try parts.documents.selectingRows(0..<rows).withRows { view in
      try found.withUnsafeMutableBufferPointer {
        try scoring.bestPrototypes(of: view, scales: nil, workers: 1, into: $0)
      }
    }
    return found
  }
}

/// A device that takes few rows at a time, and fails when it is told to. The processor's index answers, on one thread.
final class SmallBatches: ScoringDevice {
  private let rows: Int
  private let failing: Set<Int>
  private let overflowing: Int?
  let log = Mutex(Log())

  struct Log {
    var submissions = 0
    var underWay = 0
    var mostUnderWay = 0
    var hasFailed = false
    var largestBatchAfterFailure = 0
  }

  static let full = DeviceError.outOfMemory(
    device: "small", what: "a batch", neededBytes: 0, availableBytes: 0)

  /// - Parameters:
  ///   - failingSubmissions: which ones run out of memory, counted from 1.
  ///   - overflowingSubmission: which one has a value that is too large in its row 5.
  init(
    rows: Int, failingSubmissions: Set<Int> = [], overflowingSubmission: Int? = nil
  ) {
    self.rows = rows
    failing = failingSubmissions
    overflowing = overflowingSubmission
  }

  var name: String { "small" }

  func upload(_ prototypes: ScoredPrototypes) throws -> any DeviceTable {
    Table(
      owner: self,
      index: try ScoringIndex(
        prototypes: prototypes.set, biases: prototypes.biases, classCount: prototypes.classCount,
        truncation: prototypes.truncation))
  }

  private func begin(_ batch: DeviceBatch) throws {
    let number = log.withLock { log in
      log.submissions += 1
      if log.hasFailed { log.largestBatchAfterFailure = max(log.largestBatchAfterFailure, batch.range.count) }
      if failing.contains(log.submissions) { log.hasFailed = true }
      return log.submissions
    }
    if failing.contains(number) { throw Self.full }
    if overflowing == number { throw DeviceError.overflow(device: name, row: 5, reason: "too large") }
    log.withLock {
      $0.underWay += 1
      $0.mostUnderWay = max($0.mostUnderWay, $0.underWay)
    }
  }

  private struct Table: DeviceTable {
    let owner: SmallBatches
    let index: ScoringIndex

    func batchRows(for question: DeviceQuestion, valuesPerRow: Double) throws -> Int { owner.rows }

    /// Computes at once.
    func submit(_ batch: DeviceBatch, _ question: DeviceQuestion) throws -> any DeviceJob {
      try owner.begin(batch)
      let rows = batch.rows.slice(batch.range)
      let scales = batch.scales.map { UnsafeBufferPointer(rebasing: $0[batch.range]) }
      var answer = DeviceAnswer()
      switch question {
      case .best:
        answer.prototypes = [Int32](repeating: -7, count: rows.rowCount)
        try answer.prototypes.withUnsafeMutableBufferPointer {
          try index.bestPrototypes(of: rows, scales: scales, workers: 1, into: $0)
        }
      case .scores:
        let found = Collected<[Float]>(count: 1)
        found.set(0, [])
        try index.forEachScoreBlock(of: rows, scales: scales, workers: 1) { _, _, scores in
          found.set(0, (found[0] ?? []) + scores)
        }
        answer.scores = found[0] ?? []
      }
      return Job(owner: owner, answer: answer)
    }
  }

  private struct Job: DeviceJob {
    let owner: SmallBatches
    let answer: DeviceAnswer

    func wait() throws -> DeviceAnswer {
      owner.log.withLock { $0.underWay -= 1 }
      return answer
    }
  }
}
