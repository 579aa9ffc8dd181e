/// A trained classifier of vectors: immutable and `Sendable`, so that any number of threads and requests share one.
///
/// ``FastKMeansClassifier/classifier()`` makes it; with `FastKMeans` imported it also comes from a file.
public struct ClassifierModel<Class: ClassLabel>: Sendable {
  package var storage: ModelStorage

  package init(storage: ModelStorage) throws {
    guard storage.classes.labels.allSatisfy({ Class(label: $0) != nil }) else {
      throw ClassifierError.labelTypeChanged(
        expected: "\(Class.self)", found: storage.classes.kind?.rawValue ?? "no")
    }
    self.storage = storage
  }

  /// Gives the labels of a model another type.
  ///
  /// - Throws: ``ClassifierError/labelTypeChanged(expected:found:)`` if the labels are not of that type.
  package init(_ other: ClassifierModel<some ClassLabel>) throws {
    try self.init(storage: other.storage)
  }

  /// The options that the classifier was trained with.
  public var options: TrainingOptions { storage.settings }

  /// The classes, in the order of the columns of ``probabilities(of:)``.
  ///
  /// - Complexity: O(classes).
  public var classes: [Class] { storage.classes.labels.compactMap { Class(label: $0) } }

  /// The number of classes, without their labels.
  package var classCount: Int { storage.classes.count }

  package var prototypes: PrototypeSet { storage.prototypes }

  /// The number of values that a vector must have.
  package var featureCount: Int { storage.prototypes.featureCount }
}

/// A trained classifier of vectors with labels of type `Class`; `Classifier<Class>.Learner` trains one.
public typealias Classifier = ClassifierModel

extension ClassifierModel {
  /// What learns from vectors and makes classifiers of this type.
  public typealias Learner = FastKMeansClassifier<Class>
}

extension ClassifierModel {
  /// Classifies one vector.
  ///
  /// - Parameters:
  ///   - vector: finite numbers, as many as the vectors of the training had.
  ///   - count: how many classes the answer names, at least 1: its label and the alternatives.
  ///   - reasonCount: how many reasons the answer gives at most, from 0.
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``, ``InputError/notFinite(row:column:)``,
  ///   ``OptionsError`` for a count out of range.
  public func classify(
    _ vector: [Float], top count: Int = 3, reasons reasonCount: Int = 5
  ) throws -> Answer<Class> {
    try classify([vector].features, top: count, reasons: reasonCount)[0]
  }

  /// Classifies many vectors; the answers come in the order of the rows.
  ///
  /// - Parameters:
  ///   - rows: the vectors. One without any value that the classifier knows is rejected.
  ///   - count: how many classes each answer names, at least 1: its label and the alternatives.
  ///   - reasonCount: how many reasons each answer gives at most. To give reasons takes about as long as to answer.
  /// - Throws: ``InputError``; ``OptionsError`` for a count out of range.
  /// - Determinism: the same bits for any number of threads.
  public func classify(
    _ rows: some VectorRows, top count: Int = 3, reasons reasonCount: Int = 0
  ) throws -> [Answer<Class>] {
    try classify(rows.features, top: count, reasons: reasonCount)
  }

  /// Classifies many vectors without blocking a thread of Swift's pool.
  ///
  /// - Parameters:
  ///   - rows: the vectors.
  ///   - count: how many classes each answer names.
  ///   - reasonCount: how many reasons each answer gives at most.
  /// - Throws: `CancellationError` if the task is cancelled; else as the synchronous form.
  public func classify(
    _ rows: some VectorRows & Sendable, top count: Int = 3, reasons reasonCount: Int = 0
  ) async throws -> [Answer<Class>] {
    let features = try rows.features
    return try await BackgroundWork.run { checkCancellation in
      try (0..<features.rowCount).inBatches(of: BackgroundWork.batchSize).flatMap { batch in
        try checkCancellation()
        return try classify(features.selectingRows(batch), top: count, reasons: reasonCount)
      }
    }
  }

  /// The class of each vector alone, which takes less time than ``classify(_:top:reasons:)``.
  ///
  /// - Throws: ``InputError``.
  public func labels(of rows: some VectorRows) throws -> [Class] { try predict(rows.features) }

  /// The probability of every class for every vector: a row each, columns in the order of ``classes``.
  ///
  /// For thousands of classes use ``classify(_:top:reasons:)``, which needs no table.
  ///
  /// - Throws: ``InputError``.
  public func probabilities(of rows: some VectorRows) throws -> DenseMatrix {
    try probabilities(of: rows.features)
  }
}

