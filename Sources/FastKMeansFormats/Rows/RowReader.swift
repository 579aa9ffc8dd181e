import FastKMeansCore

/// Reads the rows of a file or a pipe in batches, from the start or from a position in the file.
///
/// Text formats are read in pieces: memory is that of the batch and of the longest line. An `npy` file is mapped.
/// An `npz` file is decompressed as a whole when it is opened. A reader cannot be used after an error.
package final class RowReader {
  private enum Input {
    case records(LineBuffer, any RowParser)
    case arrays(ArrayRows)
  }

  /// The format of the rows.
  package let format: RowFormat
  /// The place behind the rows that were handed out so far.
  package private(set) var position: ReaderPosition
  private let input: Input
  private var batch: BatchBuilder
  private var hasHeader = false
  /// The number of lines that were read.
  private var line: Int
  /// Where the rows that are gathered begin.
  private var start = (byte: 0, line: 0)
  /// The reader began in the middle of a line, which has gone on since its beginning was the file's last row.
  private var isInsideLine = false
  /// The number of array rows that are gathered.
  private var arrayRowCount = 0

  /// Opens a file; `-` is the standard input.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - options: how to understand it.
  ///   - position: where an earlier reader of the same file stopped.
  /// - Throws: ``FileError``, ``FormatError``, or `InputError.badLabels` if the file of labels has none.
  package convenience init(
    path: String, options: ReaderOptions = ReaderOptions(), from position: ReaderPosition = ReaderPosition()
  ) throws {
    let format = try options.format(of: path)
    try options.check(format, path: path)
    guard format.isText else {
      let arrays = try ArrayRows(path: path, format: format, options: options)
      let row = min(max(0, position.row), arrays.rowCount)
      self.init(.arrays(arrays), path, format, options, at: ReaderPosition(row: row))
      return
    }
    let buffer = try LineBuffer.open(
      path, capacity: bufferCapacity(format, options), at: Self.start(options, format, position))
    try self.init(buffer, name: path, format, options, at: position)
  }

  /// Reads rows of a text format from any source of bytes, which may pause.
  ///
  /// - Parameters:
  ///   - source: its first bytes come together: three or more, or all of a shorter source.
  ///   - name: for messages.
  ///   - position: where to begin. The source gives its bytes from ``start(_:_:_:)`` on.
  package convenience init(
    _ source: any ByteSource, name: String, format: RowFormat, options: ReaderOptions,
    at position: ReaderPosition = ReaderPosition()
  ) throws {
    let start = Self.start(options, format, position)
    let buffer = LineBuffer(source, capacity: bufferCapacity(format, options), position: start)
    if start == 0 { try buffer.begin(TextStart(name: name)) }
    try self.init(buffer, name: name, format, options, at: position)
  }

  /// The byte that a source must begin with for a reader that begins at a position: that of the header, if there is one, else
  /// the byte before, which says whether a line ends there.
  package static func start(_ options: ReaderOptions, _ format: RowFormat, _ position: ReaderPosition) -> Int
  {
    options.needsHeader(format) ? 0 : max(0, position.byte - 1)
  }

  private convenience init(
    _ buffer: LineBuffer, name: String, _ format: RowFormat, _ options: ReaderOptions,
    at position: ReaderPosition
  ) throws {
    try options.check(format, path: name)
    buffer.lineLimit = options.maxRecordBytes
    let parser: (any RowParser)? =
      if options.needsHeader(format) {
        CSVParser(options, format: format, path: name)
      } else {
        makeLineParser(format, options)
      }
    guard let parser else {
      throw FormatError(
        path: name, place: .file, problem: .unsupported("\(format.rawValue) rows are read from files only"))
    }
    self.init(.records(buffer, parser), name, format, options, at: position)
    if options.needsHeader(format) { line = 0 }
    try readHeader(buffer, parser)
    if position.byte > buffer.consumed {
      guard let last = try buffer.skip(position.byte - buffer.consumed) else {
        throw FormatError(
          path: name, place: .byte(position.byte), problem: .truncated(what: "the part that was read before"))
      }
      line = position.line
      isInsideLine = last != 0x0A
    }
    self.position = ReaderPosition(byte: buffer.settled, line: line, row: position.row)
    start = (buffer.settled, line)
  }

  private init(
    _ input: Input, _ path: String, _ format: RowFormat, _ options: ReaderOptions, at position: ReaderPosition
  ) {
    self.input = input
    self.format = format
    self.position = position
    line = position.line
    batch = BatchBuilder(path: path, format: format, options: options)
  }

  private func readHeader(_ buffer: LineBuffer, _ parser: any RowParser) throws {
    guard let count = try parser.readHeader(buffer) else { return }
    hasHeader = true
    line += count
    start = (buffer.settled, line)
  }

  /// Whether the indices of an SVMlight file start at 0, once rows were read; `nil` for other formats. A model
  /// keeps it, so that later files are read in the same way.
  package var zeroBased: Bool? { batch.zeroBased }

  /// Reads the next rows.
  ///
  /// From a pipe it waits until enough rows have come, or the end.
  ///
  /// - Parameters:
  ///   - maxRows: at most this many rows, at least 1.
  ///   - maxBytes: stops after the row that reaches this many bytes of the file. For `npz` and `npy` these are bytes in
  ///     memory, and it stops before that row.
  /// - Throws: ``FileError``, ``FormatError``, `InputError.badLabels`.
  /// - Returns: `nil` at the end. A batch may have no rows: only comments or rejected rows came.
  package func next(maxRows: Int = .max, maxBytes: Int = .max) throws -> RowBatch? {
    _ = try gather(maxRows: maxRows, maxBytes: maxBytes)
    return try takeBatch()
  }
}

