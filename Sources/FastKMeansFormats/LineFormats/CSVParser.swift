import FastKMeansCore
import FastKMeansText

/// Parses records of fields, CSV or TSV with a header; the header's names tell which columns hold the text and the label.
final class CSVParser: RowParser {
  private let path: String
  private let options: ReaderOptions
  /// Where the text stands, or the fields of a document of several columns.
  private var textColumns: [Int] = []
  private var labelColumn: Int?
  private var names: [String] = []
  private var delimiter: UInt8
  private let takesQuotes: Bool
  /// No table has more; each name takes memory.
  private static let columnLimit = 100_000
  /// Lines before the header.
  private var skippedCount = 0

  init(_ options: ReaderOptions, format: RowFormat, path: String) {
    self.path = path
    self.options = options
    takesQuotes = format == .csv
    delimiter = format == .csv ? options.delimiter : 0x09
  }

  func readHeader(_ buffer: LineBuffer) throws -> Int? {
    while let (record, length) = try scanRecord(buffer) {
      guard length > 0 else {
        throw FormatError(
          path: path, place: .line(skippedCount + 1 + record.lineBreaksBeforeQuote),
          problem: .unterminatedQuote)
      }
      defer { buffer.consume(length) }
      if record.isBlank || setsDelimiter(buffer.available[..<length]) {
        skippedCount += 1
        continue
      }
      guard record.fieldCount <= Self.columnLimit else {
        throw error(.fieldCount(expected: Self.columnLimit, found: record.fieldCount))
      }
      names = self.names(record, UnsafeRawBufferPointer(rebasing: buffer.available[..<length]))
      let wanted = options.columns.isEmpty ? [options.textColumn] : options.columns.map(\.name)
      textColumns = try wanted.map { name in
        guard let place = try column(name) else { throw missing(name) }
        return place
      }
      let label = try column(options.labelColumn)
      if label == nil, options.requiresLabels { throw missing(options.labelColumn) }
      labelColumn = label
      return skippedCount + 1 + record.innerLineBreaks
    }
    try buffer.skipOversized()
    return nil
  }

  private func names(_ record: CSVRecord, _ bytes: UnsafeRawBufferPointer) -> [String] {
    record.fields.map { field in field.withContent(in: bytes) { String(decoding: $0, as: UTF8.self) } }
  }

  /// A line such as `sep=;`, by which a spreadsheet says what stands between the fields.
  private func setsDelimiter(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard takesQuotes, line.starts(with: "sep=".utf8), line.count > 4,
      line[5...].allSatisfy({ $0 == 0x0D || $0 == 0x0A })
    else { return false }
    delimiter = line[4]
    return true
  }

  private func column(_ name: String) throws -> Int? {
    guard names.count(where: { $0 == name }) < 2 else { throw error(.duplicateName(name)) }
    return names.firstIndex(of: name)
  }

  private func missing(_ name: String) -> FormatError { error(.missingColumn(name: name, found: names)) }

  private func error(_ problem: FormatError.Problem) -> FormatError {
    FormatError(path: path, place: .line(skippedCount + 1), problem: problem)
  }

  /// Parses one record. After a record that is too long the next one begins behind a line break.
  func parseNext(
    _ buffer: LineBuffer, maxRows: Int, maxBytes: Int, firstLine: Int, into batch: inout BatchBuilder
  ) throws -> Int? {
    guard let (record, length) = try scanRecord(buffer) else {
      try buffer.skipOversized()
      return nil
    }
    let bytes = UnsafeRawBufferPointer(
      rebasing: buffer.available[..<(length > 0 ? length : buffer.available.count)])
    defer { buffer.consume(bytes.count) }
    if length == 0 {
      try batch.reject(bytes, .unterminatedQuote, line: firstLine + record.lineBreaksBeforeQuote)
    } else if options.refusesUnfinishedLine, bytes.last != 0x0A {
      try batch.reject(bytes, .unfinishedLine, line: firstLine)
    } else if !record.isBlank,
      !(record.hasMark && record.fieldCount == names.count && names(record, bytes) == names)
    {
      do throws(FormatError.Problem) {
        try append(record, bytes, firstLine, to: &batch)
      } catch {
        try batch.reject(bytes, error, line: firstLine)
      }
    }
    return 1 + record.innerLineBreaks
  }

  private func append(
    _ record: CSVRecord, _ bytes: UnsafeRawBufferPointer, _ line: Int, to batch: inout BatchBuilder
  ) throws(FormatError.Problem) {
    guard record.fieldCount == names.count else {
      throw .fieldCount(expected: names.count, found: record.fieldCount)
    }
    guard !record.hasTextAfterQuote else { throw .textAfterQuote }
    guard !options.columns.isEmpty else {
      return try record.fields[textColumns[0]].withContent(in: bytes) { text throws(FormatError.Problem) in
        try append(text, record, bytes, line, to: &batch)
      }
    }
    var document: [UInt8] = []
    for (position, column) in options.columns.enumerated() {
      try record.fields[textColumns[position]].withContent(in: bytes) { field throws(FormatError.Problem) in
        try column.add(field, isFirst: position == 0, to: &document)
      }
    }
    // The array's own function forgets the type of errors.
    try document.withUnsafeBytes { text in
      Result { () throws(FormatError.Problem) in try append(text, record, bytes, line, to: &batch) }
    }.get()
  }

  private func append(
    _ text: UnsafeRawBufferPointer, _ record: CSVRecord, _ bytes: UnsafeRawBufferPointer, _ line: Int,
    to batch: inout BatchBuilder
  ) throws(FormatError.Problem) {
    guard let labelColumn else { return try batch.append(label: nil, text: text, line: line) }
    try record.fields[labelColumn].withContent(in: bytes) { label throws(FormatError.Problem) in
      try batch.append(label: label, text: text, line: line)
    }
  }

  /// The next record with its length, which is 0 if a quote is open at the file's end; `nil` at the end, where the
  /// source pauses, and where the record is too long.
  private func scanRecord(_ buffer: LineBuffer) throws -> (CSVRecord, Int)? {
    guard !buffer.isSkipping else { return nil }
    var record = CSVRecord(
      delimiter: delimiter, takesQuotes: takesQuotes,
      fieldLimit: names.isEmpty ? Self.columnLimit : names.count)
    while true {
      let length =
        buffer.available.isEmpty ? nil : record.scan(buffer.available, isLast: buffer.isAtEnd)
      if length ?? buffer.available.count > options.maxRecordBytes {
        buffer.beginSkipping()
        return nil
      }
      if let length { return (record, length) }
      if try !buffer.refill() {
        if buffer.available.isEmpty || buffer.isPaused { return nil }
        if record.isInsideQuotes { return (record, 0) }
      }
    }
  }
}
