import FastKMeansCore
import FastKMeansFormats

/// Writes labels into lines of text.
enum TextLabel {
  /// The label with tabs, line feeds, carriage returns and backslashes escaped as `\t`, `\n`, `\r` and `\\`, so that it
  /// stays in its line and column.
  static func line(_ label: Label) -> String {
    let text = label.description
    guard text.utf8.contains(where: { $0 == 0x09 || $0 == 0x0A || $0 == 0x0D || $0 == 0x5C }) else {
      return text
    }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\t": escaped += "\\t"
      case "\n": escaped += "\\n"
      case "\r": escaped += "\\r"
      case "\\": escaped += "\\\\"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// The label for a cell of a table: what ``line(_:)`` gives, cut after 80 letters, for it may have megabytes.
  static func cell(_ label: Label) -> String {
    let line = line(label)
    guard line.utf8.count > cellLength else { return line }
    let start = line.unicodeScalars.prefix(cellLength)
    return start.endIndex == line.endIndex ? line : String(start) + "…"
  }

  private static let cellLength = 80
}

extension JSON {
  /// A label: integers become numbers, texts become strings.
  static func label(_ label: Label) -> JSON {
    switch label {
    case .integer(let value): Int(exactly: value).map(JSON.integer) ?? .string(String(value))
    case .text(let value): .string(value)
    }
  }
}
