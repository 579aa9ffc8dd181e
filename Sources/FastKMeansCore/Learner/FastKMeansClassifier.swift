/// A classifier that keeps several prototypes per class, found by k-means inside each class.
///
/// It learns from sparse rows (text as TF-IDF) and dense rows (embeddings), all at once or batch after batch,
/// with classes nobody had seen before; it answers through its immutable ``model``.
///
/// ```swift
/// var classifier = try FastKMeansClassifier<String>(prototypesPerClass: 3, distance: .cosine)
/// try classifier.fit(rows, labels: labels)
/// let answers = try classifier.model.classify(newRows, top: 3)
/// ```
///
/// A value type: a copy is independent, and a call that throws leaves the classifier as it was.
///
/// - Determinism: the same input, options and seed give the same bits, whatever the number of threads.
/// - Source: k-means by class as in Hastie, Tibshirani and Friedman 2009, section 13.2.1; its spherical form
///   after Dhillon and Modha 2001, doi:10.1023/A:1007612920971.
public struct FastKMeansClassifier<Class: ClassLabel>: Sendable {
  package internal(set) var learner: Learner

  /// - Throws: ``OptionsError`` with the parameter, its value and what is allowed.
  public init(_ options: TrainingOptions = TrainingOptions()) throws {
    learner = Learner(options: try options.validated())
  }

  /// The two parameters that matter most; the others keep their defaults.
  public init(prototypesPerClass: Int, distance: Distance = .cosine) throws {
    var options = TrainingOptions()
    options.prototypesPerClass = prototypesPerClass
    options.distance = distance
    try self.init(options)
  }

  /// Goes on learning from where a model stopped, to the bit as if it never had (for `float16` and `bfloat16`
  /// from the rounded prototypes).
  public init(resuming model: ClassifierModel<Class>) {
    learner = Learner(resuming: model.storage)
  }

  /// Goes on learning from where a state was taken, to the bit as if it never had stopped.
  ///
  /// - Throws: ``LearningStateError`` if the state does not hold together, ``ClassifierError`` if its labels are of
  ///   another type.
  /// - Complexity: O(stored values).
  public init(resuming state: LearningState) throws {
    learner = try Learner(resuming: state)
    guard learner.classes.labels.allSatisfy({ Class(label: $0) != nil }) else {
      throw ClassifierError.labelTypeChanged(
        expected: "\(Class.self)", found: learner.classes.kind?.rawValue ?? "no")
    }
  }

  /// Everything that a classifier needs to go on, for a checkpoint.
  ///
  /// - Complexity: O(stored values).
  public var learningState: LearningState { learner.state() }

  public var options: TrainingOptions { learner.options.options }

  /// The classes seen so far, in the order of their indices.
  public var classes: [Class] { learner.classes.labels.compactMap { Class(label: $0) } }

  /// What has been learned, immutable.
  ///
  /// - Throws: ``ClassifierError/notFitted``.
  /// - Complexity: O(stored values).
  public var model: ClassifierModel<Class> {
    get throws { try ClassifierModel(storage: learner.model()) }
  }
}

extension FastKMeansClassifier {
  /// Learns from all rows at once; what was learned before is forgotten unless `isWarmStart` is set.
  ///
  /// - Parameters:
  ///   - rows: documents; at least two classes, and not all zero under the cosine.
  ///   - labels: one for each row.
  ///   - sampleWeights: how much each row counts, 0 or more; nil means 1 each.
  ///   - progress: called now and then on this thread; an error thrown from it cancels the call.
  /// - Returns: what happened: epochs, shift, merged and pruned prototypes.
  /// - Throws: ``InputError`` about rows, labels or weights; ``ClassifierError``; whatever `progress` throws.
  /// - Complexity: default mode O(epochs x non-zeros x prototypes per class); memory: the largest class's rows
  ///   for each thread, beside the input and the prototypes.
  @discardableResult
  public mutating func fit(
    _ rows: Features, labels: [Class], sampleWeights: [Double]? = nil, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try fit(rows, labels: LabelColumn(labels), sampleWeights: sampleWeights, progress: progress)
  }

  /// The same for labels that are coded already, as file readers give them.
  @discardableResult
  public mutating func fit(
    _ rows: Features, labels: LabelColumn, sampleWeights: [Double]? = nil, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try rows.withRows {
      try learner.fit($0, labels: labels, sampleWeights: sampleWeights, progress: progress)
    }
  }

  /// Learns from one batch of a stream; a label not seen before is a new class.
  ///
  /// It happens whole or not at all. New classes do not move the prototypes of any other class by one bit.
  ///
  /// - Parameters:
  ///   - rows: documents with as many features as before.
  ///   - labels: one for each row.
  ///   - sampleWeights: how much each row counts, 0 or more; nil means 1 each.
  ///   - initialization: how this batch's new classes start, in place of the option; nil for the option.
  ///   - measuringError: whether the report says how the model did on the batch before it learned it. Refined models
  ///     always say; for others it costs an index over all stored values.
  ///   - progress: as in ``fit(_:labels:sampleWeights:progress:)-(_,[Class],_,_)``.
  /// - Complexity: default mode O(non-zeros of the batch x prototypes per class), and the stored values of classes that
  ///   have fewer prototypes than they want; refined O(passes x non-zeros x all prototypes).
  @discardableResult
  public mutating func fitBatch(
    _ rows: Features, labels: [Class], sampleWeights: [Double]? = nil, initialization: Initialization? = nil,
    measuringError: Bool = false, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try fitBatch(
      rows, labels: LabelColumn(labels), sampleWeights: sampleWeights, initialization: initialization,
      measuringError: measuringError, progress: progress)
  }

  /// The same for labels that are coded already.
  @discardableResult
  public mutating func fitBatch(
    _ rows: Features, labels: LabelColumn, sampleWeights: [Double]? = nil,
    initialization: Initialization? = nil, measuringError: Bool = false,
    progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try rows.withRows {
      try learner.fitBatch(
        $0, labels: labels, sampleWeights: sampleWeights, initialization: initialization,
        measuringError: measuringError, progress: progress)
    }
  }

  /// Forgets faster for a while, on top of `decay` and `half_life`: what to do when the data has changed. Another call
  /// takes the place of the one before; 0 documents end it.
  ///
  /// - Parameters:
  ///   - halfLife: after how many documents half of what was learned is left; above 0.
  ///   - documents: for how many (by weight), from 0.
  /// - Throws: ``OptionsError``.
  public mutating func forgetFaster(halfLife: Double, forDocuments documents: Double) throws {
    guard halfLife > 0, halfLife.isFinite else {
      throw OptionsError(parameter: "half_life", value: "\(halfLife)", allowed: "a number above 0")
    }
    guard documents >= 0, documents.isFinite else {
      throw OptionsError(parameter: "documents", value: "\(documents)", allowed: "a number from 0")
    }
    learner.haste = Learner.Haste(halfLife: halfLife, documents: documents)
  }
}
