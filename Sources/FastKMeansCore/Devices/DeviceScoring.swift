import CFastKMeansKernels
import Synchronization

/// Answers a model's questions on a device: cuts the rows into batches that fit, keeps three under way, and puts the
/// answers together.
///
/// Where the device runs out of memory in the middle, batches are halved, once, with a warning; a second time is an
/// error. One call uses the device at a time; others wait.
package final class DeviceScoring: DocumentScoring {
  private let device: any ScoringDevice
  private let table: any DeviceTable
  private let classIndices: [Int32]
  private let featureCount: Int

  private var prototypeCount: Int { classIndices.count }
  /// Held while a call uses the device.
  private let turn = Mutex<Void>(())
  private let state = Mutex(State())

  private struct State {
    /// What the batch size that the device proposed is divided by.
    var divisor = 1
    var warnings: [DeviceWarning] = []
  }

  package init(_ prototypes: ScoredPrototypes, on device: any ScoringDevice) throws {
    self.device = device
    classIndices = prototypes.set.classIndices
    featureCount = prototypes.set.featureCount
    table = try device.upload(prototypes)
  }

  /// What went differently than planned, so far.
  package var warnings: [DeviceWarning] { state.withLock { $0.warnings } }

  package func bestPrototypes(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into prototypes: UnsafeMutableBufferPointer<Int32>
  ) throws {
    try rows.checkQuestion(
      scales, room: prototypes.count, perRow: 1, featureCount: featureCount, workers: workers)
    try forEachBatch(of: rows, scales, asking: .best) { range, answer in
      for (position, row) in range.enumerated() { prototypes[row] = answer.prototypes[position] }
    }
  }

  /// From all scores, which the device brings back.
  package func bestClasses(
    _ question: ClassQuestion, of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into hits: UnsafeMutableBufferPointer<PrototypeHit>
  ) throws {
    try rows.checkQuestion(
      scales, room: hits.count, perRow: question.most, featureCount: featureCount, workers: workers)
    let consumer = BestClassesConsumer(
      hits: hits, question: question, classes: classIndices, workers: workers)
    let kernels = fk_scoring_for(fk_simd_level()).pointee
    let prototypeCount = prototypeCount
    try forEachScoreBlock(of: rows, scales: scales, workers: workers) { worker, range, scores in
      consumer.begin(worker: worker, rows: range)
      guard let scores = scores.baseAddress else { return }
      for (position, row) in range.enumerated() {
        consumer.take(
          worker: worker, row: row, first: 0, scores: scores + position * prototypeCount,
          count: prototypeCount, kernels: kernels)
      }
      consumer.end(worker: worker, rows: range)
    }
  }

  package func forEachScoreBlock(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    _ body: @escaping ScoreBlockBody
  ) throws {
    try rows.checkQuestion(
      scales, room: rows.rowCount, perRow: 1, featureCount: featureCount, workers: workers)
    try forEachBatch(of: rows, scales, asking: .scores) { range, answer in
      try answer.scores.withUnsafeMutableBufferPointer { scores in
        nonisolated(unsafe) let scores = scores
        // What is done with the scores is the processor's work, on all its cores.
        let count = self.prototypeCount
        try Parallel.forEachChunk(count: range.count, chunk: 64, workers: workers) { worker, part in
          let own = scores[part.lowerBound * count..<part.upperBound * count]
          let rows = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
          try body(worker, rows, UnsafeMutableBufferPointer(rebasing: own))
        }
      }
    }
  }
}

extension DeviceScoring {
  /// Asks the question of each batch in turn, ahead of the answers.
  private func forEachBatch(
    of rows: FeatureRows, _ scales: UnsafeBufferPointer<Float>?, asking question: DeviceQuestion,
    _ take: (Range<Int>, inout DeviceAnswer) throws -> Void
  ) throws {
    guard rows.rowCount > 0 else { return }
    // Two calls at once would only share the device's memory.
    try turn.withLock { _ in
      var first = 0
      while first < rows.rowCount {
        do {
          try run(rows, scales, from: &first, question, take)
        } catch let error as DeviceError {
          guard case .outOfMemory = error, try halveBatches(for: question, rows) else { throw error }
        }
      }
    }
  }

  /// - Parameter first: the first row that has no answer yet; moved on with every answer that was taken.
  private func run(
    _ rows: FeatureRows, _ scales: UnsafeBufferPointer<Float>?, from first: inout Int,
    _ question: DeviceQuestion, _ take: (Range<Int>, inout DeviceAnswer) throws -> Void
  ) throws {
    let size = try batchRows(question, rows)
    var next = first
    var pending: [(range: Range<Int>, job: any DeviceJob)] = []
    while next < rows.rowCount || !pending.isEmpty {
      if next < rows.rowCount {
        let range = next..<min(rows.rowCount, next + size)
        do {
          let batch = DeviceBatch(rows: rows, scales: scales, range: range)
          pending.append((range, try table.submit(batch, question)))
        } catch {
          throw Self.naming(error, firstRow: range.lowerBound)
        }
        next = range.upperBound
      }
      guard pending.count == Self.batchesUnderWay || next == rows.rowCount else { continue }
      let (range, job) = pending.removeFirst()
      var answer = try job.wait()
      try take(range, &answer)
      first = range.upperBound
    }
  }

  /// One that the processor prepares, one that is copied, one that is computed.
  private static let batchesUnderWay = 3

  private func batchRows(_ question: DeviceQuestion, _ rows: FeatureRows) throws -> Int {
    let values =
      switch rows {
      case .sparse(let sparse): Double(sparse.nonZeroCount) / Double(max(1, sparse.rowCount))
      case .dense(let dense): Double(dense.columnCount)
      }
    return max(1, try table.batchRows(for: question, valuesPerRow: values) / state.withLock { $0.divisor })
  }

  /// Whether batches could be halved: once.
  private func halveBatches(for question: DeviceQuestion, _ rows: FeatureRows) throws -> Bool {
    guard state.withLock({ $0.divisor == 1 }) else { return false }
    let proposed = try batchRows(question, rows)
    guard proposed > 1 else { return false }
    state.withLock {
      $0.divisor = 2
      $0.warnings.append(.halvedBatches(device: device.name, rows: proposed / 2))
    }
    return true
  }

  /// A device counts rows from the start of its batch.
  private static func naming(_ error: any Error, firstRow: Int) -> any Error {
    guard case .overflow(let device, let row, let reason) = error as? DeviceError else { return error }
    return DeviceError.overflow(device: device, row: firstRow + row, reason: reason)
  }
}
