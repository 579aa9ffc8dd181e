import FastKMeansFormats

/// The rows that come through a pipe. What has been read from it cannot be read again, so that the log keeps the
/// rows; a pipe that is opened after a stop begins where its writer begins.
public final class PipeRowSource: RowSource {
  public let name: String
  public let identity: String
  public let isRereadable = false
  private let format: RowFormat
  private var options: ReaderOptions
  private let input: InputDescriptor
  private var reader: RowReader?
  private var gathering: BatchGathering

  /// - Parameters:
  ///   - path: of a named pipe; `-` is the standard input.
  ///   - format: of its rows, one of the text formats.
  ///   - options: how to understand them; bad rows are set aside whatever they say.
  /// - Throws: `FileError`; `FormatError` for a format that is no stream of rows.
  public convenience init(
    path: String, format: RowFormat, options: ReaderOptions, clock: StreamClock = StreamClock()
  ) throws {
    try self.init(InputDescriptor(path: path), format: format, options: options, clock: clock)
  }

  init(
    _ input: InputDescriptor, format: RowFormat, options: ReaderOptions, clock: StreamClock = StreamClock()
  ) throws {
    self.input = input
    self.format = format
    self.options = options
    self.options.setsBadRowsAside = true
    self.options.refusesUnfinishedLine = true
    name = input.path == "-" ? "standard input" : input.path
    identity = input.path == "-" ? "stdin" : "pipe:\(InputDescriptor.resolved(input.path))"
    gathering = BatchGathering(clock: clock)
    guard format.isText else {
      throw FormatError(
        path: name, place: .file,
        problem: .unsupported("\(format.rawValue) rows are read from files only; name the file"))
    }
  }

  public var position: SourcePosition {
    FilePosition(reader: reader?.position ?? ReaderPosition()).position
  }

  public func seek(to position: SourcePosition) throws {}

  public func expect(_ expectation: RowExpectation) {
    options.featureCount = expectation.featureCount ?? options.featureCount
    options.labelKind = expectation.labelKind ?? options.labelKind
    if let zeroBased = expectation.zeroBased, options.zeroBased == .auto {
      options.zeroBased = zeroBased ? .true : .false
    }
    reader?.expect(featureCount: expectation.featureCount, labelKind: expectation.labelKind)
  }

  public func next(_ limits: BatchLimits, waiting wait: Double, stop: StopSignal) throws -> SourceEvent {
    let outcome = try gathering.next(
      opened(), limits, waiting: wait, stop: stop, keepsOnStop: false,
      idle: { [input] seconds in
        _ = input.isReadable(within: seconds)
        return false
      })
    switch outcome {
    case .batch(let batch): return .rows(batch)
    case .nothing: return .nothing
    case .ended: return .end
    }
  }

  public func reread(to end: SourcePosition) throws -> RowBatch {
    throw StreamError.sourceChanged(name: name, reason: "what has come through a pipe cannot be read again")
  }

  public var zeroBased: Bool? { reader?.zeroBased }

  private func opened() throws -> RowReader {
    if let reader { return reader }
    let opened = try RowReader(PipeSource(input), name: name, format: format, options: options)
    reader = opened
    return opened
  }
}
