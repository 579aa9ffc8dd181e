import FastKMeansCore
import FastKMeansFormats

extension Evaluation {
  var json: JSON {
    .fields([
      "documents": .integer(report.documentCount),
      "accuracy": .number(report.accuracy),
      "macro_f1": .number(report.macroF1),
      "micro_f1": .number(report.microF1),
      "predict_seconds": .number(predictSeconds),
      "documents_per_second": .number(documentsPerSecond),
      "expected_calibration_error": .number(confidence.expectedCalibrationError),
      "area_under_coverage": .number(confidence.areaUnderCoverage),
      "rejected": .integer(rejectedCount),
      "rejection": rejection?.json ?? .null,
      "unknown_labels": .integer(unknownCount),
      "top_k_accuracy": .array(
        topAccuracies.map { .fields(["k": .integer($0.count), "accuracy": .number($0.accuracy)]) }),
      "per_class": .array(
        report.classes.map {
          .fields([
            "label": .label(classNames[$0.classIndex]), "precision": .number($0.precision),
            "recall": .number($0.recall), "f1": .number($0.f1), "support": .integer($0.support),
          ])
        }),
      "most_confused": .array(
        report.confusions.prefix(50).map {
          .fields([
            "label": .label(classNames[$0.truth]), "predicted": .label(classNames[$0.predicted]),
            "documents": .integer($0.count),
          ])
        }),
      "coverage": .array(
        confidence.coverage.map {
          .fields([
            "coverage": .number($0.coverage), "threshold": .number($0.threshold),
            "accuracy": .number($0.accuracy),
          ])
        }),
      "calibration": .array(
        confidence.bins.map {
          .fields([
            "from": .number($0.lowerBound), "to": .number($0.upperBound),
            "documents": .integer($0.documentCount),
            "confidence": .number($0.meanConfidence), "accuracy": .number($0.accuracy),
          ])
        }),
    ])
  }

  var lines: [String] {
    summary + [""] + classTable + [""] + confusionTable + [""] + coverageTable
      + (rejection.map { [""] + $0.lines } ?? [])
  }

  private var summary: [String] {
    let top = topAccuracies.dropFirst().map {
      (name: "right class in best \($0.count)", value: Optional(Readable.percent($0.accuracy)))
    }
    let unknown = "\(Readable.count(unknownCount, "document")), counted as errors"
    return Table.facts(
      [
        ("documents", Readable.count(report.documentCount)),
        ("accuracy", Readable.percent(report.accuracy)),
        ("macro F1", Readable.percent(report.macroF1)),
        ("micro F1", Readable.percent(report.microF1)),
      ] + top + [
        ("calibration error", Readable.percent(confidence.expectedCalibrationError)),
        ("area under coverage", Readable.percent(confidence.areaUnderCoverage)),
        ("speed", "\(Readable.rate(documentsPerSecond)) documents/s"),
        ("rejected", rejectedCount > 0 ? Readable.count(rejectedCount, "document") : nil),
        ("unknown labels", unknownCount > 0 ? unknown : nil),
      ])
  }

  /// How many classes the text lists; JSON has all.
  static let classLimit = 60

  /// The classes with the most documents first.
  var largestClasses: [ClassMetrics] {
    report.classes.sorted { ($1.support, $0.classIndex) < ($0.support, $1.classIndex) }
  }

  private var classTable: [String] {
    let table = Table(
      ["class", "precision", "recall", "F1", "documents"], [.left, .right, .right, .right, .right],
      largestClasses.prefix(Self.classLimit).map { [TextLabel.cell(classNames[$0.classIndex])] + $0.cells })
    let rest = report.classes.count - Self.classLimit
    let more = rest > 0 ? ["  and \(Readable.count(rest)) smaller classes; --json lists all"] : []
    return table.lines(indent: 0) + more
  }

  private var confusionTable: [String] {
    guard !report.confusions.isEmpty else { return ["nothing was confused"] }
    return Table(
      ["most confused", "taken for", "documents"], [.left, .left, .right],
      report.confusions.prefix(10).map {
        [
          TextLabel.cell(classNames[$0.truth]), TextLabel.cell(classNames[$0.predicted]),
          Readable.count($0.count),
        ]
      }
    ).lines(indent: 0)
  }

  private var coverageTable: [String] {
    Table(
      ["answered", "confidence from", "accuracy"], [.right, .right, .right],
      confidence.coverage.map {
        [Readable.percent($0.coverage), Readable.fixed($0.threshold, 3), Readable.percent($0.accuracy)]
      }
    ).lines(indent: 0)
  }
}

extension ClassMetrics {
  /// Precision, recall, F1 and support as cells of a table.
  var cells: [String] {
    [precision, recall, f1].map(Readable.percent) + [Readable.count(support)]
  }
}

extension RejectionReport {
  var json: JSON {
    .fields([
      "known_documents": .integer(knownCount),
      "unknown_documents": .integer(unknownCount),
      "separation": separation.map(JSON.number) ?? .null,
      "rates": .array(
        points.map { point in
          .fields([
            "false_accept_rate": .number(point.falseAcceptRate),
            "coverage": .number(point.coverage),
            "accuracy": .number(point.accuracy),
            "observed_false_accept_rate": point.observedFalseAcceptRate.map(JSON.number) ?? .null,
          ])
        }),
    ])
  }

  /// A table of rates, and a line on how well the score separates known from unknown classes.
  var lines: [String] {
    let table = Table(
      ["false accepts asked", "known accepted", "accuracy of these", "unknown accepted"],
      [.right, .right, .right, .right],
      points.map {
        [$0.falseAcceptRate, $0.coverage, $0.accuracy].map(Readable.percent)
          + [$0.observedFalseAcceptRate.map(Readable.percent) ?? "no unknown labels"]
      })
    let separation = separation.map {
      ["known documents score higher than unknown ones: \(Readable.percent($0)) of all pairs"]
    }
    return table.lines(indent: 0) + (separation ?? [])
  }
}
