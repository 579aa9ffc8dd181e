/// Learns to classify vectors: it keeps several prototypes per class, found by k-means inside each class.
///
/// It learns all vectors at once or batch after batch, and takes classes that it has never seen before at any time.
/// ``classifier()`` gives an immutable classifier of what has been learned so far.
///
/// ```swift
/// var learner = try Classifier<String>.Learner { $0.prototypesPerClass = 5 }
/// try learner.fit(embeddings, labels: labels)
/// let answer = try learner.classifier().classify(embedding)
/// print(answer.label, answer.confidence)
/// ```
///
/// A value: a copy is independent, and a call that throws changes nothing. `TextClassifier.Learner` of `FastKMeans`
/// does the same for texts.
///
/// - Determinism: the same input, options and seed give the same bits, whatever the number of threads.
/// - Source: k-means by class as in Hastie, Tibshirani and Friedman 2009, section 13.2.1; its spherical form
///   after Dhillon and Modha 2001, doi:10.1023/A:1007612920971.
public struct FastKMeansClassifier<Class: ClassLabel>: Sendable {
  package internal(set) var learner: Learner

  /// Makes a learner that has seen nothing.
  ///
  /// - Parameters:
  ///   - options: how it learns; every option has a default.
  ///   - configure: sets those that differ.
  /// - Throws: ``OptionsError`` with the parameter, its value and what is allowed.
  public init(
    _ options: TrainingOptions = TrainingOptions(), configure: (inout TrainingOptions) -> Void = { _ in }
  ) throws {
    var options = options
    configure(&options)
    learner = Learner(options: try options.validated())
  }

  package init(prototypesPerClass: Int, distance: Distance = .cosine) throws {
    try self.init {
      $0.prototypesPerClass = prototypesPerClass
      $0.distance = distance
    }
  }

  /// Makes a learner that goes on from where a classifier stopped, as if it never had.
  ///
  /// It learns the same bits; with the precisions `float16` and `bfloat16` it goes on from the rounded prototypes.
  public init(resuming classifier: ClassifierModel<Class>) {
    learner = Learner(resuming: classifier.storage)
  }

  /// Goes on learning from where a state was taken, to the bit as if it never had stopped.
  ///
  /// - Throws: ``LearningStateError`` if the state does not hold together, ``ClassifierError`` if its labels are of
  ///   another type.
  /// - Complexity: O(stored values).
  package init(resuming state: LearningState) throws {
    learner = try Learner(resuming: state)
    guard learner.classes.labels.allSatisfy({ Class(label: $0) != nil }) else {
      throw ClassifierError.labelTypeChanged(
        expected: "\(Class.self)", found: learner.classes.kind?.rawValue ?? "no")
    }
  }

  /// Everything that a learner needs to go on, for a checkpoint.
  ///
  /// - Complexity: O(stored values).
  package var learningState: LearningState { learner.state() }

  /// The options of this learner.
  package var options: TrainingOptions { learner.options.options }

  /// The classes seen so far, in the order in which they came; those that came together are sorted.
  public var classes: [Class] {
    if Class.self == Label.self, let labels = learner.classes.labels as? [Class] { return labels }
    return learner.classes.labels.compactMap { Class(label: $0) }
  }

  /// An immutable classifier of what has been learned so far.
  ///
  /// - Throws: ``ClassifierError/notFitted`` before anything has been learned.
  /// - Complexity: O(stored values).
  public func classifier() throws -> ClassifierModel<Class> { try model }

  package var model: ClassifierModel<Class> {
    get throws { try ClassifierModel(storage: learner.model()) }
  }
}

extension FastKMeansClassifier {
  /// Learns from all rows at once; what was learned before is forgotten unless `isWarmStart` is set.
  ///
  /// - Parameters:
  ///   - rows: the vectors; at least two classes, and not all zero under the cosine.
  ///   - labels: one for each row.
  ///   - sampleWeights: how much each row counts, 0 or more; nil means 1 each.
  ///   - progress: called now and then on this thread; an error that it throws cancels the call.
  /// - Returns: what happened: epochs, shift, merged and pruned prototypes.
  /// - Throws: ``InputError`` about rows, labels or weights; ``ClassifierError``; whatever `progress` throws.
  /// - Complexity: default mode O(epochs x non-zeros x prototypes per class); memory: the largest class's rows
  ///   for each thread, beside the input and the prototypes.
  @discardableResult
  public mutating func fit(
    _ rows: some VectorRows, labels: [Class], sampleWeights: [Double]? = nil, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try fit(rows.features, labels: LabelColumn(labels), sampleWeights: sampleWeights, progress: progress)
  }

  /// Learns from all rows at once, with labels as file readers give them.
  ///
  /// - Throws: as for labels in an array.
  @discardableResult
  package mutating func fit(
    _ rows: Features, labels: LabelColumn, sampleWeights: [Double]? = nil, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try rows.withRows {
      try learner.fit($0, labels: labels, sampleWeights: sampleWeights, progress: progress)
    }
  }

