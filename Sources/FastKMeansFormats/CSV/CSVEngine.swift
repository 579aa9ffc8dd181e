/// Reads CSV records; the header's names tell which columns hold the text and the label.
final class CSVEngine: RowEngine {
  private let path: String
  private let buffer: LineBuffer
  private var gatherer: TextGatherer
  private var textColumn = 0
  private var labelColumn: Int?
  private var columnCount = 0
  private(set) var position = ReaderPosition()
  private var lines = 0

  init(path: String, buffer: LineBuffer, options: ReaderOptions, position: ReaderPosition) throws {
    self.path = path
    self.buffer = buffer
    gatherer = TextGatherer(path: path, options: options)
    try readHeader(options)
    if position.byte > buffer.consumed {
      guard try buffer.skip(position.byte - buffer.consumed) else {
        throw FormatError(
          path: path, place: .byte(position.byte), problem: .truncated(what: "the part that was read before"))
      }
      lines = position.line
    }
    self.position = ReaderPosition(byte: buffer.consumed, line: lines, row: position.row)
  }

  func next(maxRows: Int, maxBytes: Int) throws -> RowBatch? {
    let start = buffer.consumed
    while gatherer.rowCount < maxRows, buffer.consumed - start < maxBytes {
      guard try readRecord() else { break }
      if let total = buffer.totalCount, maxRows == .max, maxBytes == .max {
        gatherer.reserve(read: buffer.consumed, total: total)
      }
    }
    guard buffer.consumed > start else { return nil }
    let rows = gatherer.rowCount
    let batch = try gatherer.takeBatch()
    position = ReaderPosition(
      byte: buffer.consumed, line: lines, row: position.row + rows + batch.rejected.count)
    return batch
  }

  private func readHeader(_ options: ReaderOptions) throws {
    guard let (record, length) = try scanRecord() else { return }
    guard length > 0 else { throw unterminated(record) }
    let names = record.fields.map { field in
      field.withContent(in: buffer.available) { String(decoding: $0, as: UTF8.self) }
    }
    columnCount = names.count
    textColumn = try column(options.textColumn, in: names)
    labelColumn = names.firstIndex(of: options.labelColumn)
    if options.requiresLabels { labelColumn = try column(options.labelColumn, in: names) }
    finish(record, length)
  }

  private func column(_ name: String, in names: [String]) throws -> Int {
    guard let index = names.firstIndex(of: name) else {
      throw FormatError(path: path, place: .line(1), problem: .missingColumn(name: name, found: names))
    }
    return index
  }

  /// - Returns: `false` at the end.
  private func readRecord() throws -> Bool {
    guard let (record, length) = try scanRecord() else { return false }
    let bytes = UnsafeRawBufferPointer(
      rebasing: buffer.available[..<(length > 0 ? length : buffer.available.count)])
    do {
      if length == 0 { throw unterminated(record) }
      if !record.isBlank { try append(record, bytes) }
    } catch let error as FormatError {
      try gatherer.reject(bytes, error)
    }
    finish(record, bytes.count)
    return true
  }

  private func append(_ record: CSVRecord, _ bytes: UnsafeRawBufferPointer) throws {
    let line = lines + 1
    guard record.fields.count == columnCount else {
      let problem = FormatError.Problem.fieldCount(expected: columnCount, found: record.fields.count)
      throw FormatError(path: path, place: .line(line), problem: problem)
    }
    guard !record.hasTextAfterQuote else {
      throw FormatError(path: path, place: .line(line), problem: .textAfterQuote)
    }
    try record.fields[textColumn].withContent(in: bytes) { text in
      guard let labelColumn else { return try gatherer.append(label: nil, text: text, line: line) }
      try record.fields[labelColumn].withContent(in: bytes) {
        try gatherer.append(label: $0, text: text, line: line)
      }
    }
  }

  private func unterminated(_ record: CSVRecord) -> FormatError {
    let line = lines + 1 + record.lineBreaksBeforeQuote
    return FormatError(path: path, place: .line(line), problem: .unterminatedQuote)
  }

  private func finish(_ record: CSVRecord, _ length: Int) {
    lines += 1 + record.innerLineBreaks
    buffer.consume(length)
  }

  /// The next record with its length, which is 0 if a quote is open at the file's end; `nil` at the end.
  private func scanRecord() throws -> (CSVRecord, Int)? {
    var record = CSVRecord()
    while true {
      if !buffer.available.isEmpty, let length = record.scan(buffer.available, isLast: buffer.isAtEnd) {
        return (record, length)
      }
      if try !buffer.refill() {
        if buffer.available.isEmpty { return nil }
        if record.isInsideQuotes { return (record, 0) }
      }
    }
  }
}
