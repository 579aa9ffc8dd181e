import FastKMeansCore

/// Parses lines of `label<TAB>text`; a line without a tab is text alone.
final class TSVParser: LineParser {
  private let header: [UInt8]

  init(_ options: ReaderOptions) { header = Array("\(options.labelColumn)\t\(options.textColumn)".utf8) }

  /// A first line with just the names of the two columns is no row.
  func readHeader(_ buffer: LineBuffer) throws -> Int? {
    guard buffer.consumed <= TextStart.mark.count else { return 0 }
    guard let line = try buffer.lines(maxLines: 1, maxBytes: .max) else { return buffer.isPaused ? nil : 0 }
    guard line.starts(with: header), line[header.count...].allSatisfy({ $0 == 0x0D || $0 == 0x0A }) else {
      return 0
    }
    buffer.consume(line.count)
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
