import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// What a stream has learned, with all that its next step depends on. A value: a copy can be written to a file
/// while the original learns on, and a step that throws leaves it as it was.
struct StreamState: Sendable {
  var classifier: FastKMeansClassifier<Label>
  /// `nil` for vectors, and until the vocabulary has been learned.
  var vectorizer: TFIDFVectorizer?
  /// `nil` for vectors.
  var textOptions: TextOptions?
  /// Watches the error before learning; `nil` where nobody wants it.
  var drift: DriftMonitor?
  /// Batches of text that wait until there are enough documents for a vocabulary.
  var waiting: [LabelledData] = []
  var counts = Counts()
  /// Of the step at hand; what is learned does not depend on these.
  var testsBeforeLearning = false
  var answersBeforeLearning = false

  /// Small numbers that go into a checkpoint as they are.
  struct Counts: Sendable, Equatable {
    /// Batches learned.
    var batches: UInt64 = 0
    /// Documents learned.
    var documents: UInt64 = 0
    /// Rows that could not be read.
    var rejected: UInt64 = 0
    /// A vocabulary is learned when this many documents have come.
    var vocabularyDocuments = 0
    /// Document frequencies are kept up to date.
    var updatesFrequencies = false
    /// Features of rows that are vectors, where the caller said it.
    var featureCount: Int?
    var zeroBased: Bool?
    /// The type that labels must have; `nil`: integers as long as all are written as such, then texts.
    var labelKind: Label.Kind?
    /// Alarms of the drift detector.
    var alarms: UInt64 = 0
    /// After an alarm, half of what was learned is forgotten after this many documents.
    var driftHalfLife: Double?
    /// Values of documents that came since the model was last tested.
    var untestedValues = 0
  }

  /// What a step did, a line for each batch.
  struct Step: Sendable {
    var batches: [BatchSummary] = []
    /// Rows of this step with invalid UTF-8 in them, counted by sequence.
    var repairCount = 0
    /// What the model said about the rows before it learned from them, where that was asked for; nothing while there
    /// was no model.
    var answers: [Answer<Label>] = []
  }
}

/// What the stream says after each batch.
public struct BatchSummary: Sendable, Equatable {
  /// From 1 on, over all runs.
  public var batch: UInt64
  /// Documents in this batch.
  public var documents: Int
  /// All documents learned so far.
  public var totalDocuments: UInt64
  /// What learning the batch did to the model.
  public var report: TrainingReport
  /// Rows of this step that could not be read.
  public var rejected: Int
  /// Classes that the model has now.
  public var classCount: Int
  /// The share of the documents that the model had classified wrongly before it learned from them, 0...1; `nil` for a
  /// first batch, and for a large model without refined weights between the batches that it is tested on.
  public var errorBeforeUpdate: Double?
  /// What the drift detector found in this batch.
  package var drift: [DriftMonitor.Event] = []
}

extension StreamState {
  /// The kind of rows that it takes, in words for messages; `nil` while any will do.
  var holdsText: Bool? {
    if textOptions != nil { return true }
    return classifier.classes.isEmpty ? nil : false
  }

  var waitingCount: Int { waiting.reduce(0) { $0 + $1.rowCount } }

  /// The rows of new classes: the model does not know them, and no waiting document has them. nil if there is no such row.
  func unknown(_ data: LabelledData) throws -> LabelledData? {
    guard case .text(let documents, let labels) = data else {
      throw InputError.wrongKindOfInput(expected: "text", found: "vectors")
    }
    let column = try Self.checked(labels)
    let seen = classifier.classes + waiting.flatMap { $0.labels?.labels ?? [] }
    let known = Set(seen.map(\.description))
    let rows = column.indices.indices.filter { !known.contains(column[$0].description) }
    guard !rows.isEmpty else { return nil }
    return .text(documents.selecting(rows), labels: LabelColumn(rows.map { column[$0] }))
  }

