import FastKMeansCore

/// Draws how far confidences can be trusted.
enum ConfidencePictures {
  private static let shares: [(value: Double, text: String)] = [0, 0.2, 0.4, 0.6, 0.8, 1].map {
    ($0, Readable.fixed($0 * 100, 0) + " %")
  }

  static func coverage(_ report: ConfidenceReport) -> String {
    var plot = SVGPlot(xRange: 0...1, yRange: 0...1)
    plot.addAxes(xTicks: shares, xName: "documents answered", yTicks: shares, yName: "right")
    plot.addLine(report.coverage.map { (x: $0.coverage, y: $0.accuracy) })
    for point in report.coverage {
      plot.addPoint(
        (x: point.coverage, y: point.accuracy), radius: 3.5,
        title:
          "\(Readable.percent(point.coverage)) answered, confidence from \(Readable.fixed(point.threshold, 3)): "
          + "\(Readable.percent(point.accuracy)) right")
    }
    return plot.svg("Accuracy against the share of documents answered")
  }

  static func reliability(_ report: ConfidenceReport) -> String {
    var plot = SVGPlot(xRange: 0...1, yRange: 0...1)
    plot.addAxes(xTicks: shares, xName: "confidence", yTicks: shares, yName: "right")
    for bin in report.bins where bin.documentCount > 0 {
      plot.addBar(
        from: bin.lowerBound, to: bin.upperBound, height: bin.accuracy,
        title: "\(Readable.count(bin.documentCount, "document")), mean confidence "
          + "\(Readable.fixed(bin.meanConfidence, 3)), \(Readable.percent(bin.accuracy)) right")
    }
    plot.addLine([(x: 0, y: 0), (x: 1, y: 1)], style: "ideal")
    return plot.svg("Share that was right, by confidence")
  }
}

/// Draws the classes that are confused most as a grid of shares.
struct ConfusionPicture {
  private static let classLimit = 24
  private static let cell = 20.0
  private static let margin = 150.0

  private let names: [String]
  /// `shares[truth][predicted]`: the share of the true class's documents, for the classes shown.
  private let shares: [[Double]]

  init(_ evaluation: Evaluation) {
    var errors: [Int: Int] = [:]
    for confusion in evaluation.report.confusions {
      errors[confusion.truth, default: 0] += confusion.count
      errors[confusion.predicted, default: 0] += confusion.count
    }
    let shown = errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.classLimit).map(\.key)
      .sorted()
    let places = Dictionary(uniqueKeysWithValues: shown.enumerated().map { ($1, $0) })
    var counts = [[Int]](repeating: [Int](repeating: 0, count: shown.count), count: shown.count)
    var supports = [Int](repeating: 0, count: shown.count)
    for metrics in evaluation.report.classes {
      guard let place = places[metrics.classIndex] else { continue }
      counts[place][place] = metrics.correctCount
      supports[place] = metrics.support
    }
    for confusion in evaluation.report.confusions {
      guard let truth = places[confusion.truth], let predicted = places[confusion.predicted] else { continue }
      counts[truth][predicted] = confusion.count
    }
    names = shown.map { evaluation.classNames[$0].description }
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
