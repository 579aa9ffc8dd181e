/// A table of text with aligned columns.
struct Table {
  enum Alignment { case left, right }

  private let alignments: [Alignment]
  private let rows: [[String]]

  /// - Parameters:
  ///   - header: the columns' names; an empty list for none.
  ///   - alignments: one for each column.
  ///   - rows: the cells of each row.
  init(_ header: [String], _ alignments: [Alignment], _ rows: [[String]]) {
    self.alignments = alignments
    self.rows = (header.isEmpty ? [] : [header]) + rows
  }

  /// The lines of a table of names and values; names with the value `nil` are left out.
  static func facts(_ facts: [(name: String, value: String?)]) -> [String] {
    let rows = facts.compactMap { fact in fact.value.map { [fact.name, $0] } }
    return Table([], [.left, .left], rows).lines(indent: 0)
  }

  /// The lines, indented by this many blanks; blanks at their ends are removed.
  func lines(indent: Int = 2) -> [String] {
    let widths = alignments.indices.map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = zip(row, zip(alignments, widths)).map { cell, shape in
        let padding = String(repeating: " ", count: max(0, shape.1 - cell.count))
        return shape.0 == .left ? cell + padding : padding + cell
      }
      let line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The lines of a Markdown table; the first row is the header.
  var markdown: [String] {
    let lines = rows.map { "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }
    let rule = "|" + alignments.map { $0 == .left ? "---|" : "--:|" }.joined()
    return Array(lines.prefix(1)) + [rule] + lines.dropFirst()
  }
}
