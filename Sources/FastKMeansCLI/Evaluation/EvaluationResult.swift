import FastKMeansCore

/// How good a model is on some rows, to be printed.
struct EvaluationResult {
  var report: ClassificationReport
  var confidence: ConfidenceReport
  /// Of each document.
  var isCorrect: [Bool]
  var topAccuracies: [TopAccuracy]
  /// Of each class number in the report.
  var classNames: [Label]
  /// Documents whose label the model does not know; they count as errors.
  var unknownCount: Int
  /// Documents to which the model says "none of these".
  var rejectedCount: Int
  /// `nil` for a model that cannot tell unknown classes.
  var rejection: RejectionReport?
  /// To predict all rows, which were parsed and vectorised before.
  var predictSeconds: Double

  var documentsPerSecond: Double { Double(report.documentCount) / max(predictSeconds, 1e-9) }
}

/// How often the right class is among the best few.
struct TopAccuracy {
  var count: Int
  var accuracy: Double
}
