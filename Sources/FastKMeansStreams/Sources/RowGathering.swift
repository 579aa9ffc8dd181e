import FastKMeansFormats

/// Gathers batches from a reader whose bytes may take their time: what all sources of files and pipes have in common.
struct RowGathering {
  private var options: ReaderOptions
  private let clock = StreamClock()
  private(set) var reader: RowReader?
  /// When the batch that is being gathered began.
  private var start: Double?

  /// - Parameter options: how to understand the rows; bad ones are set aside whatever they say.
  init(options: ReaderOptions) {
    self.options = options
    self.options.setsBadRowsAside = true
  }

  /// As ``RowSource/expect(_:)``.
  mutating func expect(_ expectation: RowExpectation) {
    options.featureCount = expectation.featureCount ?? options.featureCount
    options.labelKind = expectation.labelKind ?? options.labelKind
    if let zeroBased = expectation.zeroBased, options.zeroBased == .auto {
      options.zeroBased = zeroBased ? .true : .false
    }
    reader?.expect(featureCount: expectation.featureCount, labelKind: expectation.labelKind)
  }

  /// The reader of the rows.
  ///
  /// - Parameter open: makes it, the first time and after ``forget()``.
  mutating func opened(_ open: (ReaderOptions) throws -> RowReader) throws -> RowReader {
    if let reader { return reader }
    let opened = try open(options)
    reader = opened
    return opened
  }

  /// The input has ended, and another one comes.
  mutating func forget() { reader = nil }

  /// The next batch, as ``RowSource/next(_:waiting:stop:)``.
  ///
  /// - Parameters:
  ///   - keepsOnStop: what was gathered stays unread when the stream is to stop.
  ///   - open: makes the reader, if there is none.
  ///   - idle: waits for more bytes, at most for the seconds that it gets; `true` if there will be none.
  mutating func next(
    _ limits: BatchLimits, waiting wait: Double, stop: StopSignal, keepsOnStop: Bool,
    open: (ReaderOptions) throws -> RowReader, idle: (Double) throws -> Bool
  ) throws -> SourceEvent {
    let reader = try opened(open)
    let end = clock.now + wait
    while true {
      switch try reader.gather(maxRows: limits.maxRows, maxBytes: limits.maxBytes) {
      case .complete:
        if let batch = try take(reader) { return .rows(batch) }
      case .ended:
        return try take(reader).map(SourceEvent.rows) ?? .end
      case .paused:
        if let event = try paused(reader, limits, end: end, stop: stop, keepsOnStop: keepsOnStop, idle) {
          return event
        }
      }
    }
  }

  private mutating func paused(
    _ reader: RowReader, _ limits: BatchLimits, end: Double, stop: StopSignal, keepsOnStop: Bool,
    _ idle: (Double) throws -> Bool
  ) throws -> SourceEvent? {
    let now = clock.now
    if reader.hasGathered, start == nil { start = now }
    if stop.isRequested {
      return keepsOnStop ? .nothing : try take(reader).map(SourceEvent.rows) ?? .nothing
    }
    if let start, now - start >= limits.maxDelay { return try take(reader).map(SourceEvent.rows) }
    guard now < end else { return .nothing }
    let due = start.map { min(end, $0 + limits.maxDelay) } ?? end
    return try idle(min(0.1, max(0.001, due - now))) ? .end : nil
  }

  private mutating func take(_ reader: RowReader) throws -> RowBatch? {
    start = nil
    return try reader.takeBatch()
  }
}
