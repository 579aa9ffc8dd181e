import FastKMeansCore
import FastKMeansFormats

/// The rows of a file, which can be read again from any position: all formats, compressed or not, read to the end.
public final class FileRowSource: RowSource {
  public let name: String
  public let identity: String
  public let isRereadable = true
  private let format: RowFormat
  private var options: ReaderOptions
  private let input: InputDescriptor
  private let head: FilePosition.Head
  private var start = FilePosition(reader: ReaderPosition())
  private var reader: RowReader?
  private var gathering: BatchGathering

  /// - Parameters:
  ///   - path: a regular file; `-` if the standard input is one.
  ///   - format: of its rows.
  ///   - options: how to understand them; bad rows are set aside whatever they say.
  /// - Throws: `FileError`.
  public convenience init(path: String, format: RowFormat, options: ReaderOptions) throws {
    try self.init(InputDescriptor(path: path), format: format, options: options)
  }

  init(_ input: InputDescriptor, format: RowFormat, options: ReaderOptions) throws {
    self.input = input
    self.format = format
    self.options = options
    self.options.format = format
    self.options.setsBadRowsAside = true
    name = input.path == "-" ? "standard input" : input.path
    let status = try input.status()
    // A file has the name of its folder and its own, the standard input has none that lasts.
    identity =
      input.path == "-"
      ? "stdin:\(status.identity.device):\(status.identity.number)"
      : "file:\(InputDescriptor.resolved(input.path))"
    head = try FilePosition.Head(of: input)
    gathering = BatchGathering(clock: StreamClock())
  }

  public var position: SourcePosition {
    FilePosition(reader: reader?.position ?? start.reader, head: head).position
  }

  public func seek(to position: SourcePosition) throws {
    let wanted = try FilePosition(position, name: name)
    if wanted.head.byteCount > 0 {
      let found = try FilePosition.Head(of: input, byteCount: wanted.head.byteCount)
      guard found == wanted.head else {
        throw StreamError.sourceChanged(name: name, reason: "it is not the file that was read before")
      }
    }
    start = wanted
  }

  public func expect(_ expectation: RowExpectation) {
    options.featureCount = expectation.featureCount ?? options.featureCount
    options.labelKind = expectation.labelKind ?? options.labelKind
    if let zeroBased = expectation.zeroBased, options.zeroBased == .auto {
      options.zeroBased = zeroBased ? .true : .false
    }
    reader?.expect(featureCount: expectation.featureCount, labelKind: expectation.labelKind)
  }

  public func next(_ limits: BatchLimits, waiting wait: Double, stop: StopSignal) throws -> SourceEvent {
    guard !stop.isRequested else { return .nothing }
    let outcome = try gathering.next(
      opened(), limits, waiting: wait, stop: stop, keepsOnStop: true, idle: { _ in true })
    switch outcome {
    case .batch(let batch): return .rows(batch)
    case .nothing: return .nothing
    case .ended: return .end
    }
  }

  public func reread(to end: SourcePosition) throws -> RowBatch {
    let reader = try opened()
    let end = try FilePosition(end, name: name).reader
    let from = reader.position
    _ =
      try format.isText
      ? reader.gather(maxRows: .max, maxBytes: end.byte - from.byte)
      : reader.gather(maxRows: end.row - from.row, maxBytes: .max)
    guard let batch = try reader.takeBatch(), reader.position == end else {
      throw StreamError.sourceChanged(name: name, reason: "rows that were read before are gone")
    }
    return batch
  }

  public var zeroBased: Bool? { reader?.zeroBased }

  private func opened() throws -> RowReader {
    if let reader { return reader }
    let opened: RowReader
    if input.path == "-" {
      let source = TailSource(input, offset: format == .csv ? 0 : start.reader.byte, follows: false)
      opened = try RowReader(source, name: name, format: format, options: options, at: start.reader)
    } else {
      opened = try open(input.path)
    }
    reader = opened
    return opened
  }

  private func open(_ path: String) throws -> RowReader {
    do {
      return try RowReader(path: path, options: options, from: start.reader)
    } catch let error as FormatError where start.reader.byte > 0 {
      guard case .truncated = error.problem else { throw error }
      throw StreamError.sourceChanged(name: name, reason: "it is shorter than what was read of it before")
    }
  }
}
