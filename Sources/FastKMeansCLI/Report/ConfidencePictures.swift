import FastKMeansCore

/// Pictures of what confidences are worth.
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
