import FastKMeansCore

/// Reads rows from a file or a pipe, some at a time, with a position to go on from.
///
/// Text formats are read in pieces: memory is that of the batch and of the longest line. An `npy` file is mapped;
/// an `npz` file is decompressed as a whole when it is opened. After an error the reader is of no more use.
public final class RowReader {
  private let engine: any RowEngine
  public let format: RowFormat

  /// Opens a file; `-` is the standard input.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - options: how to understand it.
  ///   - position: where an earlier reader of the same file stopped.
  /// - Throws: ``FileError``, ``FormatError``, or `InputError.badLabels` for a file of labels that are none.
  public init(
    path: String, options: ReaderOptions = ReaderOptions(), from position: ReaderPosition = ReaderPosition()
  ) throws {
    guard let format = options.format ?? RowFormat(path: path) else {
      throw FormatError(path: path, place: .file, problem: .unknownFormat)
    }
    self.format = format
    engine = try makeEngine(path: path, format: format, options: options, position: position)
  }

  /// Reads rows of a text format from any source of bytes, which may pause.
  ///
  /// - Parameters:
  ///   - source: its first bytes come together, at least three of them if there are so many.
  ///   - name: for messages.
  ///   - position: where the source stands: it begins there, but for CSV, where it gives the header first and then
  ///     what stands at the position.
  package init(
    _ source: any ByteSource, name: String, format: RowFormat, options: ReaderOptions,
    at position: ReaderPosition = ReaderPosition()
  ) throws {
    self.format = format
    let buffer = LineBuffer(source, capacity: bufferCapacity(format, options))
    buffer.stripsMark = position.byte == 0
    if format != .csv { buffer.startCounting(at: position.byte) }
    engine = try makeEngine(buffer, path: name, format: format, options: options, position: position)
  }

  /// The place after the rows handed out so far.
  public var position: ReaderPosition { engine.position }

  /// Whether the indices of an SVMlight file start at 0, once rows were read; `nil` for other formats. A model
  /// keeps it, so that later files are read in the same way.
  public var zeroBased: Bool? { engine.zeroBased }

  /// The next rows.
  ///
  /// From a pipe it waits until so many have come, or the end.
  ///
  /// - Parameters:
  ///   - maxRows: at most so many rows, at least 1.
  ///   - maxBytes: stops after the row that reaches so many bytes of the file; for `npz` and `npy` bytes in memory, and
  ///     a row before that.
  /// - Throws: ``FileError``, ``FormatError``, `InputError.badLabels`.
  /// - Returns: `nil` at the end. A batch may have no rows: only comments or rejected rows came.
  public func next(maxRows: Int = .max, maxBytes: Int = .max) throws -> RowBatch? {
    _ = try engine.gather(maxRows: max(1, maxRows), maxBytes: max(1, maxBytes))
    return try engine.takeBatch()
  }
}

// A stream gathers a batch in several steps, as its source has bytes, and may leave a batch that it cannot finish.
extension RowReader {
  /// Rows gathered and not yet taken.
  package var gatheredCount: Int { engine.gatheredCount }

  /// Whether there is anything to take, if only bad rows.
  package var hasGathered: Bool { engine.hasGathered }

  /// Reads on until so much is gathered, or the source pauses or ends.
  package func gather(maxRows: Int, maxBytes: Int) throws -> Gathering {
    try engine.gather(maxRows: max(1, maxRows), maxBytes: max(1, maxBytes))
  }

  /// What was gathered; ``position`` moves behind it. `nil` if there is nothing, not even a comment.
  package func takeBatch() throws -> RowBatch? { try engine.takeBatch() }

  /// What became known of the rows; to be called between two batches.
  package func expect(featureCount: Int?, labelKind: Label.Kind?) {
    engine.expect(featureCount: featureCount, labelKind: labelKind)
  }
}

private func makeEngine(
  path: String, format: RowFormat, options: ReaderOptions, position: ReaderPosition
) throws -> any RowEngine {
  guard format.isText else {
    return try ArrayEngine(path: path, format: format, options: options, position: position)
  }
  let buffer = try openBuffer(
    path, capacity: bufferCapacity(format, options), position: format == .csv ? ReaderPosition() : position)
  return try makeEngine(buffer, path: path, format: format, options: options, position: position)
}

private func makeEngine(
  _ buffer: LineBuffer, path: String, format: RowFormat, options: ReaderOptions, position: ReaderPosition
) throws -> any RowEngine {
  func engine(_ parser: some LineParser) -> any RowEngine {
    LineEngine(buffer: buffer, parser: parser, path: path, options: options, position: position)
  }
  switch format {
  case .tsv: return engine(TSVParser(path: path, options: options))
  case .jsonl: return engine(JSONLinesParser(path: path, options: options))
  case .svmlight: return engine(SVMLightParser(path: path, options: options))
  case .csv: return try CSVEngine(path: path, buffer: buffer, options: options, position: position)
  case .npz, .npy:
    throw FormatError(
      path: path, place: .file, problem: .unsupported("\(format.rawValue) rows are read from files only"))
  }
}

private func bufferCapacity(_ format: RowFormat, _ options: ReaderOptions) -> Int {
  guard format == .svmlight else { return 1 << 20 }
  return min(32, Parallel.workerCount(options.workers)) * 4 * SVMLightParser.pieceBytes
}

/// The text of a file from a position on, without a byte order mark.
private func openBuffer(_ path: String, capacity: Int, position: ReaderPosition) throws -> LineBuffer {
  let source = try openByteSource(path)
  let buffer = LineBuffer(source, capacity: capacity)
  if position.byte == 0 {
    while buffer.available.count < 3, try buffer.refill() {}
    if buffer.available.starts(with: [0xEF, 0xBB, 0xBF]) { buffer.consume(3) }
  } else if let file = source as? FileSource, path != "-", file.seek(to: position.byte) {
    buffer.startCounting(at: position.byte)
  } else if try !buffer.skip(position.byte) {
    throw FormatError(
      path: path, place: .byte(position.byte), problem: .truncated(what: "the part that was read before"))
  }
  return buffer
}
