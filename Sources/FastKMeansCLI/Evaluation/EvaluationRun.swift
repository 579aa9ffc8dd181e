import FastKMeansCore
import FastKMeansFormats

/// Judges a model by labelled rows.
struct EvaluationRun {
  let model: LoadedModel
  let inputPath: String
  let reader: ReaderOptions

  private static let blockRows = 8192
  /// The numbers of classes among which the right one may be.
  private static let topCounts = [1, 2, 3, 5, 10]

  /// - Throws: errors of the readers and the library.
  func run(_ progress: ProgressDisplay) throws -> EvaluationResult {
    let rows = try progress.run("reading \(inputPath)") { _ in
      try LabelledData.read(inputPath, options: reader)
    }.result
    let prepared = try progress.run("vectorising \(Readable.count(rows.rowCount, "document"))") { _ in
      try rows.prepared(with: model.vectorizer, workers: reader.workers)
    }.result
    guard let column = prepared.labels else {
      throw InputError.badLabels(found: "missing", expected: "a label for each row")
    }
    return try evaluate(prepared.features, labels: column.column(kind: model.labelKind), progress)
  }

  /// - Parameters:
  ///   - rows: features as the model takes them.
  ///   - labels: one a row; labels that the model does not know count as errors.
  func evaluate(
    _ rows: Features, labels: LabelColumn, _ progress: ProgressDisplay
  ) throws -> EvaluationResult {
    var numbering = ClassNumbering(model.model.classes)
    let truth = numbering.add(labels)
    // The scoring index is built when it is first needed, which is no part of an answer's time.
    _ = try model.model.predict(rows.selectingRows(0..<min(1, rows.rowCount)))
    let (predicted, seconds) = try progress.run("predicting", unit: "documents") { report in
      try forEachBlock(of: rows.rowCount, report) {
        try model.model.predictedClassIndices(rows.selectingRows($0))
      }
    }
    let answers = try progress.run("finding confidences", unit: "documents") { report in
      try self.answers(rows, truth: truth, numbering: numbering, report)
    }.result
    progress.note(model.model.deviceWarnings)
    let isCorrect = zip(truth, predicted).map { $0 == $1 }
    return EvaluationResult(
      report: try ClassificationReport(truth: truth, predicted: predicted),
      confidence: try ConfidenceReport(confidences: answers.map(\.confidence), isCorrect: isCorrect),
      isCorrect: isCorrect,
      topAccuracies: topAccuracies(answers),
      classNames: numbering.names,
      unknownCount: truth.count { $0 >= numbering.knownCount },
      rejectedCount: answers.count(where: \.isRejected),
      rejection: try rejection(answers, isCorrect, isKnown: truth.map { $0 < numbering.knownCount }),
      predictSeconds: seconds)
  }

  /// What one document's best classes say about the confidence and the place of the right class.
  private struct Judged {
    var confidence: Float
    /// How many classes come before the right one; `nil` if it is not among the first.
    var rank: Int?
    var isRejected: Bool
    var openSetScore: Float?
  }

  private func answers(
    _ rows: Features, truth: [Int], numbering: ClassNumbering, _ report: (Int, Int) -> Void
  ) throws -> [Judged] {
    let top = min(Self.topCounts.last ?? 1, model.model.classes.count)
    return try forEachBlock(of: rows.rowCount, report) { range in
      let answers = try model.model.classify(rows.selectingRows(range), top: top)
      return zip(answers, range).map { answer, row in
        let name = numbering.names[truth[row]]
        return Judged(
          confidence: answer.best.confidence, rank: answer.classes.firstIndex { $0.label == name },
          isRejected: answer.isRejected, openSetScore: answer.openSetScore)
      }
    }
  }

  private func rejection(
    _ answers: [Judged], _ isCorrect: [Bool], isKnown: [Bool]
  ) throws -> RejectionReport? {
    guard let openSet = model.model.openSet else { return nil }
    return try RejectionReport(
      openSet, scores: answers.map { $0.openSetScore ?? -.greatestFiniteMagnitude }, isCorrect: isCorrect,
      isKnown: isKnown)
  }

  private func topAccuracies(_ answers: [Judged]) -> [TopAccuracy] {
    Self.topCounts.filter { $0 <= model.model.classes.count }.map { count in
      let hits = answers.count { $0.rank.map { $0 < count } ?? false }
      return TopAccuracy(count: count, accuracy: Double(hits) / Double(max(1, answers.count)))
    }
  }

  /// Block by block, so that memory stays bounded and progress is seen.
  private func forEachBlock<Element>(
    of rowCount: Int, _ report: (Int, Int) -> Void, _ body: (Range<Int>) throws -> [Element]
  ) throws -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(rowCount)
    for first in stride(from: 0, to: rowCount, by: Self.blockRows) {
      let range = first..<min(rowCount, first + Self.blockRows)
      result += try body(range)
      report(range.upperBound, rowCount)
    }
    return result
  }
}
