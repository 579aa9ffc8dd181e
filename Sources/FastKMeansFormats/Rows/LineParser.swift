import FastKMeans

/// Turns lines into rows, and gathers the rows until someone takes them.
protocol LineParser {
  /// Rows gathered so far.
  var rowCount: Int { get }

  /// Parses whole lines and gathers their rows.
  ///
  /// - Parameters:
  ///   - lines: any number of lines with their breaks.
  ///   - firstLine: the number of the first one.
  /// - Throws: ``FormatError`` for the first bad line, unless bad rows are set aside.
  /// - Returns: how many lines there were.
  mutating func parse(_ lines: UnsafeRawBufferPointer, firstLine: Int) throws -> Int

  /// Whether indices start at 0, once that is known and where it matters.
  var zeroBased: Bool? { get }

  /// Makes room for rows that are about to come, when `read` of `total` bytes are parsed.
  mutating func reserve(read: Int, total: Int)

  /// Hands out the gathered rows and begins again.
  mutating func takeBatch() throws -> RowBatch
}

extension LineParser {
  var zeroBased: Bool? { nil }
}

/// What a reader of rows can do, whatever the format.
protocol RowEngine: AnyObject {
  var position: ReaderPosition { get }
  var zeroBased: Bool? { get }
  func next(maxRows: Int, maxBytes: Int) throws -> RowBatch?
}

extension RowEngine {
  var zeroBased: Bool? { nil }
}

/// Reads the formats in which a row is a line.
final class LineEngine<Parser: LineParser>: RowEngine {
  private let buffer: LineBuffer
  private var parser: Parser
  private(set) var position: ReaderPosition

  init(buffer: LineBuffer, parser: Parser, position: ReaderPosition) {
    self.buffer = buffer
    self.parser = parser
    self.position = position
  }

  var zeroBased: Bool? { parser.zeroBased }

  func next(maxRows: Int, maxBytes: Int) throws -> RowBatch? {
    let start = buffer.consumed
    var lineCount = 0
    while parser.rowCount < maxRows, buffer.consumed - start < maxBytes {
      let room = maxBytes - (buffer.consumed - start)
      let lines = try buffer.lines(
        maxLines: maxRows == .max ? .max : maxRows - parser.rowCount, maxBytes: room)
      guard let lines else { break }
      let length = lines.count
      lineCount += try parser.parse(lines, firstLine: position.line + lineCount + 1)
      buffer.consume(length)
      if maxRows == .max, maxBytes == .max, let total = buffer.totalCount {
        parser.reserve(read: buffer.consumed, total: total)
      }
    }
    guard lineCount > 0 else { return nil }
    let rows = parser.rowCount
    let batch = try parser.takeBatch()
    position = ReaderPosition(
      byte: buffer.consumed, line: position.line + lineCount, row: position.row + rows + batch.rejected.count)
    return batch
  }
}
