import FastKMeansCore

/// Parses the records of one text format and adds their rows to a batch.
protocol RowParser: AnyObject {
  /// Reads what stands before the first record.
  ///
  /// - Throws: ``FormatError``, ``FileError``.
  /// - Returns: its number of lines; `nil` if it has not come yet.
  func readHeader(_ buffer: LineBuffer) throws -> Int?

  /// Parses the next records in the buffer and consumes them.
  ///
  /// - Parameters:
  ///   - maxRows: at most this many records.
  ///   - maxBytes: no further record is parsed after the one that reaches this many bytes.
  ///   - firstLine: the number of the first record's first line.
  /// - Throws: ``FormatError`` for the first bad record, unless bad rows are set aside; ``FileError``.
  /// - Returns: the number of lines that were consumed; `nil` at the end, where the source pauses, and where a record is
  ///   too long.
  func parseNext(
    _ buffer: LineBuffer, maxRows: Int, maxBytes: Int, firstLine: Int, into batch: inout BatchBuilder
  ) throws -> Int?
}

/// Parses a format in which each row is one line.
protocol LineParser: RowParser {
  /// Parses whole lines.
  ///
  /// - Throws: ``FormatError`` for the first bad line, unless bad rows are set aside.
  /// - Returns: the number of lines.
  func parse(_ lines: UnsafeRawBufferPointer, firstLine: Int, into batch: inout BatchBuilder) throws -> Int
}

extension LineParser {
  func readHeader(_ buffer: LineBuffer) -> Int? { 0 }

  func parseNext(
    _ buffer: LineBuffer, maxRows: Int, maxBytes: Int, firstLine: Int, into batch: inout BatchBuilder
  ) throws -> Int? {
    guard let lines = try buffer.lines(maxLines: maxRows, maxBytes: maxBytes) else { return nil }
    defer { buffer.consume(lines.count) }
    guard !batch.options.refusesUnfinishedLine || lines.last == 0x0A else {
      try batch.reject(lines, .unfinishedLine, line: firstLine)
      return 1
    }
    return try parse(lines, firstLine: firstLine, into: &batch)
  }
}

/// The parser of a format in which each row is one line; `nil` for the other formats.
func makeLineParser(_ format: RowFormat, _ options: ReaderOptions) -> (any LineParser)? {
  switch format {
  case .tsv: TSVParser(options)
  case .jsonl: JSONLinesParser(options)
  case .svmlight: SVMLightParser(options)
  case .csv, .npz, .npy: nil
  }
}

/// Turns records in memory, such as the messages of a topic, into batches of rows.
///
/// Each record is one line of a file. The caller numbers the records. A rejected record is reported as the line of its
/// number.
package final class RecordParser {
  package let format: RowFormat
  private let parser: any LineParser
  private var batch: BatchBuilder

  /// - Parameters:
  ///   - format: `tsv`, `jsonl` or `svmlight`.
  ///   - name: what the records come from, for messages.
  ///   - options: as for files.
  /// - Throws: ``FormatError`` for a format whose rows are not single lines.
  package init(format: RowFormat, name: String, options: ReaderOptions) throws {
    guard let parser = makeLineParser(format, options) else {
      throw FormatError(
        path: name, place: .file,
        problem: .unsupported(
          "\(format.rawValue) rows do not come one by one; send tsv, jsonl or svmlight rows"))
    }
    try options.check(format, path: name)
    self.format = format
    self.parser = parser
    batch = BatchBuilder(path: name, format: format, options: options)
  }

  /// The number of rows since the last batch, without the rejected ones.
  package var rowCount: Int { batch.rowCount }

  /// Whether the indices of svmlight rows start at 0, once that is known.
  package var zeroBased: Bool? { batch.zeroBased }

  /// Parses consecutive records.
  ///
  /// - Parameters:
  ///   - lines: the records, each with a line break behind it and none inside.
  ///   - first: the caller's number of the first one.
  /// - Throws: ``FormatError``, unless bad rows are set aside.
  package func append(lines: [UInt8], first: Int) throws {
    _ = try lines.withUnsafeBytes { try parser.parse($0, firstLine: first, into: &batch) }
  }

  /// Sets what became known of the rows; to be called between two batches.
  package func expect(featureCount: Int?, labelKind: Label.Kind?) {
    batch.expect(featureCount: featureCount, labelKind: labelKind)
  }

  /// Hands out the rows in the order of their records, and begins the next batch.
  ///
  /// - Throws: `InputError.badLabels` for labels that are no class labels.
  package func takeBatch() throws -> RowBatch { try batch.take() }
}
