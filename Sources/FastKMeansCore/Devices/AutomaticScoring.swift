import Synchronization

/// `device='auto'`: times both the processor and the device on some of the first documents, and stays with the faster.
///
/// Calls with few documents go to the processor, which starts at once. Answers differ by rounding at most, whichever
/// gives them.
package final class AutomaticScoring: DocumentScoring {
  private let processor: any DocumentScoring
  private let device: any DocumentScoring
  private let decision = Mutex<Bool?>(nil)

  /// Calls from this many rows on are worth a device's start.
  package static let leastRows = 4096
  /// How many rows both are timed on, after as many to warm up.
  static let trialRows = 1024

  package init(processor: any DocumentScoring, device: any DocumentScoring) {
    self.processor = processor
    self.device = device
  }

  /// Whether the device was faster; nil before it was measured.
  package var usesDevice: Bool? { decision.withLock { $0 } }

  private func chosen(
    for rows: FeatureRows, _ scales: UnsafeBufferPointer<Float>?, _ workers: Int
  ) throws -> any DocumentScoring {
    guard rows.rowCount >= Self.leastRows else { return processor }
    if let decided = decision.withLock({ $0 }) { return decided ? device : processor }
    let usesDevice =
      try seconds(device, rows, scales, workers) < seconds(processor, rows, scales, workers)
    decision.withLock { $0 = usesDevice }
    return usesDevice ? device : processor
  }

  private func seconds(
    _ scoring: any DocumentScoring, _ rows: FeatureRows, _ scales: UnsafeBufferPointer<Float>?, _ workers: Int
  ) throws -> Duration {
    let sample = rows.slice(0..<Self.trialRows)
    let sampleScales = scales.map { UnsafeBufferPointer(rebasing: $0[0..<Self.trialRows]) }
    var best = [Int32](repeating: -1, count: Self.trialRows)
    let ask = {
      try best.withUnsafeMutableBufferPointer {
        try scoring.bestPrototypes(of: sample, scales: sampleScales, workers: workers, into: $0)
      }
    }
    try ask()
    let clock = ContinuousClock()
    return try clock.measure { try ask() }
  }
}

extension AutomaticScoring {
  package func bestPrototypes(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into prototypes: UnsafeMutableBufferPointer<Int32>
  ) throws {
    try chosen(for: rows, scales, workers).bestPrototypes(
      of: rows, scales: scales, workers: workers, into: prototypes)
  }

  package func bestClasses(
    _ question: ClassQuestion, of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into hits: UnsafeMutableBufferPointer<PrototypeHit>
  ) throws {
    try chosen(for: rows, scales, workers).bestClasses(
      question, of: rows, scales: scales, workers: workers, into: hits)
  }

  package func forEachScoreBlock(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    _ body: @escaping ScoreBlockBody
  ) throws {
    try chosen(for: rows, scales, workers).forEachScoreBlock(
      of: rows, scales: scales, workers: workers, body)
  }
}
