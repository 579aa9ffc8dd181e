/// A trained model: immutable, `Sendable`, to be shared by any number of threads and requests.
///
/// Made by ``FastKMeansClassifier/model`` or read from a file.
public struct ClassifierModel<Class: ClassLabel>: Sendable {
  package var storage: ModelStorage

  package init(storage: ModelStorage) throws {
    guard storage.classes.labels.allSatisfy({ Class(label: $0) != nil }) else {
      throw ClassifierError.labelTypeChanged(
        expected: "\(Class.self)", found: storage.classes.kind?.rawValue ?? "no")
    }
    self.storage = storage
  }

  /// The same model with labels of another type, such as `String` for a model that was read from a file.
  ///
  /// - Throws: ``ClassifierError/labelTypeChanged(expected:found:)`` if the labels are not of that type.
  public init(_ other: ClassifierModel<some ClassLabel>) throws {
    try self.init(storage: other.storage)
  }

  /// The options it was trained with.
  public var options: TrainingOptions { storage.settings }

  /// The classes, in the order of the columns of ``probabilities(of:)``.
  public var classes: [Class] { storage.classes.labels.compactMap { Class(label: $0) } }

  public var prototypes: PrototypeSet { storage.prototypes }

  /// The number of features that rows must have.
  public var featureCount: Int { storage.prototypes.featureCount }
}

extension ClassifierModel {
  /// The class of each row: that of its nearest prototype; equal ones go to the lower class index.
  ///
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``.
  /// - Complexity: O(non-zeros x prototypes) at most; the scoring index does much less on sparse rows.
  /// - Determinism: the same bits for any number of threads.
  public func predict(_ rows: Features) throws -> [Class] {
    let table = classes
    return try predictedClassIndices(rows).map { table[$0] }
  }

  /// The same as ``predict(_:)``, as positions in ``classes``.
  public func predictedClassIndices(_ rows: Features) throws -> [Int] {
    guard rows.rowCount > 0 else { return [] }
    return try rows.withRows { try ClassScoring(storage).predictedClasses($0).map(Int.init) }
  }

  /// The best classes of each row with their similarities and confidences, best first.
  ///
  /// - Parameters:
  ///   - rows: documents; one without any known feature is rejected, others by the rule of ``rejecting(_:)``.
  ///   - count: how many classes, at least 1; fewer are given if the model has fewer.
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``, ``OptionsError`` for a count below 1.
  public func classify(_ rows: Features, top count: Int = 1) throws -> [Answer<Class>] {
    guard count >= 1 else {
      throw OptionsError(parameter: "top", value: "\(count)", allowed: "a whole number from 1")
    }
    guard rows.rowCount > 0 else { return [] }
    let table = classes
    let slots = WorkerScratch<Answer<Class>?>(workers: rows.rowCount) { nil }
    try rows.withRows { view in
      let scoring = try ClassScoring(storage)
      try scoring.forEachAnswer(view, top: min(count, table.count)) { row, answer in
        let classes = answer.classes.map {
          Classification(
            label: table[$0.classIndex], similarity: $0.similarity, confidence: $0.confidence,
            prototype: $0.prototype)
        }
        slots.with(row) {
          $0 = Answer(
            classes: classes, isRejected: answer.isRejected, openSetScore: answer.openSetScore)
        }
      }
    }
    return (0..<rows.rowCount).compactMap { row in slots.with(row) { $0 } }
  }

  /// The probability of every class for every row: `rows x classes`.
  ///
  /// The whole table is made; for many classes see ``forEachProbabilityBlock(of:_:)`` or
  /// ``classify(_:top:)``, which need no table.
  ///
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``, ``InputError/badShape(_:)`` if the table
  ///   cannot be addressed.
  public func probabilities(of rows: Features) throws -> DenseMatrix {
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
  public func forEachProbabilityBlock(
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
