import FastKMeansCore

extension EvaluationResult {
  private static let confusionLimit = 10
  /// As many classes as people read; JSON has all.
  private static let classLimit = 60

  var lines: [String] {
    summary + [""] + classTable + [""] + confusionTable + [""] + coverageTable + rejectionTable
  }

  private var summary: [String] {
    var table = Table([], [.left, .left])
    table.add(["documents", Readable.count(report.documentCount)])
    table.add(["accuracy", Readable.percent(report.accuracy)])
    table.add(["macro F1", Readable.percent(report.macroF1)])
    table.add(["micro F1", Readable.percent(report.microF1)])
    for top in topAccuracies.dropFirst() {
      table.add(["right class in best \(top.count)", Readable.percent(top.accuracy)])
    }
    table.add(["calibration error", Readable.percent(confidence.expectedCalibrationError)])
    table.add(["area under coverage", Readable.percent(confidence.areaUnderCoverage)])
    table.add(["speed", "\(Readable.rate(documentsPerSecond)) documents/s"])
    if rejectedCount > 0 { table.add(["rejected", Readable.count(rejectedCount, "document")]) }
    if unknownCount > 0 {
      table.add(["unknown labels", "\(Readable.count(unknownCount, "document")), counted as errors"])
    }
    return table.lines(indent: 0)
  }

  private var classTable: [String] {
    var table = Table(
      ["class", "precision", "recall", "F1", "documents"], [.left, .right, .right, .right, .right])
    let largest = report.classes.sorted { ($1.support, $0.classIndex) < ($0.support, $1.classIndex) }
    for metrics in largest.prefix(Self.classLimit) {
      table.add([
        TextLabel.line(classNames[metrics.classIndex]), Readable.percent(metrics.precision),
        Readable.percent(metrics.recall), Readable.percent(metrics.f1), Readable.count(metrics.support),
      ])
    }
    let rest = report.classes.count - Self.classLimit
    let more = rest > 0 ? ["  and \(Readable.count(rest)) smaller classes; --json lists all"] : []
    return table.lines(indent: 0) + more
  }

  private var confusionTable: [String] {
    guard !report.confusions.isEmpty else { return ["nothing was confused"] }
    var table = Table(["most confused", "taken for", "documents"], [.left, .left, .right])
    for confusion in report.confusions.prefix(Self.confusionLimit) {
      table.add([
        TextLabel.line(classNames[confusion.truth]), TextLabel.line(classNames[confusion.predicted]),
        Readable.count(confusion.count),
      ])
    }
    return table.lines(indent: 0)
  }

  private var coverageTable: [String] {
    var table = Table(["answered", "confidence from", "accuracy"], [.right, .right, .right])
    for point in confidence.coverage {
      table.add([
        Readable.percent(point.coverage), Readable.fixed(point.threshold, 3),
        Readable.percent(point.accuracy),
      ])
    }
    return table.lines(indent: 0)
  }
}
