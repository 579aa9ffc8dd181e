/// Builds HTML.
enum HTML {
  /// Escapes text for an element or a quoted attribute. Control characters, which HTML forbids, become U+FFFD.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": escaped += "\u{FFFD}"
      case "\u{7F}": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// A table of HTML cells; the columns in `numbers` are aligned right.
  static func table(_ header: [String], numbers: Set<Int>, rows: [[String]]) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      let cells = cells.enumerated().map { position, cell in
        "<\(tag)\(numbers.contains(position) ? " class=\"n\"" : "")>\(cell)</\(tag)>"
      }
      return "<tr>\(cells.joined())</tr>\n"
    }
    return "<div class=\"wide\"><table>\n<thead>\(row(header, "th"))</thead>\n<tbody>\n"
      + rows.map { row($0, "td") }.joined() + "</tbody></table></div>\n"
  }

  static func section(_ heading: String, _ note: String, _ body: String) -> String {
    "<section>\n<h2>\(escape(heading))</h2>\n<p>\(escape(note))</p>\n\(body)</section>\n"
  }
}
