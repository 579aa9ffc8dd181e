import FastKMeansCore

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
  private let options: ReaderOptions
  private var hasHeader = false
  /// Where the rows that are gathered began.
  private var start = 0

  init(path: String, buffer: LineBuffer, options: ReaderOptions, position: ReaderPosition) throws {
    self.path = path
    self.buffer = buffer
    self.options = options
    gatherer = TextGatherer(path: path, options: options)
    try readHeader()
    if position.byte > buffer.consumed {
      guard try buffer.skip(position.byte - buffer.consumed) else {
        throw FormatError(
          path: path, place: .byte(position.byte), problem: .truncated(what: "the part that was read before"))
      }
      lines = position.line
    }
    self.position = ReaderPosition(byte: buffer.consumed, line: lines, row: position.row)
    start = buffer.consumed
  }

  var gatheredCount: Int { gatherer.rowCount }
  var hasGathered: Bool { buffer.settled > start }

  func expect(featureCount: Int?, labelKind: Label.Kind?) { gatherer.expect(labelKind: labelKind) }

  func gather(maxRows: Int, maxBytes: Int) throws -> Gathering {
    if !hasHeader { try readHeader() }
    while gatherer.rowCount < maxRows, buffer.settled - start < maxBytes {
      guard try hasHeader && readRecord() else { return buffer.isPaused ? .paused : .ended }
      if let total = buffer.totalCount, maxRows == .max, maxBytes == .max {
        gatherer.reserve(read: buffer.consumed, total: total)
      }
    }
    return .complete
  }

  func takeBatch() throws -> RowBatch? {
    guard buffer.settled > start else { return nil }
    let rows = gatherer.rowCount
    let batch = try gatherer.takeBatch()
    position = ReaderPosition(
      byte: buffer.settled, line: lines, row: position.row + rows + batch.rejected.count)
    start = buffer.settled
    return batch
  }

  /// Nothing happens where the header has not come yet.
  private func readHeader() throws {
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
    hasHeader = true
    start = buffer.settled
  }

  private func column(_ name: String, in names: [String]) throws -> Int {
    guard let index = names.firstIndex(of: name) else {
      throw FormatError(path: path, place: .line(1), problem: .missingColumn(name: name, found: names))
    }
    return index
  }

  /// - Returns: `false` at the end.
  private func readRecord() throws -> Bool {
    if try skipTooLong() { return true }
    guard let (record, length) = try scanRecord() else { return try skipTooLong() }
    let bytes = UnsafeRawBufferPointer(
      rebasing: buffer.available[..<(length > 0 ? length : buffer.available.count)])
    do {
      if length == 0 { throw unterminated(record) }
      if options.refusesUnfinishedLine, bytes.last != 0x0A {
        throw FormatError(path: path, place: .line(lines + 1), problem: .unfinishedLine)
      }
      if !record.isBlank { try append(record, bytes) }
    } catch let error as FormatError {
      try gatherer.reject(bytes, error)
    }
    finish(record, bytes.count)
    return true
  }

  /// Goes on skipping a record that is too long, up to a line break, where the next one is taken to begin.
  ///
  /// - Returns: whether one was set aside.
  private func skipTooLong() throws -> Bool {
    try buffer.skipOversized()
    guard let line = buffer.takeOversized() else { return false }
    lines += 1
    let problem = FormatError.Problem.recordTooLong(byteCount: line.byteCount, limit: options.maxRecordBytes)
    try line.prefix.withUnsafeBytes {
      try gatherer.reject($0, FormatError(path: path, place: .line(lines), problem: problem))
    }
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

  /// The next record with its length, which is 0 if a quote is open at the file's end; `nil` at the end, where the
  /// source pauses, and where the record is too long.
  private func scanRecord() throws -> (CSVRecord, Int)? {
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
