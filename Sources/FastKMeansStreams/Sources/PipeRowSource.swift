import FastKMeansFormats

/// The rows that come through a pipe. What has been read from it cannot be read again, so that the log keeps the
/// rows; a pipe that is opened after a stop begins where its writer begins.
package final class PipeRowSource: RowSource {
  package let name: String
  package let identity: String
  package let isRereadable = false
  private let format: RowFormat
  private let input: InputDescriptor
  private var gathering: RowGathering

  /// - Parameters:
  ///   - path: of a named pipe; `-` is the standard input.
  ///   - format: of its rows, one of the text formats.
  ///   - options: how to understand them; bad rows are set aside whatever they say.
  /// - Throws: `FileError`; `FormatError` for a format that is no stream of rows.
  package init(path: String, format: RowFormat, options: ReaderOptions) throws {
    input = try InputDescriptor(path: path)
    self.format = format
    var options = options
    options.refusesUnfinishedLine = true
    gathering = RowGathering(options: options)
    name = input.path == "-" ? "standard input" : input.path
    identity = input.path == "-" ? "stdin" : "pipe:\(System.resolved(input.path) ?? input.path)"
    guard format.isText else {
      throw FormatError(
        path: name, place: .file,
        problem: .unsupported("\(format.rawValue) rows are read from files only; name the file"))
    }
  }

  package var position: SourcePosition {
    FilePosition(reader: gathering.reader?.position ?? ReaderPosition()).position
  }

  package func seek(to position: SourcePosition) throws {}

  package func expect(_ expectation: RowExpectation) { gathering.expect(expectation) }

  package func next(_ limits: BatchLimits, waiting wait: Double, stop: StopSignal) throws -> SourceEvent {
    try gathering.next(
      limits, waiting: wait, stop: stop, keepsOnStop: false,
      open: { try RowReader(PipeSource(input), name: name, format: format, options: $0) },
      idle: { seconds in
        _ = System.isReadable(input.number, within: seconds)
        return false
      })
  }

  package func reread(to end: SourcePosition) throws -> RowBatch {
    throw StreamError.sourceChanged(name: name, reason: "what has come through a pipe cannot be read again")
  }

  package var zeroBased: Bool? { gathering.reader?.zeroBased }
}
