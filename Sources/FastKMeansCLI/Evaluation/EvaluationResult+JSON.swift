import FastKMeansCore
import FastKMeansFormats

extension EvaluationResult {
  private static let confusionLimit = 50

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
      "per_class": .array(report.classes.map(perClass)),
      "most_confused": .array(report.confusions.prefix(Self.confusionLimit).map(confusion)),
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

  private func perClass(_ metrics: ClassMetrics) -> JSON {
    .fields([
      "label": .label(classNames[metrics.classIndex]),
      "precision": .number(metrics.precision),
      "recall": .number(metrics.recall),
      "f1": .number(metrics.f1),
      "support": .integer(metrics.support),
    ])
  }

  private func confusion(_ confusion: ClassConfusion) -> JSON {
    .fields([
      "label": .label(classNames[confusion.truth]),
      "predicted": .label(classNames[confusion.predicted]),
      "documents": .integer(confusion.count),
    ])
  }
}

extension JSON {
  /// Integers stay numbers.
  static func label(_ label: Label) -> JSON {
    switch label {
    case .integer(let value): Int(exactly: value).map(JSON.integer) ?? .string(String(value))
    case .text(let value): .string(value)
    }
  }
}
