import FastKMeansCore

/// Parses lines of `label<TAB>text`; a line without a tab is text alone.
final class TSVParser: LineParser {
  private let header: [UInt8]

  init(_ options: ReaderOptions) { header = Array("\(options.labelColumn)\t\(options.textColumn)".utf8) }

  /// A first line with just the names of the two columns is no row.
  func readHeader(_ buffer: LineBuffer) throws -> Int? {
    guard buffer.consumed <= TextStart.mark.count else { return 0 }
    // No more than a header takes: the first row may be too long to hold.
    while buffer.available.count < header.count + 2,
      header.starts(with: buffer.available.prefix(header.count))
    {
      guard try buffer.refill() else {
        if buffer.isPaused { return nil }
        break
      }
    }
    let window = buffer.available
    guard window.starts(with: header) else { return 0 }
    let end = window[header.count...].firstIndex { $0 != 0x0D } ?? window.count
    guard end < window.count ? window[end] == 0x0A : buffer.isAtEnd else { return 0 }
    buffer.consume(min(end + 1, window.count))
    return 1
  }

  func parse(_ lines: UnsafeRawBufferPointer, firstLine: Int, into batch: inout BatchBuilder) throws -> Int {
    try forEachLine(of: lines) { line, offset throws(FormatError) in
      // Without labels an empty line is an empty document: there is one answer for each line.
      if line.isEmpty, batch.options.requiresLabels { return }
      let tab = firstByte(0x09, from: 0, in: line)
      let label = tab.map { UnsafeRawBufferPointer(rebasing: line[..<$0]) }
      let text = UnsafeRawBufferPointer(rebasing: line[(tab.map { $0 + 1 } ?? 0)...])
      do throws(FormatError.Problem) {
        try batch.append(label: label, text: text, line: firstLine + offset)
      } catch {
        try batch.reject(line, error, line: firstLine + offset)
      }
    }
  }
}
