/// Documents that training does not see, as new documents would come.
///
/// A vocabulary that was made from all rows knows too much about the rows that are held out: a term of two documents stays,
/// though to a vocabulary of the others it would be a term of one, and left out. No new document has such terms, so the
/// held-out ones must lose them as well; else they look easier than what will come.
struct UnseenDocuments {
  private let original: TrainingSet
  private let documents: [Int32]
  /// The documents without those features; nil where none is left out.
  private let stripped: Stripped?

  fileprivate struct Stripped {
    var offsets = [0]
    var columns: [UInt32] = []
    var values: [Float] = []
    var norms: RowNorms?
  }

  /// - Parameters:
  ///   - training: the documents that are seen.
  ///   - leastFrequency: in how many rows a feature occurs at least; nil where new documents may have any feature.
  /// - Complexity: O(non-zeros).
  init(
    _ documents: [Int32], of set: TrainingSet, training: [Int32], leastFrequency: Int?, distance: Distance,
    workers: Int
  ) throws {
    original = set
    self.documents = documents
    guard let leastFrequency, let seen = set.frequencies(of: training) else {
      stripped = nil
      return
    }
    var rows = Stripped()
    for document in documents {
      set.withRow(Int(document)) { columns, values in
        for (column, value) in zip(columns, values) where seen[Int(column)] >= leastFrequency {
          rows.columns.append(column)
          rows.values.append(value)
        }
      }
      rows.offsets.append(rows.columns.count)
    }
    rows.norms = try rows.withRows(columnCount: set.featureCount) {
      try RowNorms(of: $0, distance: distance, workers: workers)
    }
    stripped = rows
  }

  /// Calls `body` with the documents alone; those that have lost all their features do not count.
  func withSet<Result>(_ body: (TrainingSet) throws -> Result) throws -> Result {
    guard let stripped, let norms = stripped.norms else { return try body(original.selecting(documents)) }
    return try stripped.withRows(columnCount: original.featureCount) {
      try body(
        TrainingSet(
          $0, norms: norms, classes: documents.map { original.classes[Int($0)] },
          classCount: original.classCount,
          weights: original.weights.map { weights in documents.map { weights[Int($0)] } }, unit: original.unit
        ))
    }
  }
}

extension UnseenDocuments.Stripped {
  fileprivate func withRows<Result>(columnCount: Int, _ body: (FeatureRows) throws -> Result) throws -> Result
  {
    try offsets.withUnsafeBufferPointer { offsets in
      try columns.withUnsafeBufferPointer { columns in
        try values.withUnsafeBufferPointer { values in
          try body(
            .sparse(
              SparseRows(
                rowCount: offsets.count - 1, columnCount: columnCount, offsets: offsets,
                columns: RowColumns(columns), values: RowValues(values))))
        }
      }
    }
  }
}

extension TrainingSet {
  /// In how many of some documents each feature occurs; nil for dense rows.
  ///
  /// - Complexity: O(non-zeros + features).
  func frequencies(of documents: [Int32]) -> [Int32]? {
    guard isSparse else { return nil }
    var counts = [Int32](repeating: 0, count: featureCount)
    for document in documents {
      withRow(Int(document)) { columns, values in
        for (column, value) in zip(columns, values) where value != 0 { counts[Int(column)] += 1 }
      }
    }
    return counts
  }
}