/// Why gathering rows has stopped.
package enum Gathering: Sendable, Equatable {
  /// There are as many as were asked for.
  case complete
  /// The source has nothing for the moment.
  case paused
  case ended
}

// A stream gathers a batch in several steps, as its source has bytes, and may leave a batch that it cannot finish.
extension RowReader {
  /// Whether there is anything to take, even if it is only bad rows or comments.
  package var hasGathered: Bool {
    if case .records(let buffer, _) = input { return buffer.settled > start.byte }
    return arrayRowCount > 0
  }

  /// Reads on until this much is gathered, or the source pauses or ends.
  package func gather(maxRows: Int, maxBytes: Int) throws -> Gathering {
    let (maxRows, maxBytes) = (max(1, maxRows), max(1, maxBytes))
    switch input {
    case .records(let buffer, let parser):
      if !hasHeader { try readHeader(buffer, parser) }
      return try gather(buffer, parser, maxRows: maxRows, maxBytes: maxBytes)
    case .arrays(let arrays):
      let limit = min(maxRows, max(1, maxBytes / arrays.rowBytes))
      arrayRowCount = max(arrayRowCount, min(limit, arrays.rowCount - position.row))
      return arrayRowCount >= limit ? .complete : .ended
    }
  }

  private func gather(_ buffer: LineBuffer, _ parser: any RowParser, maxRows: Int, maxBytes: Int) throws
    -> Gathering
  {
    while batch.rowCount < maxRows, buffer.settled - start.byte < maxBytes {
      let count =
        try !hasHeader
        ? nil
        : isInsideLine
          ? skipRestOfLine(buffer)
          : parser.parseNext(
            buffer, maxRows: maxRows == .max ? .max : maxRows - batch.rowCount,
            maxBytes: maxBytes - (buffer.settled - start.byte), firstLine: line + 1, into: &batch)
      if let count {
        line += count
      } else if let long = buffer.takeOversized() {
        line += isInsideLine ? 0 : 1
        isInsideLine = false
        try batch.reject(
          long.prefix,
          .recordTooLong(byteCount: long.byteCount, limit: batch.options.maxRecordBytes), line: line)
      } else {
        return buffer.isAtEnd ? .ended : .paused
      }
      if maxRows == .max, maxBytes == .max, let total = buffer.totalCount {
        batch.reserve(read: buffer.consumed, total: total)
      }
    }
    return .complete
  }

  /// - Returns: 0, for the line has been counted; `nil` while the line's end has not come.
  private func skipRestOfLine(_ buffer: LineBuffer) throws -> Int? {
    guard let rest = try buffer.lines(maxLines: 1, maxBytes: .max) else { return nil }
    defer { buffer.consume(rest.count) }
    isInsideLine = false
    if rest.contains(where: { $0 != 0x0D && $0 != 0x0A }) {
      try batch.reject(rest, .continuedLine, line: line)
    }
    return 0
  }

  /// Hands out what was gathered and moves ``position`` behind it; `nil` if there is nothing, not even a comment.
  package func takeBatch() throws -> RowBatch? {
    guard hasGathered else { return nil }
    switch input {
    case .records(let buffer, _):
      let rows = batch.rowCount
      let taken = try batch.take()
      start = (buffer.settled, line)
      position = ReaderPosition(
        byte: start.byte, line: line, row: position.row + rows + taken.rejected.count)
      return taken
    case .arrays(let arrays):
      let taken = try arrays.batch(position.row..<position.row + arrayRowCount)
      position.row += arrayRowCount
      arrayRowCount = 0
      return taken
    }
  }

  /// Sets what became known of the rows; to be called between two batches.
  package func expect(featureCount: Int?, labelKind: Label.Kind?) {
    batch.expect(featureCount: featureCount, labelKind: labelKind)
  }
}

private func bufferCapacity(_ format: RowFormat, _ options: ReaderOptions) -> Int {
  guard format == .svmlight else { return 1 << 20 }
  return min(32, Parallel.workerCount(options.workers)) * 4 * SVMLightParser.pieceBytes
}
