import FastKMeansFormats

/// Gathers batches from a reader whose bytes may take their time.
struct BatchGathering {
  private let clock: StreamClock
  /// When the batch that is being gathered began.
  private var start: Double?

  enum Outcome {
    case batch(RowBatch)
    case nothing
    case ended
  }

  init(clock: StreamClock) { self.clock = clock }

  /// - Parameters:
  ///   - keepsOnStop: what was gathered stays unread when the stream is to stop.
  ///   - idle: waits for more bytes, at most so many seconds; `true` if there will be none.
  mutating func next(
    _ reader: RowReader, _ limits: BatchLimits, waiting wait: Double, stop: StopSignal, keepsOnStop: Bool,
    idle: (Double) throws -> Bool
  ) throws -> Outcome {
    let end = clock.now + wait
    while true {
      switch try reader.gather(maxRows: limits.maxRows, maxBytes: limits.maxBytes) {
      case .complete:
        if let batch = try take(reader) { return .batch(batch) }
      case .ended:
        return try take(reader).map(Outcome.batch) ?? .ended
      case .paused:
        if let outcome = try paused(reader, limits, end: end, stop: stop, keepsOnStop: keepsOnStop, idle) {
          return outcome
        }
      }
    }
  }

  private mutating func paused(
    _ reader: RowReader, _ limits: BatchLimits, end: Double, stop: StopSignal, keepsOnStop: Bool,
    _ idle: (Double) throws -> Bool
  ) throws -> Outcome? {
    let now = clock.now
    if reader.hasGathered, start == nil { start = now }
    if stop.isRequested {
      return keepsOnStop ? .nothing : try take(reader).map(Outcome.batch) ?? .nothing
    }
    if let start, now - start >= limits.maxDelay { return try take(reader).map(Outcome.batch) }
    guard now < end else { return .nothing }
    let due = start.map { min(end, $0 + limits.maxDelay) } ?? end
    return try idle(min(0.1, max(0.001, due - now))) ? .ended : nil
  }

  private mutating func take(_ reader: RowReader) throws -> RowBatch? {
    start = nil
    return try reader.takeBatch()
  }
}
