/// Finds where the fields of a CSV record lie (RFC 4180: commas, quotes, doubled quotes, line breaks in quotes), or those of a
/// line whose fields a tab or anything else parts.
///
/// Can stop at the end of what has been read and go on when more is there. A quote inside a field that does
/// not begin with one is an ordinary character, as in most readers.
struct CSVRecord {
  struct Field {
    /// Without the quotes around it.
    var range: Range<Int>
    /// Doubled quotes stand for one each.
    var hasDoubledQuotes = false
    var isQuoted = false
  }

  private enum State { case fieldStart, bare, quoted, afterQuote, closed }

  private(set) var fields: [Field] = []
  /// The number of all fields.
  private(set) var fieldCount = 0
  /// Line breaks inside quotes.
  private(set) var innerLineBreaks = 0
  /// Line breaks before the quote that is open.
  private(set) var lineBreaksBeforeQuote = 0
  private(set) var hasTextAfterQuote = false
  /// A byte order mark stands before it, as where files were joined.
  private(set) var hasMark = false
  private let delimiter: UInt8
  private let takesQuotes: Bool
  private let fieldLimit: Int
  private var state = State.fieldStart
  private var start = 0
  private var position = 0
  private var hasDoubledQuotes = false

  /// - Parameters:
  ///   - delimiter: what stands between two fields.
  ///   - takesQuotes: whether a field may stand in quotes; else a quote is a letter like others.
  ///   - fieldLimit: further fields are counted, but not kept.
  init(delimiter: UInt8 = 0x2C, takesQuotes: Bool = true, fieldLimit: Int = .max) {
    self.delimiter = delimiter
    self.takesQuotes = takesQuotes
    self.fieldLimit = fieldLimit
  }

  var isInsideQuotes: Bool { state == .quoted }
  var isBlank: Bool { fieldCount == 1 && fields[0].range.isEmpty && !fields[0].isQuoted }

  /// Goes on from where it stopped.
  ///
  /// - Parameters:
  ///   - bytes: what stood there before, and what has come since.
  ///   - isLast: nothing more will come.
  /// - Returns: the length of the record with its line break; `nil` if more is needed.
  mutating func scan(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> Int? {
    if position == 0, bytes.first == TextStart.mark[0] {
      guard bytes.count >= TextStart.mark.count || isLast else { return nil }
      hasMark = bytes.starts(with: TextStart.mark)
      if hasMark { position = TextStart.mark.count }
    }
    while position < bytes.count {
      switch state {
      case .fieldStart: beginField(bytes)
      case .quoted: scanQuoted(bytes)
      case .bare, .afterQuote, .closed:
        if step(bytes[position], bytes) { return position }
      }
    }
    guard isLast, state != .quoted else { return nil }
    endField(at: position, bytes)
    return position
  }

  private mutating func beginField(_ bytes: UnsafeRawBufferPointer) {
    hasDoubledQuotes = false
    if takesQuotes, bytes[position] == 0x22 {
      state = .quoted
      position += 1
      lineBreaksBeforeQuote = innerLineBreaks
    } else {
      state = .bare
    }
    start = position
  }

  private mutating func scanQuoted(_ bytes: UnsafeRawBufferPointer) {
    let quote = firstByte(0x22, from: position, in: bytes)
    var lineBreak = firstBreak(from: position, in: bytes)
    while let found = lineBreak, found < quote ?? bytes.count {
      innerLineBreaks += 1
      lineBreak = firstBreak(from: found + 1, in: bytes)
    }
    position = quote.map { $0 + 1 } ?? bytes.count
    if quote != nil { state = .afterQuote }
  }

  /// One byte outside quotes.
  ///
  /// - Returns: whether the record ends with it.
  private mutating func step(_ byte: UInt8, _ bytes: UnsafeRawBufferPointer) -> Bool {
    if state == .afterQuote, byte == 0x22 {
      hasDoubledQuotes = true
      state = .quoted
      position += 1
      return false
    }
    switch byte {
    case delimiter, 0x0A:
      endField(at: position, bytes)
      position += 1
      return byte == 0x0A
    default:
      if state == .afterQuote {
        quotedEnd = position - 1
        state = .closed
      }
      if state == .closed, byte != 0x0D { hasTextAfterQuote = true }
      position += 1
      return false
    }
  }

  /// Where the closing quote stands, if something follows it.
  private var quotedEnd = 0

  private mutating func endField(at end: Int, _ bytes: UnsafeRawBufferPointer) {
    fieldCount += 1
    defer { state = .fieldStart }
    if fieldCount > fieldLimit { return }
    switch state {
    case .afterQuote:
      fields.append(Field(range: start..<end - 1, hasDoubledQuotes: hasDoubledQuotes, isQuoted: true))
    case .closed:
      fields.append(Field(range: start..<quotedEnd, hasDoubledQuotes: hasDoubledQuotes, isQuoted: true))
    case .bare:
      let isReturn = end > start && bytes[end - 1] == 0x0D && (end == bytes.count || bytes[end] == 0x0A)
      fields.append(Field(range: start..<(isReturn ? end - 1 : end)))
    case .fieldStart, .quoted:
      fields.append(Field(range: end..<end))
    }
  }
}

extension CSVRecord.Field {
  /// Calls `body` with the field's content.
  func withContent<Result, Failure: Error>(
    in record: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let raw = UnsafeRawBufferPointer(rebasing: record[range])
    guard hasDoubledQuotes else { return try body(raw) }
    let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: raw.count, alignment: 1)
    defer { plain.deallocate() }
    var count = 0
    var skipsNext = false
    for byte in raw {
      // Of two quotes the second is left out.
      skipsNext = byte == 0x22 && !skipsNext
      if byte != 0x22 || skipsNext {
        plain[count] = byte
        count += 1
      }
    }
    return try body(UnsafeRawBufferPointer(rebasing: plain[..<count]))
  }
}
