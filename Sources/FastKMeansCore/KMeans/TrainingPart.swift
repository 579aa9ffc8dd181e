/// Some of the documents of a training over several machines, checked against the model that all of them have.
package struct TrainingPart: Sendable {
  package let rows: FeatureRows
  /// The class index of each row, -1 for a row that does not count.
  package let classes: [Int32]
  package let partition: ClassPartition
  package let norms: RowNorms
  package let weights: [Float]?
  package let workers: Int

  /// - Parameters:
  ///   - labels: classes of the model.
  ///   - threadCount: -1 means all cores; nil what the model was trained with.
  /// - Throws: ``InputError``; ``ClassifierError/unsupported(_:)`` in a mode without sums.
  package init(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, model: ModelStorage, threadCount: Int?
  ) throws {
    guard model.settings.mode.keepsSums else {
      throw ClassifierError.unsupported(
        "the \(model.settings.mode) mode cannot be trained in parts; use the default mode")
    }
    guard labels.count == rows.rowCount else {
      throw InputError.lengthMismatch(what: "labels", expected: rows.rowCount, found: labels.count)
    }
    guard rows.columnCount == model.prototypes.featureCount else {
      throw InputError.featureCountMismatch(expected: model.prototypes.featureCount, found: rows.columnCount)
    }
    let isSparse = if case .sparse = rows { true } else { false }
    guard isSparse == model.prototypes.isSparse else {
      throw InputError.wrongKindOfInput(
        expected: model.prototypes.isSparse ? "sparse rows" : "dense rows",
        found: isSparse ? "sparse rows" : "dense rows")
    }
    guard rows.rowCount <= Int(Int32.max) else {
      throw InputError.badShape("\(rows.rowCount) rows; a call takes at most 2^31 - 1")
    }
    let weights = try SampleWeights.checked(sampleWeights, rowCount: rows.rowCount, canAllBeZero: true)
    let table = model.classes.lookUp(labels.labels)
    classes = try labels.indices.enumerated().map { row, index in
      guard weights.map({ $0[row] > 0 }) ?? true else { return -1 }
      guard table[Int(index)] >= 0 else {
        throw InputError.unknownClass(label: labels.labels[Int(index)].description)
      }
      return table[Int(index)]
    }
    self.rows = rows
    self.weights = weights
    workers = Parallel.workerCount(threadCount ?? model.settings.threadCount)
    partition = ClassPartition(classes: classes, classCount: model.classes.count)
    norms = try RowNorms(of: rows, distance: model.settings.distance, workers: workers)
  }

  /// The rows of one class on the class's own vocabulary.
  package func classRows(of classIndex: Int, distance: Distance, columnMap: inout ColumnMap) -> ClassRows {
    partition.withRows(of: classIndex) {
      ClassRows($0, of: rows, norms: norms, weights: weights, distance: distance, columnMap: &columnMap)
    }
  }
}
