/// Documents to learn from: rows with their lengths, classes and weights, checked once and grouped by class.
///
/// A fit, a batch of a stream and a partition of a cluster make one of these at the door and pass it on. It is valid
/// for the call that lent the rows.
package struct TrainingSet: Sendable {
  package private(set) var rows: FeatureRows
  package let norms: RowNorms
  /// The class index of each row; -1 leaves the row out.
  package let classes: [Int32]
  /// How much each row counts; nil means 1 each.
  package let weights: [Float]?
  /// The weights divided by their mean: refinement compares documents with each other. nil means 1 each.
  package private(set) var relativeWeights: [Float]?
  /// The rows that count, grouped by class.
  package private(set) var partition: ClassPartition
  /// Euclidean refinement multiplies rows with it: 1 / the rows' standard deviation, so that margins mean the same
  /// for any unit of the data. 1 for the cosine.
  package var unit: Float = 1
  /// What refinement multiplies the moves along each feature with; nil means 1 each.
  package var featureRates: FeatureRates?
  /// What dense rows are read relative to; nil: as they are.
  package private(set) var frame: FeatureFrame?
  /// 0, 1, 2, ...: the columns of a dense row.
  private let denseColumns: [UInt32]

  /// - Parameters:
  ///   - norms: of all rows.
  ///   - classes: of all rows, each below `classCount`; a negative one leaves the row out.
  ///   - weights: of all rows, or nil for 1 each.
  package init(
    _ rows: FeatureRows, norms: RowNorms, classes: [Int32], classCount: Int, weights: [Float]? = nil,
    unit: Float = 1
  ) {
    self.rows = rows
    self.norms = norms
    self.classes = classes
    self.weights = weights
    self.unit = unit
    let partition = ClassPartition(classes: classes, classCount: classCount)
    self.partition = partition
    relativeWeights = weights.map { weights in
      let total = partition.order.reduce(0.0) { $0 + Double(weights[Int($1)]) }
      guard total > 0 else { return weights }
      return weights.map { Float(Double($0) * Double(partition.order.count) / total) }
    }
    denseColumns = if case .dense(let dense) = rows { Array(0..<UInt32(dense.columnCount)) } else { [] }
  }

  /// Checks what a caller hands over.
  ///
  /// - Parameters:
  ///   - labels: one for each row.
  ///   - sampleWeights: nil means 1 each. A row of weight 0 is as good as absent.
  ///   - canAllBeZero: whether a call is fine in which no row counts.
  ///   - shape: what the model learned from before; nil for the first call.
  ///   - frame: what it reads rows relative to.
  ///   - findsOrigin: whether the first call looks for an origin in the middle of the rows.
  ///   - classIndices: gives the class index of each distinct label, from the labels of the rows that count.
  /// - Throws: ``InputError``, and whatever `classIndices` throws.
  /// - Complexity: O(non-zeros), in parallel.
  package init(
    _ rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, canAllBeZero: Bool = false,
    shape: FeatureShape?, frame: FeatureFrame?, findsOrigin: Bool = false, distance: Distance, workers: Int,
    classIndices: (_ counted: LabelColumn) throws -> (table: [Int32], classCount: Int)
  ) throws {
    guard rows.rowCount <= Int(Int32.max) else {
      throw InputError.badShape("\(rows.rowCount) rows; a call takes at most 2^31 - 1")
    }
    guard labels.count == rows.rowCount else {
      throw InputError.lengthMismatch(what: "labels", expected: rows.rowCount, found: labels.count)
    }
    try shape?.check(rows)
    let weights = try SampleWeights.checked(
      sampleWeights, rowCount: rows.rowCount, canAllBeZero: canAllBeZero)
    let counted = weights.map { weights in
      labels.selectingRows(weights.indices.filter { weights[$0] > 0 })
    }
    let (table, classCount) = try classIndices(counted ?? labels)
    let frame =
      findsOrigin && shape == nil ? rows.commonOrigin(weights: weights, distance: distance) : frame
    let rows = rows.relative(to: frame)
    self.init(
      rows, norms: try RowNorms(of: rows, distance: distance, workers: workers),
      classes: labels.indices.enumerated().map { row, index in
        weights.map { $0[row] > 0 } ?? true ? table[Int(index)] : -1
      },
      classCount: classCount, weights: weights)
    self.frame = frame
  }

  /// The same documents, of which only some count.
  package func selecting(_ documents: [Int32]) -> TrainingSet {
    var copy = self
    copy.partition = ClassPartition(of: documents, classes: classes, classCount: partition.classCount)
    return copy
  }

  /// The same documents on other columns.
  func replacing(_ rows: FeatureRows) -> TrainingSet {
    var copy = self
    copy.rows = rows
    return copy
  }

  /// The same documents, of which dense rows are read in a frame.
  func read(in frame: FeatureFrame?, distance: Distance, workers: Int) throws -> TrainingSet {
    let rows = rows.relative(to: frame)
    var copy = TrainingSet(
      rows, norms: try RowNorms(of: rows, distance: distance, workers: workers), classes: classes,
      classCount: classCount, weights: weights)
    copy.frame = frame
    return copy
  }

  /// The same documents under other class indices; -1 leaves a row out. Weights count as they did.
  package func relabelled(_ classes: [Int32], classCount: Int) -> TrainingSet {
    var copy = TrainingSet(
      rows, norms: norms, classes: classes, classCount: classCount, weights: weights, unit: unit)
    copy.featureRates = featureRates
    copy.relativeWeights = relativeWeights
    return copy
  }

  package var classCount: Int { partition.classCount }
  package var featureCount: Int { rows.columnCount }
  package var isSparse: Bool { rows.isSparse }

  /// The rows that count and have any length, ascending: those that refinement learns from.
  package var documents: [Int32] { partition.order.filter { !isEmpty(Int($0)) }.sorted() }

  /// The summed weight of all rows.
  package var totalWeight: Double {
    weights.map { $0.reduce(0.0) { $0 + Double($1) } } ?? Double(classes.count)
  }

  @inline(__always)
  package func weight(of row: Int) -> Float { weights?[row] ?? 1 }

  /// Whether a row has no length; such a row teaches nothing under the cosine.
  @inline(__always)
  package func isEmpty(_ row: Int) -> Bool { norms.squaredNorms[row] <= 0 }

  /// Whether a row moves a prototype: weight 0 does not, and under the cosine length 0 does not.
  @inline(__always)
  package func moves(_ row: Int, _ distance: Distance) -> Bool {
    weight(of: row) > 0 && (distance == .euclidean || norms.squaredNorms[row] > 0)
  }

  /// The rows of one class on the class's own vocabulary.
  ///
  /// - Parameter columnMap: scratch of the worker.
  package func classRows(of classIndex: Int, distance: Distance, columnMap: inout ColumnMap) -> ClassRows {
    partition.withRows(of: classIndex) { ClassRows($0, of: self, distance: distance, columnMap: &columnMap) }
  }
}