  /// Learns from one batch; a label that was never seen before is a new class.
  ///
  /// The batch is learned whole or not at all. New classes move the prototypes of no other class.
  ///
  /// - Parameters:
  ///   - rows: the vectors, with as many values as before.
  ///   - labels: one for each row.
  ///   - sampleWeights: how much each row counts, 0 or more; nil means 1 each.
  ///   - initialization: how this batch's new classes start, in place of the option; nil for the option.
  ///   - measuringError: whether the report says how many rows were answered wrongly before they were learned. A refined
  ///     learner always says it; for others it costs an index over all stored values.
  ///   - progress: called now and then on this thread; an error that it throws cancels the call.
  /// - Returns: what happened, new classes included.
  /// - Throws: as `fit`; one class is enough.
  /// - Complexity: default mode O(non-zeros of the batch x prototypes per class), and the stored values of classes that
  ///   have fewer prototypes than they want; refined O(passes x non-zeros x all prototypes).
  @discardableResult
  public mutating func learn(
    _ rows: some VectorRows, labels: [Class], sampleWeights: [Double]? = nil,
    initialization: Initialization? = nil, measuringError: Bool = false, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try fitBatch(
      rows.features, labels: LabelColumn(labels), sampleWeights: sampleWeights,
      initialization: initialization, measuringError: measuringError, progress: progress)
  }

  /// Learns from one batch, with labels as file readers give them.
  ///
  /// - Throws: as for labels in an array.
  @discardableResult
  package mutating func fitBatch(
    _ rows: Features, labels: LabelColumn, sampleWeights: [Double]? = nil,
    initialization: Initialization? = nil, measuringError: Bool = false, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try rows.withRows {
      try learner.fitBatch(
        $0, labels: labels, sampleWeights: sampleWeights, initialization: initialization,
        measuringError: measuringError, progress: progress)
    }
  }
}

extension FastKMeansClassifier {
  /// Learns from all rows at once without blocking a thread of Swift's pool.
  ///
  /// - Parameters:
  ///   - rows: the vectors.
  ///   - labels: one for each row.
  ///   - sampleWeights: how much each row counts; nil means 1 each.
  ///   - progress: called now and then, on the background thread that does the work.
  /// - Throws: `CancellationError` if the task is cancelled, and nothing has changed then; else as the synchronous form.
  @discardableResult
  public mutating func fit(
    _ rows: some VectorRows & Sendable, labels: [Class], sampleWeights: [Double]? = nil,
    progress: (@Sendable (TrainingProgress) -> Void)? = nil
  ) async throws -> TrainingReport {
    let placeholder = FastKMeansClassifier(learner: Learner(options: learner.options))
    return try await BackgroundWork.change(&self, placeholder: placeholder, progress: progress) {
      try $0.fit(rows, labels: labels, sampleWeights: sampleWeights, progress: $1)
    }
  }

  /// Learns from one batch without blocking a thread of Swift's pool.
  ///
  /// - Parameters:
  ///   - rows: the vectors.
  ///   - labels: one for each row.
  ///   - sampleWeights: how much each row counts; nil means 1 each.
  ///   - progress: called now and then, on the background thread that does the work.
  /// - Throws: `CancellationError` if the task is cancelled, and nothing has changed then; else as the synchronous form.
  @discardableResult
  public mutating func learn(
    _ rows: some VectorRows & Sendable, labels: [Class], sampleWeights: [Double]? = nil,
    progress: (@Sendable (TrainingProgress) -> Void)? = nil
  ) async throws -> TrainingReport {
    let placeholder = FastKMeansClassifier(learner: Learner(options: learner.options))
    return try await BackgroundWork.change(&self, placeholder: placeholder, progress: progress) {
      try $0.learn(rows, labels: labels, sampleWeights: sampleWeights, progress: $1)
    }
  }
}

extension FastKMeansClassifier {
  private init(learner: Learner) { self.learner = learner }

  // The same for rows in the form that readers give.

  @discardableResult
  package mutating func fit(
    _ rows: Features, labels: [Class], sampleWeights: [Double]? = nil, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try fit(rows, labels: LabelColumn(labels), sampleWeights: sampleWeights, progress: progress)
  }

  @discardableResult
  package mutating func learn(
    _ rows: Features, labels: [Class], sampleWeights: [Double]? = nil, initialization: Initialization? = nil,
    measuringError: Bool = false, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try fitBatch(
      rows, labels: LabelColumn(labels), sampleWeights: sampleWeights, initialization: initialization,
      measuringError: measuringError, progress: progress)
  }
}

extension FastKMeansClassifier {
  /// Forgets faster for a while, on top of `decay` and `halfLife`: call it when the data has changed.
  ///
  /// Another call takes the place of the one before; 0 documents end it.
  ///
  /// - Parameters:
  ///   - halfLife: after how many documents half of what was learned is left; above 0.
  ///   - documents: for how many (by weight), from 0.
  /// - Throws: ``OptionsError``.
  package mutating func forgetFaster(halfLife: Double, forDocuments documents: Double) throws {
    guard halfLife > 0, halfLife.isFinite else {
      throw OptionsError(parameter: "half_life", value: "\(halfLife)", allowed: "a number above 0")
    }
    guard documents >= 0, documents.isFinite else {
      throw OptionsError(parameter: "documents", value: "\(documents)", allowed: "a number from 0")
    }
    learner.fasterForgetting = Learner.FasterForgetting(halfLife: halfLife, documents: documents)
  }
}
