import FastKMeansCore
import FastKMeansFormats

/// Measures a model on labelled rows.
struct Evaluation {
  let report: ClassificationReport
  let confidence: ConfidenceReport
  /// The class number of each document, of its label and of the model's answer, and the answer's confidence.
  let truth: [Int]
  let predicted: [Int]
  let confidences: [Float]
  /// For each document, whether the model gave its class.
  var isCorrect: [Bool] { zip(truth, predicted).map { $0 == $1 } }
  /// How often the right class is among the best few.
  let topAccuracies: [(count: Int, accuracy: Double)]
  /// The label of each class number in the report.
  let classNames: [Label]
  /// Documents whose label the model does not know; they count as errors.
  let unknownCount: Int
  /// Documents that the model rejects ("none of these").
  let rejectedCount: Int
  /// `nil` for a model that cannot tell unknown classes.
  let rejection: RejectionReport?
  /// The time to predict all rows, after parsing and vectorising.
  let predictSeconds: Double

  var documentsPerSecond: Double { Double(report.documentCount) / max(predictSeconds, 1e-9) }

  /// Each k for which the share of right classes among the best k is measured.
  private static let topCounts = [1, 2, 3, 5, 10]

  /// Reads labelled rows for a model.
  ///
  /// - Throws: errors of the readers.
  static func rows(
    of contents: ModelContents, on path: String, _ options: ReaderOptions, _ progress: ProgressDisplay
  ) throws -> LabelledData {
    let reader = try contents.readerOptions(options, labelKind: contents.labelKind)
    return try progress.run("reading \(path)") { _ in try LabelledData.read(path, options: reader) }.result
  }

  /// Measures a model on labelled rows.
  ///
  /// - Throws: errors of the library.
  init(of contents: ModelContents, on rows: LabelledData, _ progress: ProgressDisplay) throws {
    let features = try progress.run("vectorising \(Readable.count(rows.rowCount, "document"))") { _ in
      try contents.features(of: rows)
    }.result
    let labels = try rows.requiredLabels.column(kind: contents.labelKind)
    try self.init(of: contents.model, on: features, labels: labels, progress)
  }

  /// Measures a model on its features. Labels that it does not know count as errors.
  ///
  /// - Throws: errors of the library.
  init(
    of model: ClassifierModel<Label>, on rows: Features, labels: LabelColumn, _ progress: ProgressDisplay
  ) throws {
    var numbering = ClassNumbering(model.classes)
    let truth = numbering.add(labels)
    let names = numbering.names
    // The first question builds the scoring index, which the measured time shall not include.
    _ = try rows.withRows { try model.predictedClassIndices($0.slice(0..<min(1, $0.rowCount))) }
    let top = min(Self.topCounts.last ?? 1, model.classCount)
    let (answers, seconds) = try progress.run("predicting", unit: "documents") { report in
      try rows.mapBlocks(report) { rows, range in
        zip(try model.classify(rows, top: top, parts: .openSetScores), range).map {
          Judged($0, truth: truth[$1], of: model)
        }
      }
    }
    progress.note(model.deviceWarnings)
    self.truth = truth
    predicted = answers.map(\.predicted)
    confidences = answers.map(\.confidence)
    report = try ClassificationReport(truth: truth, predicted: predicted)
    let isCorrect = zip(truth, predicted).map { $0 == $1 }
    confidence = try ConfidenceReport(confidences: confidences, isCorrect: isCorrect)
    topAccuracies = Self.topCounts.filter { $0 <= model.classCount }.map { count in
      let hits = answers.count { $0.rank.map { $0 < count } ?? false }
      return (count, Double(hits) / Double(max(1, answers.count)))
    }
    classNames = names
    unknownCount = truth.count { $0 >= model.classCount }
    rejectedCount = answers.count(where: \.isRejected)
    rejection = try model.openSet.map { openSet in
      try RejectionReport(
        openSet, scores: answers.map { $0.openSetScore ?? -.greatestFiniteMagnitude }, isCorrect: isCorrect,
        isKnown: truth.map { $0 < model.classCount })
    }
    predictSeconds = seconds
  }
}

/// What the evaluation keeps of one answer.
private struct Judged {
  /// The class that was answered.
  let predicted: Int
  let confidence: Float
  /// How many classes rank before the right one; `nil` if it is not among the best.
  let rank: Int?
  let isRejected: Bool
  let openSetScore: Float?

  init(_ answer: Answer<Label>, truth: Int, of model: ClassifierModel<Label>) {
    let classes = answer.classes.map { Int(model.prototypes.classIndices[$0.prototype]) }
    predicted = classes[0]
    confidence = answer.best.confidence
    rank = classes.firstIndex(of: truth)
    isRejected = answer.isRejected
    openSetScore = answer.openSetScore
  }
}