extension ClassifierModel {
  /// The class of each row: that of its nearest prototype; equal ones go to the lower class index.
  ///
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``.
  /// - Complexity: O(non-zeros x prototypes) at most; the scoring index does much less on sparse rows.
  /// - Determinism: the same bits for any number of threads.
  package func predict(_ rows: Features) throws -> [Class] {
    let labels = storage.classes.labels
    return try predictedClassIndices(rows).compactMap { Class(label: labels[$0]) }
  }

  /// The same as ``predict(_:)``, as positions in ``classes``.
  package func predictedClassIndices(_ rows: Features) throws -> [Int] {
    try rows.withRows { try predictedClassIndices($0) }
  }

  /// The same for rows that someone else owns.
  package func predictedClassIndices(_ rows: FeatureRows) throws -> [Int] {
    guard rows.rowCount > 0 else { return [] }
    return try ClassScoring(storage).predictedClasses(rows).map(Int.init)
  }

  /// The best classes of each row with their similarities and confidences, best first.
  ///
  /// - Parameters:
  ///   - rows: documents; one without any known feature is rejected, others by the rule of ``rejecting(_:)``.
  ///   - count: how many classes, at least 1; fewer are given if the model has fewer.
  ///   - parts: what is wanted beside labels and confidences.
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``, ``OptionsError`` for a count below 1.
  package func classify(
    _ rows: Features, top count: Int = 1, parts: ClassScoring.AnswerParts = .all
  ) throws -> [Answer<Class>] {
    try rows.withRows { try classify($0, top: count, parts: parts) }
  }

  /// The same for rows that someone else owns.
  // Files and servers have this type, and their modules would call code that asks for each label's type as it runs.
  @_specialize(where Class == Label)
  package func classify(
    _ rows: FeatureRows, top count: Int, parts: ClassScoring.AnswerParts = .all
  ) throws -> [Answer<Class>] {
    guard count >= 1 else {
      throw OptionsError(parameter: "top", value: "\(count)", allowed: "a whole number from 1")
    }
    guard rows.rowCount > 0 else { return [] }
    // Labels are converted one by one: a call for one document does not pay for all classes.
    let labels = storage.classes.labels
    let slots = WorkerScratch<Answer<Class>?>(workers: rows.rowCount) { nil }
    try ClassScoring(storage).forEachAnswer(rows, top: min(count, classCount), parts: parts) { row, answer in
      let classes = answer.classes.compactMap { hit in
        Class(label: labels[hit.classIndex]).map {
          Classification(
            label: $0, similarity: hit.similarity, confidence: hit.confidence, prototype: hit.prototype)
        }
      }
      slots.with(row) {
        $0 = Answer(classes: classes, isRejected: answer.isRejected, openSetScore: answer.openSetScore)
      }
    }
    return (0..<rows.rowCount).compactMap { row in slots.with(row) { $0 } }
  }

  /// The probability of every class for every row: `rows x classes`.
  ///
  /// The whole table is made; for many classes see ``forEachProbabilityBlock(of:_:)``.
  ///
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``, ``InputError/badShape(_:)`` if the table
  ///   cannot be addressed.
  package func probabilities(of rows: Features) throws -> DenseMatrix {
    let classCount = storage.classes.count
    let (cells, overflow) = rows.rowCount.multipliedReportingOverflow(by: classCount)
    guard !overflow, cells < Int.max / 8 else {
      throw InputError.badShape("\(rows.rowCount) x \(classCount) probabilities cannot be addressed")
    }
    var values = [Float](repeating: 0, count: cells)
    guard rows.rowCount > 0 else { return DenseMatrix(unchecked: 0, columnCount: classCount, values: []) }
    try values.withUnsafeMutableBufferPointer { target in
      nonisolated(unsafe) let target = target
      try rows.withRows { view in
        try ClassScoring(storage).forEachProbabilityBlock(view) { _, range, block in
          let own = UnsafeMutableBufferPointer(
            rebasing: target[range.lowerBound * classCount..<range.upperBound * classCount])
          _ = own.update(fromContentsOf: block[..<own.count])
        }
      }
    }
    return DenseMatrix(unchecked: rows.rowCount, columnCount: classCount, values: values)
  }

  /// The probabilities of all classes, streamed: `body` gets consecutive rows, in order, as one matrix.
  ///
  /// - Parameters:
  ///   - rows: documents.
  ///   - body: called on this thread with the first row's index and `rows x classes` probabilities.
  package func forEachProbabilityBlock(
    of rows: Features, _ body: (_ firstRow: Int, _ probabilities: DenseMatrix) throws -> Void
  ) throws {
    // Some megabytes a block.
    let blockRows = max(1, (1 << 20) / max(1, storage.classes.count))
    for first in stride(from: 0, to: rows.rowCount, by: blockRows) {
      let block = rows.selectingRows(first..<min(rows.rowCount, first + blockRows))
      try body(first, probabilities(of: block))
    }
  }
}
