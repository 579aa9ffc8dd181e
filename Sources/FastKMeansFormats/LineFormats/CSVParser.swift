import FastKMeansCore

/// Parses CSV records; the header's names tell which columns hold the text and the label.
final class CSVParser: RowParser {
  private let path: String
  private let options: ReaderOptions
  private var textColumn = 0
  private var labelColumn: Int?
  private var columnCount = 0

  init(_ options: ReaderOptions, path: String) {
    self.path = path
    self.options = options
  }

  func readHeader(_ buffer: LineBuffer) throws -> Int? {
    guard let (record, length) = try scanRecord(buffer) else { return nil }
    guard length > 0 else {
      throw FormatError(
        path: path, place: .line(1 + record.lineBreaksBeforeQuote), problem: .unterminatedQuote)
    }
    let names = record.fields.map { field in
      field.withContent(in: buffer.available) { String(decoding: $0, as: UTF8.self) }
    }
    columnCount = names.count
    textColumn = try column(options.textColumn, in: names)
    labelColumn =
      options.requiresLabels
      ? try column(options.labelColumn, in: names) : names.firstIndex(of: options.labelColumn)
    buffer.consume(length)
    return 1 + record.innerLineBreaks
  }

  private func column(_ name: String, in names: [String]) throws -> Int {
    guard let index = names.firstIndex(of: name) else {
      throw FormatError(path: path, place: .line(1), problem: .missingColumn(name: name, found: names))
    }
    return index
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
    } else if !record.isBlank {
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
    guard record.fields.count == columnCount else {
      throw .fieldCount(expected: columnCount, found: record.fields.count)
    }
    guard !record.hasTextAfterQuote else { throw .textAfterQuote }
    try record.fields[textColumn].withContent(in: bytes) { text throws(FormatError.Problem) in
      guard let labelColumn else { return try batch.append(label: nil, text: text, line: line) }
      try record.fields[labelColumn].withContent(in: bytes) { label throws(FormatError.Problem) in
        try batch.append(label: label, text: text, line: line)
      }
    }
  }

  /// The next record with its length, which is 0 if a quote is open at the file's end; `nil` at the end, where the
  /// source pauses, and where the record is too long.
  private func scanRecord(_ buffer: LineBuffer) throws -> (CSVRecord, Int)? {
    guard !buffer.isSkipping else { return nil }
    var record = CSVRecord()
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
