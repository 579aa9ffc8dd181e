import FastKMeansCore
import FastKMeansFormats

/// Writes labels into lines of text.
enum TextLabel {
  /// The label with tabs, line feeds, carriage returns and backslashes escaped as `\t`, `\n`, `\r` and `\\`, so that it
  /// stays in its line and column.
  static func line(_ label: Label) -> String { EscapedText.write(label.description) }

  /// The label for a cell of a table: what ``line(_:)`` gives, cut after 80 letters, for it may have megabytes.
  static func cell(_ label: Label) -> String {
    let line = line(label)
    guard line.utf8.count > cellLength else { return line }
    let start = line.unicodeScalars.prefix(cellLength)
    return start.endIndex == line.endIndex ? line : String(start) + "…"
  }

  private static let cellLength = 80
}
