import FastKMeansCore

/// Turns records that come one by one, such as the messages of a topic, into batches of rows.
///
/// Each record is one row as a line of a file would be, without its line break; a JSON record may stand on several
/// lines. Records are numbered by the caller, and rejected ones are reported as lines of that number.
public final class RecordParser {
  public let format: RowFormat
  private var parser: any LineParser
  private let name: String
  private let options: ReaderOptions

  /// - Parameters:
  ///   - format: `tsv`, `jsonl` or `svmlight`; the other formats are more than their rows.
  ///   - name: what the records come from, for messages.
  ///   - options: as for files; set ``ReaderOptions/setsBadRowsAside``, unless a bad record is to be an error.
  /// - Throws: ``FormatError`` for a format whose rows cannot come one by one.
  public init(format: RowFormat, name: String, options: ReaderOptions) throws {
    switch format {
    case .tsv: parser = TSVParser(path: name, options: options)
    case .jsonl: parser = JSONLinesParser(path: name, options: options)
    case .svmlight: parser = SVMLightParser(path: name, options: options)
    case .csv, .npz, .npy:
      throw FormatError(
        path: name, place: .file,
        problem: .unsupported(
          "\(format.rawValue) rows do not come one by one; send tsv, jsonl or svmlight rows"))
    }
    self.format = format
    self.name = name
    self.options = options
  }

  /// Rows gathered and not yet taken; rejected ones do not count.
  public var rowCount: Int { parser.rowCount }

  /// Whether the indices of svmlight rows start at 0, once that is known.
  public var zeroBased: Bool? { parser.zeroBased }

  /// Parses a record and keeps its row.
  ///
  /// - Parameters:
  ///   - record: one row.
  ///   - number: the caller's number for it.
  /// - Throws: ``FormatError``, unless bad rows are set aside.
  public func append(_ record: [UInt8], number: Int) throws {
    guard record.count <= options.maxRecordBytes else {
      let problem = FormatError.Problem.recordTooLong(byteCount: record.count, limit: options.maxRecordBytes)
      let reason = FormatError(path: name, place: .line(number), problem: problem)
      guard options.setsBadRowsAside else { throw reason }
      return parser.setAside(RejectedRow(bytes: record, reason: reason))
    }
    try record.withUnsafeBytes { try parser.parse(record: $0, number: number) }
  }

  /// Parses records that follow each other, each a line; quicker than one by one.
  ///
  /// - Parameters:
  ///   - lines: the records with a line break behind each; a record has none inside.
  ///   - first: the caller's number for the first one.
  /// - Throws: ``FormatError``, unless bad rows are set aside.
  public func append(lines: [UInt8], first: Int) throws {
    _ = try lines.withUnsafeBytes { try parser.parse($0, firstLine: first) }
  }

  /// What became known of the rows; to be called between two batches.
  public func expect(featureCount: Int?, labelKind: Label.Kind?) {
    parser.expect(featureCount: featureCount, labelKind: labelKind)
  }

  /// Hands out the rows in the order in which their records came, and begins again.
  ///
  /// - Throws: `InputError.badLabels` for labels that are no class labels.
  public func takeBatch() throws -> RowBatch { try parser.takeBatch() }
}
