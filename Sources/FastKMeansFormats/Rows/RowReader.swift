import FastKMeans

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
  ///   - maxBytes: stops after the row that reaches so many bytes of the file; only for text formats.
  /// - Throws: ``FileError``, ``FormatError``, `InputError.badLabels`.
  /// - Returns: `nil` at the end. A batch may have no rows: only comments or rejected rows came.
  public func next(maxRows: Int = .max, maxBytes: Int = .max) throws -> RowBatch? {
    try engine.next(maxRows: max(1, maxRows), maxBytes: max(1, maxBytes))
  }
}

private func makeEngine(
  path: String, format: RowFormat, options: ReaderOptions, position: ReaderPosition
) throws -> any RowEngine {
  switch format {
  case .npz, .npy:
    return try ArrayEngine(path: path, format: format, options: options, position: position)
  case .tsv:
    let buffer = try openBuffer(path, capacity: 1 << 20, position: position)
    return LineEngine(buffer: buffer, parser: TSVParser(path: path, options: options), position: position)
  case .jsonl:
    let buffer = try openBuffer(path, capacity: 1 << 20, position: position)
    return LineEngine(
      buffer: buffer, parser: JSONLinesParser(path: path, options: options), position: position)
  case .svmlight:
    let capacity = min(32, Parallel.workerCount(options.workers)) * 4 * SVMLightParser.pieceBytes
    let buffer = try openBuffer(path, capacity: capacity, position: position)
    return LineEngine(
      buffer: buffer, parser: SVMLightParser(path: path, options: options), position: position)
  case .csv:
    let buffer = try openBuffer(path, capacity: 1 << 20, position: ReaderPosition())
    return try CSVEngine(path: path, buffer: buffer, options: options, position: position)
  }
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
