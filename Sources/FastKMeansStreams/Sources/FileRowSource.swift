import FastKMeansCore
import FastKMeansFormats

/// The rows of a file, which can be read again from any position: all formats, compressed or not, read to the end.
package final class FileRowSource: RowSource {
  package let name: String
  package let identity: String
  package let isRereadable = true
  private let format: RowFormat
  private let input: InputDescriptor
  private let head: FilePosition.Head
  private var start = FilePosition(reader: ReaderPosition())
  private var gathering: RowGathering

  /// - Parameters:
  ///   - path: a regular file; `-` if the standard input is one.
  ///   - format: of its rows.
  ///   - options: how to understand them; bad rows are set aside whatever they say.
  /// - Throws: `FileError`.
  package init(path: String, format: RowFormat, options: ReaderOptions) throws {
    input = try InputDescriptor(path: path)
    self.format = format
    var options = options
    options.format = format
    gathering = RowGathering(options: options)
    name = input.path == "-" ? "standard input" : input.path
    let status = try input.status()
    // A file has the name of its folder and its own, the standard input has none that lasts.
    identity =
      input.path == "-"
      ? "stdin:\(status.identity.device):\(status.identity.number)"
      : "file:\(System.resolved(input.path) ?? input.path)"
    head = try FilePosition.Head(of: input)
  }

  package var position: SourcePosition {
    FilePosition(reader: gathering.reader?.position ?? start.reader, head: head).position
  }

  package func seek(to position: SourcePosition) throws {
    let wanted = try FilePosition(position, name: name)
    if wanted.head.byteCount > 0 {
      let found = try FilePosition.Head(of: input, byteCount: wanted.head.byteCount)
      guard found == wanted.head else {
        throw StreamError.sourceChanged(name: name, reason: "it is not the file that was read before")
      }
    }
    start = wanted
  }

  package func expect(_ expectation: RowExpectation) { gathering.expect(expectation) }

  package func next(_ limits: BatchLimits, waiting wait: Double, stop: StopSignal) throws -> SourceEvent {
    guard !stop.isRequested else { return .nothing }
    return try gathering.next(
      limits, waiting: wait, stop: stop, keepsOnStop: true, open: open, idle: { _ in true })
  }

  package func reread(to end: SourcePosition) throws -> RowBatch {
    let reader = try gathering.opened(open)
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

  package var zeroBased: Bool? { gathering.reader?.zeroBased }

  private func open(_ options: ReaderOptions) throws -> RowReader {
    guard input.path != "-" else {
      let source = try TailSource(
        input, offset: RowReader.start(options, format, start.reader), follows: false)
      return try RowReader(source, name: name, format: format, options: options, at: start.reader)
    }
    do {
      return try RowReader(path: input.path, options: options, from: start.reader)
    } catch let error as FormatError where start.reader.byte > 0 {
      guard case .truncated = error.problem else { throw error }
      throw StreamError.sourceChanged(name: name, reason: "it is shorter than what was read of it before")
    }
  }
}

/// The rows of a file, of a file that grows, or of a pipe.
///
/// - Parameters:
///   - path: `-` is the standard input.
///   - follows: whether more is waited for at the end of a file.
///   - note: is told what happens to a file that is followed.
/// - Throws: `FileError`; `FormatError` for a format that the input cannot have.
package func openRowSource(
  _ path: String, format: RowFormat, options: ReaderOptions, follows: Bool, note: @escaping (String) -> Void
) throws -> any RowSource {
  if follows { return try FollowedRowSource(path: path, format: format, options: options, note: note) }
  return try FileRowSource.canRead(path)
    ? FileRowSource(path: path, format: format, options: options)
    : PipeRowSource(path: path, format: format, options: options)
}

extension FileRowSource {
  /// Whether an input is a file that can be read again, as standard input may be too; else it is a pipe, a terminal
  /// or a device, for ``PipeRowSource``.
  ///
  /// - Parameter path: `-` is the standard input.
  /// - Throws: `FileError` if there is no such input.
  static func canRead(_ path: String) throws -> Bool {
    guard path != "-" else { return try InputDescriptor(path: path).status().isRegular }
    guard let status = System.status(at: path) else { throw FileError.notFound(path: path) }
    if status.isFolder { throw FileError.isFolder(path: path) }
    return status.isRegular
  }
}