extension TrainingSet {
  /// What the values of a row are multiplied with in refinement.
  @inline(__always)
  package func scale(of row: Int) -> Float { norms.scales[row] * unit }

  /// Calls `body` with the columns and values of one row; the values are not scaled.
  @inline(__always)
  package func withRow<Result>(
    _ row: Int, _ body: (UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<Float>) -> Result
  ) -> Result {
    switch rows {
    case .sparse(let rows): rows.withRow(row, body)
    case .dense(let rows):
      denseColumns.withUnsafeBufferPointer { columns in rows.withValues(of: row) { body(columns, $0) } }
    }
  }

  /// Calls `body` with what one row's moves are multiples of: its values, not scaled, times their features' rates.
  ///
  /// - Parameter scratch: memory that may be used again.
  @inline(__always)
  func withMove<Result>(
    along row: Int, _ scratch: inout [Float],
    _ body: (UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<Float>) -> Result
  ) -> Result {
    guard let featureRates else { return withRow(row, body) }
    return withRow(row) { columns, values in
      scratch.removeAll(keepingCapacity: true)
      featureRates.values.withUnsafeBufferPointer { rates in
        for (column, value) in zip(columns, values) { scratch.append(value * rates[Int(column)]) }
      }
      return scratch.withUnsafeBufferPointer { body(columns, $0) }
    }
  }

  /// Calls `body` with rows whose values are times their features' rates; nil where all rates are 1.
  func withMovingRows<Result>(_ body: (FeatureRows) throws -> Result) rethrows -> Result? {
    guard let featureRates, case .sparse(let sparse) = rows else { return nil }
    var moved = [Float](repeating: 0, count: sparse.columns.count)
    for row in 0..<sparse.rowCount {
      let start = sparse.range(of: row).lowerBound
      sparse.withRow(row) { columns, values in
        for position in columns.indices {
          moved[start + position] = values[position] * featureRates.values[Int(columns[position])]
        }
      }
    }
    return try moved.withUnsafeBufferPointer {
      try body(
        .sparse(
          SparseRows(
            rowCount: sparse.rowCount, columnCount: sparse.columnCount, offsets: sparse.offsets,
            columns: sparse.columns, values: RowValues($0))))
    }
  }

  /// How many values a row has.
  @inline(__always)
  func valueCount(of row: Int) -> Int {
    switch rows {
    case .sparse(let sparse): sparse.range(of: row).count
    case .dense(let dense): dense.columnCount
    }
  }

  /// Whether no value is below 0.
  ///
  /// - Complexity: O(values).
  var isNonNegative: Bool {
    (0..<rows.rowCount).allSatisfy { withRow($0) { _, values in values.allSatisfy { $0 >= 0 } } }
  }

  /// How many values a row has, on average.
  var typicalNonZeros: Int {
    switch rows {
    case .sparse(let sparse): sparse.nonZeroCount / max(1, sparse.rowCount)
    case .dense(let dense): dense.columnCount
    }
  }
}

extension FeatureRows {
  /// 1 / the root mean squared distance of the rows to their mean; 1 where the rows are all the same.
  ///
  /// - Complexity: O(non-zeros).
  package var inverseDeviation: Float {
    var sum = [Double](repeating: 0, count: columnCount)
    var squares = 0.0
    for row in 0..<rowCount {
      squares += squaredNorm(of: row)
      add(row, to: &sum)
    }
    let count = Double(rowCount)
    let variance = squares / count - sum.reduce(0) { $0 + ($1 / count) * ($1 / count) }
    return variance > 1e-30 ? Float(1 / variance.squareRoot()) : 1
  }
}
