import FastKMeansCore

/// `label<TAB>text`; a line without a tab is text alone.
struct TSVParser: LineParser {
  private var gatherer: TextGatherer
  private let requiresLabels: Bool

  init(path: String, options: ReaderOptions) {
    gatherer = TextGatherer(path: path, options: options)
    requiresLabels = options.requiresLabels
  }

  var rowCount: Int { gatherer.rowCount }

  mutating func parse(_ lines: UnsafeRawBufferPointer, firstLine: Int) throws -> Int {
    try forEachLine(of: lines) { line, offset in try parse(record: line, number: firstLine + offset) }
  }

  mutating func parse(record line: UnsafeRawBufferPointer, number: Int) throws {
    // Without labels an empty line is an empty document: there is one answer for each line.
    if line.isEmpty, requiresLabels { return }
    let tab = firstByte(0x09, from: 0, in: line)
    let label = tab.map { UnsafeRawBufferPointer(rebasing: line[..<$0]) }
    let text = UnsafeRawBufferPointer(rebasing: line[(tab.map { $0 + 1 } ?? 0)...])
    do {
      try gatherer.append(label: label, text: text, line: number)
    } catch let error as FormatError {
      try gatherer.reject(line, error)
    }
  }

  mutating func reserve(read: Int, total: Int) { gatherer.reserve(read: read, total: total) }

  mutating func setAside(_ row: RejectedRow) { gatherer.setAside(row) }

  mutating func expect(featureCount: Int?, labelKind: Label.Kind?) { gatherer.expect(labelKind: labelKind) }

  mutating func takeBatch() throws -> RowBatch { try gatherer.takeBatch() }
}

/// Calls `body` with each line, without its break (`\n` or `\r\n`), and the line's number from 0 on.
///
/// - Returns: how many lines there were.
@inline(__always)
func forEachLine(
  of lines: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, Int) throws -> Void
) throws -> Int {
  var position = 0
  var count = 0
  while position < lines.count {
    let lineBreak = firstBreak(from: position, in: lines) ?? lines.count
    var end = lineBreak
    if end > position, lines[end - 1] == 0x0D { end -= 1 }
    try body(UnsafeRawBufferPointer(rebasing: lines[position..<end]), count)
    position = lineBreak + 1
    count += 1
  }
  return count
}
