import FastKMeansCore

/// Parses lines of `label<TAB>text`; a line without a tab is text alone.
final class TSVParser: LineParser {
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