  /// Learns a batch, or keeps it until there is a vocabulary.
  ///
  /// - Throws: what the vectoriser and the classifier throw; nothing has changed then.
  ///
  /// - Parameters:
  ///   - tests: whether the model is tested on the batch before it learns from it.
  ///   - answers: whether the step brings the model's answers to the batch, before it learns from it.
  mutating func learn(_ data: LabelledData, tests: Bool = false, answers: Bool = false) throws -> Step {
    guard data.rowCount > 0 else { return Step() }
    (testsBeforeLearning, answersBeforeLearning) = (tests, answers)
    switch data {
    case .features(let features, let labels):
      let given = try self.answers(to: features)
      return Step(batches: [try learn(features, labels: try Self.checked(labels))], answers: given)
    case .text(let documents, let labels):
      if let vectorizer, isVectorizerReady {
        return try learn(documents, labels: try Self.checked(labels), vectorizer)
      }
      let given = try self.answers(to: documents)
      var next = self
      next.waiting.append(data)
      var step = next.waitingCount >= counts.vocabularyDocuments ? try next.learnWaiting() : Step()
      step.answers = given
      self = next
      return step
    }
  }

  /// Learns the vocabulary from what has come, because no more will, and then what has been waiting.
  mutating func finish(tests: Bool = false) throws -> Step {
    guard !waiting.isEmpty else { return Step() }
    var next = self
    next.testsBeforeLearning = tests
    let step = try next.learnWaiting()
    self = next
    return step
  }

  /// Frequencies need documents too, where they are to be kept.
  private var isVectorizerReady: Bool {
    guard let vectorizer else { return false }
    return vectorizer.isHashing ? !counts.updatesFrequencies || vectorizer.documentCount > 0 : true
  }

  private static func checked(_ labels: LabelColumn?) throws -> LabelColumn {
    guard let labels else {
      throw InputError.badLabels(found: "missing", expected: "a label for each row")
    }
    return labels
  }

  /// Learns a batch, all or nothing.
  ///
  /// The classifier changes where it lies, since it may be large: while a copy of the state is there, each batch copies it.
  private mutating func learn(_ features: Features, labels: LabelColumn) throws -> BatchSummary {
    let untested = counts.untestedValues
    let isDue = isTestDue(features)
    let isMeasured = isDue && (testsBeforeLearning || drift != nil)
    let report: TrainingReport
    do {
      if var next = try withTextLabels(labels) {
        report = try next.classifier.fitBatch(features, labels: labels, measuringError: isMeasured)
        self = next
      } else {
        let isText = classifier.classes.first?.kind == .text
        report = try classifier.fitBatch(
          features, labels: isText ? labels.column(kind: .text) : labels, measuringError: isMeasured)
      }
    } catch {
      counts.untestedValues = untested
      throw error
    }
    let events = try watch(report)
    counts.batches += 1
    counts.documents += UInt64(features.rowCount)
    return BatchSummary(
      batch: counts.batches, documents: features.rowCount, totalDocuments: counts.documents, report: report,
      rejected: 0, classCount: classifier.classes.count, errorBeforeUpdate: report.errorBeforeUpdate,
      drift: events)
  }

  /// The state with texts for labels, spelled as the whole numbers were, where a batch brings the first label that is
  /// none; nil where the state's labels have the batch's type already. So the type does not depend on where a batch ends.
  private func withTextLabels(_ labels: LabelColumn) throws -> StreamState? {
    guard classifier.classes.first?.kind == .integer, labels.labels.first?.kind == .text,
      counts.labelKind == nil
    else { return nil }
    var next = self
    var learned = classifier.learningState
    learned.labels = learned.labels.map { .text($0.description) }
    next.classifier = try FastKMeansClassifier<Label>(resuming: learned)
    next.drift = try drift.map { drift in
      try DriftMonitor(
        overall: drift.overall,
        classes: Dictionary(
          uniqueKeysWithValues: drift.classes.map { (.text($0.key.description), $0.value) }),
        documents: drift.documents, errors: drift.errors, classLimit: drift.classLimit)
    }
    return next
  }

  /// A test of a model without refined weights needs an index over all that it has stored, however small the batch. Up to
  /// this many values, every batch is tested.
  static let freelyTestedValues = 4_000_000
  /// Beyond that, a test waits until its index has at most this many values for each value of the documents that came.
  static let indexedPerValue = 4

  static func isTestDue(stored: Int, untested: Int) -> Bool {
    stored <= freelyTestedValues || untested >= stored / indexedPerValue
  }

  private mutating func isTestDue(_ features: Features) -> Bool {
    switch features {
    case .sparse(let rows): counts.untestedValues += rows.values.count
    case .dense(let rows): counts.untestedValues += rows.values.count
    }
    let stored = classifier.learner.storedValueCount
    guard Self.isTestDue(stored: stored, untested: counts.untestedValues) else { return false }
    counts.untestedValues = 0
    return true
  }

