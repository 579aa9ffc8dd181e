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
}
