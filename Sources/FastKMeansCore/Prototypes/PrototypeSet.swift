/// The prototypes of a model, immutable: where they lie, whose they are, and how many documents they stand for.
///
/// Prototypes of one class are neighbours. Rows are sparse (text) or dense (embeddings), in the precision that
/// they are multiplied in.
package struct PrototypeSet: Sendable, Equatable {
  /// The number of features.
  package let featureCount: Int
  package let rows: Rows
  /// The class index of each prototype, ascending.
  package let classIndices: [Int32]
  /// How much document weight each prototype stands for.
  package let masses: [Double]
  /// What a learner needs to go on: cosine, the length of the sum of unit rows; Euclidean, the mass.
  package let sumScales: [Double]
  /// How a stream keeps the sums, one for each prototype; nil where none has learned from a stream.
  package let streamSums: [Prototype.Sum?]?

  /// Rows of prototypes in their stored precision.
  package enum Rows: Sendable, Equatable {
    /// Row `i` has `columns[offsets[i] ..< offsets[i + 1]]`, ascending, and the values at the same places.
    case sparse(offsets: [Int], columns: [UInt32], values: StoredValues)
    /// Row `i` starts at `i * featureCount`.
    case dense(values: StoredValues)
  }

  /// The number of prototypes.
  package var count: Int { classIndices.count }

  package var precision: Precision { values.precision }

  /// The kind of rows that these prototypes stand for.
  package var shape: FeatureShape { FeatureShape(featureCount: featureCount, isSparse: isSparse) }

  package var isSparse: Bool {
    if case .sparse = rows { true } else { false }
  }

  /// The number of stored values.
  package var storedValueCount: Int { values.count }

  /// All stored values, row after row.
  package var values: StoredValues {
    switch rows {
    case .sparse(_, _, let values), .dense(let values): values
    }
  }

  package init(
    featureCount: Int, rows: Rows, classIndices: [Int32], masses: [Double], sumScales: [Double]? = nil,
    streamSums: [Prototype.Sum?]? = nil
  ) {
    self.featureCount = featureCount
    self.rows = rows
    self.classIndices = classIndices
    self.masses = masses
    self.sumScales = sumScales ?? masses
    self.streamSums = streamSums
  }

  /// The non-zero coordinates of one prototype, by ascending column.
  package func row(_ prototype: Int) -> [(column: Int, value: Double)] {
    switch rows {
    case .sparse(let offsets, let columns, let values):
      (offsets[prototype]..<offsets[prototype + 1]).map { (Int(columns[$0]), values[$0]) }
    case .dense(let values):
      (0..<featureCount).map { ($0, values[prototype * featureCount + $0]) }
    }
  }

  /// Where the prototypes of each class lie: class `c` has `starts[c] ..< starts[c + 1]`.
  package func classStarts(classCount: Int) -> [Int] {
    var starts = [Int](repeating: 0, count: classCount + 1)
    for index in classIndices { starts[Int(index) + 1] += 1 }
    for index in 0..<classCount { starts[index + 1] += starts[index] }
    return starts
  }
}