  /// Shows the batch's error to the drift detector; on an alarm over all documents the model forgets faster for a
  /// while, if that is wanted: until a quarter of what it knew is left.
  private mutating func watch(_ report: TrainingReport) throws -> [DriftMonitor.Event] {
    guard let outcome = report.prequential,
      let events = drift?.add(outcome, labels: classifier.classes), !events.isEmpty
    else { return [] }
    counts.alarms += UInt64(events.count)
    if let halfLife = counts.driftHalfLife, events.contains(where: { $0.label == nil }) {
      try classifier.forgetFaster(halfLife: halfLife, forDocuments: 2 * halfLife)
    }
    return events
  }

  private func answers(to features: Features) throws -> [Answer<Label>] {
    guard answersBeforeLearning, !classifier.classes.isEmpty else { return [] }
    return try classifier.model.classify(features, top: 1)
  }

  /// The answers to documents that wait for their vocabulary.
  private func answers(to documents: UTF8Documents) throws -> [Answer<Label>] {
    guard answersBeforeLearning, !classifier.classes.isEmpty, let vectorizer else { return [] }
    return try answers(
      to: .sparse(vectorizer.transform(documents, workers: classifier.options.threadCount).rows))
  }

  private mutating func learn(
    _ documents: UTF8Documents, labels: LabelColumn, _ vectorizer: TFIDFVectorizer
  ) throws -> Step {
    let text = try vectorizer.transform(documents, workers: classifier.options.threadCount)
    let given = try answers(to: .sparse(text.rows))
    let counting = counts.updatesFrequencies ? try vectorizer.counting(text.rows) : vectorizer
    let summary = try learn(.sparse(text.rows), labels: labels)
    self.vectorizer = counting
    return Step(batches: [summary], repairCount: text.repairCount, answers: given)
  }

  private mutating func learnWaiting() throws -> Step {
    var documents = UTF8Documents()
    var labels: [Label] = []
    for case .text(let batch, let column) in waiting {
      for index in 0..<batch.count { documents.append(utf8: batch[index]) }
      let column = try Self.checked(column)
      labels += column.indices.map { column.labels[Int($0)] }
    }
    let chosen = try AnalyzerChoice.choose(
      documents, labels: LabelColumn(labels), text: textOptions ?? TextOptions(),
      training: classifier.options)
    let fitted = try TFIDFVectorizer.fitTransform(
      documents, options: chosen.text, workers: classifier.options.threadCount)
    textOptions = fitted.vectorizer.options
    vectorizer = fitted.vectorizer
    var step = Step(repairCount: fitted.repairCount)
    var start = 0
    for case .text(let batch, let labels) in waiting {
      let rows = fitted.rows.selectingRows(start..<start + batch.count)
      start += batch.count
      step.batches.append(try learn(.sparse(rows), labels: try Self.checked(labels)))
    }
    waiting = []
    return step
  }
}

extension StreamState.Counts {
  /// As a checkpoint has them.
  var fields: [String: JSON] {
    [
      "batches": .integer(batches), "documents": .integer(documents), "rejected": .integer(rejected),
      "vocabulary_documents": .integer(vocabularyDocuments), "updates_frequencies": .bool(updatesFrequencies),
      "feature_count": featureCount.map { .integer($0) } ?? .null,
      "zero_based": zeroBased.map { .bool($0) } ?? .null,
      "label_kind": labelKind.map { .string($0.rawValue) } ?? .null,
      "alarms": .integer(alarms), "drift_half_life": driftHalfLife.map { .number($0) } ?? .null,
      "untested_values": .integer(untestedValues),
    ]
  }

  /// - Throws: `ModelFileError.Problem`.
  init(_ fields: JSONFields) throws {
    batches = try fields.count("batches")
    documents = try fields.count("documents")
    rejected = try fields.count("rejected")
    vocabularyDocuments = try fields.count("vocabulary_documents")
    updatesFrequencies = try fields.bool("updates_frequencies")
    featureCount = try fields.optionalInteger("feature_count", in: 1...Int(UInt32.max))
    zeroBased = try fields.optionalBool("zero_based")
    labelKind = try fields.optionalText("label_kind").map { name in
      guard let kind = Label.Kind(rawValue: name) else {
        throw fields.problem("label_kind", expected: "integer, text or null", found: .string(name))
      }
      return kind
    }
    alarms = try fields.count("alarms")
    driftHalfLife = try fields.optionalDouble("drift_half_life")
    untestedValues = try fields.count("untested_values")
  }
}
