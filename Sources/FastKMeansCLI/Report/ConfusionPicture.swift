import FastKMeansCore

/// The classes that are confused most, as a grid of shares.
struct ConfusionPicture {
  private static let classLimit = 24
  private static let cell = 20.0
  private static let margin = 150.0

  private let names: [String]
  /// `shares[truth][predicted]` of the classes shown, of all documents of the true class.
  private let shares: [[Double]]

  init(_ result: EvaluationResult) {
    var errors: [Int: Int] = [:]
    for confusion in result.report.confusions {
      errors[confusion.truth, default: 0] += confusion.count
      errors[confusion.predicted, default: 0] += confusion.count
    }
    let shown = errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.classLimit).map(\.key)
      .sorted()
    let places = Dictionary(uniqueKeysWithValues: shown.enumerated().map { ($1, $0) })
    var counts = [[Int]](repeating: [Int](repeating: 0, count: shown.count), count: shown.count)
    var supports = [Int](repeating: 0, count: shown.count)
    for metrics in result.report.classes {
      guard let place = places[metrics.classIndex] else { continue }
      counts[place][place] = metrics.correctCount
      supports[place] = metrics.support
    }
    for confusion in result.report.confusions {
      guard let truth = places[confusion.truth], let predicted = places[confusion.predicted] else { continue }
      counts[truth][predicted] = confusion.count
    }
    names = shown.map { result.classNames[$0].description }
    shares = zip(counts, supports).map { row, support in row.map { Double($0) / Double(max(1, support)) } }
  }

  var svg: String {
    let size = Self.margin + Self.cell * Double(names.count) + 4
    var body = ""
    for (row, shares) in shares.enumerated() {
      let y = Self.margin + Self.cell * Double(row)
      body += label(
        names[row],
        "x=\"\(Readable.fixed(Self.margin - 6, 1))\" y=\"\(Readable.fixed(y + 14, 1))\" text-anchor=\"end\"")
      for (column, share) in shares.enumerated() {
        body += cell(row, column, share)
      }
    }
    for (column, name) in names.enumerated() {
      let x = Self.margin + Self.cell * Double(column) + 14
      body += label(
        name,
        "transform=\"translate(\(Readable.fixed(x, 1)) \(Readable.fixed(Self.margin - 6, 1))) rotate(-60)\"")
    }
    let name = "Shares of true classes by predicted class"
    return "<svg viewBox=\"0 0 \(Readable.fixed(size + 60, 0)) \(Readable.fixed(size, 0))\" role=\"img\" "
      + "aria-label=\"\(name)\" style=\"max-width:\(Readable.fixed(size + 60, 0))px\">\n<title>\(name)</title>\n\(body)</svg>\n"
  }

  private func cell(_ row: Int, _ column: Int, _ share: Double) -> String {
    let x = Readable.fixed(Self.margin + Self.cell * Double(column), 1)
    let y = Readable.fixed(Self.margin + Self.cell * Double(row), 1)
    let side = Readable.fixed(Self.cell, 1)
    let title = "\(names[row]) taken for \(names[column]): \(Readable.percent(share))"
    return "<rect class=\"cell\" x=\"\(x)\" y=\"\(y)\" width=\"\(side)\" height=\"\(side)\" "
      + "style=\"fill:rgb(var(--heat) / \(Readable.fixed(0.04 + 0.96 * share, 3)))\">"
      + "<title>\(HTML.escape(title))</title></rect>\n"
  }

  private func label(_ text: String, _ place: String) -> String {
    let shown = text.count > 22 ? text.prefix(21) + "…" : text[...]
    return "<text \(place)>\(HTML.escape(String(shown)))</text>\n"
  }
}
