import FastKMeansCore

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

  /// Parses one row that came by itself, without a line break at its end, and gathers it.
  ///
  /// - Throws: as ``parse(_:firstLine:)``.
  mutating func parse(record: UnsafeRawBufferPointer, number: Int) throws

  /// Whether indices start at 0, once that is known and where it matters.
  var zeroBased: Bool? { get }

  /// Makes room for rows that are about to come, when `read` of `total` bytes are parsed.
  mutating func reserve(read: Int, total: Int)

  /// Adds a row to those that could not be read.
  mutating func setAside(_ row: RejectedRow)

  /// What became known of the rows since the parser was made; called between two batches.
  mutating func expect(featureCount: Int?, labelKind: Label.Kind?)

  /// Hands out the gathered rows and begins again.
  mutating func takeBatch() throws -> RowBatch
}

extension LineParser {
  var zeroBased: Bool? { nil }
}

/// Why gathering rows has stopped.
package enum Gathering: Sendable, Equatable {
  /// There are as many as were asked for.
  case complete
  /// The source has nothing for the moment.
  case paused
  case ended
}

/// What a reader of rows can do, whatever the format.
protocol RowEngine: AnyObject {
  var position: ReaderPosition { get }
  var zeroBased: Bool? { get }
  /// Rows gathered and not yet taken.
  var gatheredCount: Int { get }
  /// Whether anything was gathered, if only bad rows.
  var hasGathered: Bool { get }
  /// Adds rows to those gathered, up to these limits of all that are gathered.
  func gather(maxRows: Int, maxBytes: Int) throws -> Gathering
  /// Hands out what was gathered and moves the position behind it; `nil` if there is nothing, not even a comment.
  func takeBatch() throws -> RowBatch?
  func expect(featureCount: Int?, labelKind: Label.Kind?)
}

extension RowEngine {
  var zeroBased: Bool? { nil }
  func expect(featureCount: Int?, labelKind: Label.Kind?) {}
}

/// Reads the formats in which a row is a line.
final class LineEngine<Parser: LineParser>: RowEngine {
  private let buffer: LineBuffer
  private let path: String
  private let options: ReaderOptions
  private var parser: Parser
  private(set) var position: ReaderPosition
  /// Lines of the rows that are gathered.
  private var lineCount = 0
  /// Where they began.
  private var start: Int

  init(
    buffer: LineBuffer, parser: Parser, path: String, options: ReaderOptions, position: ReaderPosition
  ) {
    self.buffer = buffer
    self.parser = parser
    self.path = path
    self.options = options
    self.position = position
    buffer.lineLimit = options.maxRecordBytes
    start = buffer.consumed
  }

  var zeroBased: Bool? { parser.zeroBased }
  var gatheredCount: Int { parser.rowCount }
  var hasGathered: Bool { lineCount > 0 }

  func expect(featureCount: Int?, labelKind: Label.Kind?) {
    parser.expect(featureCount: featureCount, labelKind: labelKind)
  }

  func gather(maxRows: Int, maxBytes: Int) throws -> Gathering {
    while parser.rowCount < maxRows, buffer.settled - start < maxBytes {
      let lines = try buffer.lines(
        maxLines: maxRows == .max ? .max : maxRows - parser.rowCount,
        maxBytes: maxBytes - (buffer.settled - start))
      if let lines {
        try parse(lines)
      } else if let line = buffer.takeOversized() {
        lineCount += 1
        let problem = FormatError.Problem.recordTooLong(
          byteCount: line.byteCount, limit: options.maxRecordBytes)
        try setAside(line.prefix, problem)
      } else {
        return buffer.isAtEnd ? .ended : .paused
      }
      if maxRows == .max, maxBytes == .max, let total = buffer.totalCount {
        parser.reserve(read: buffer.consumed, total: total)
      }
    }
    return .complete
  }

  func takeBatch() throws -> RowBatch? {
    guard lineCount > 0 else { return nil }
    let rows = parser.rowCount
    let batch = try parser.takeBatch()
    position = ReaderPosition(
      byte: buffer.settled, line: position.line + lineCount, row: position.row + rows + batch.rejected.count)
    lineCount = 0
    start = buffer.settled
    return batch
  }

  private func parse(_ lines: UnsafeRawBufferPointer) throws {
    let length = lines.count
    if options.refusesUnfinishedLine, lines.last != 0x0A {
      lineCount += 1
      try setAside(Array(lines), .unfinishedLine)
    } else {
      lineCount += try parser.parse(lines, firstLine: position.line + lineCount + 1)
    }
    buffer.consume(length)
  }

  /// The line that was counted last.
  private func setAside(_ row: [UInt8], _ problem: FormatError.Problem) throws {
    let reason = FormatError(path: path, place: .line(position.line + lineCount), problem: problem)
    guard options.setsBadRowsAside else { throw reason }
    parser.setAside(RejectedRow(bytes: row, reason: reason))
  }
}
