import FastKMeansCore

/// A batch of rows, scaled, in one form for sparse and dense input: by row for scoring, and by feature for sums.
///
/// Rows of weight 0 are left out.
struct SoftBatch: Sendable {
  /// Row `i` has `columns[offsets[i] ..< offsets[i + 1]]` and the values at the same places.
  private(set) var offsets: [Int64] = [0]
  private(set) var columns: [UInt32] = []
  private(set) var values: [Float] = []
  private(set) var squaredNorms: [Float] = []
  private(set) var classes: [Int32] = []
  private(set) var weights: [Float]?

  /// The features that any row has, ascending; each has a slot in the sums.
  private(set) var features: [UInt32] = []
  /// All other features, ascending.
  private(set) var otherFeatures: [UInt32] = []
  /// Slot `s` has the rows `slotRows[slotStarts[s] ..< slotStarts[s + 1]]`, ascending, and the values there.
  private(set) var slotStarts: [UInt32] = []
  private(set) var slotRows: [UInt32] = []
  private(set) var slotValues: [Float] = []

  var count: Int { classes.count }

  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)`` for 2^32 non-zeros or more.
  /// - Complexity: O(non-zeros of the rows + features).
  init(_ documents: TrainingSet, range: Range<Int>) throws {
    weights = documents.weights.map { _ in [] }
    for row in range where documents.classes[row] >= 0 {
      append(row, of: documents.rows, scale: documents.norms.scales[row])
      squaredNorms.append(documents.norms.squaredNorms[row])
      classes.append(documents.classes[row])
      weights?.append(documents.weight(of: row))
    }
    guard columns.count < Int(UInt32.max) else {
      throw InputError.tooLarge(
        what: "a batch of \(columns.count) values; lower batch_size: it", neededBytes: columns.count,
        allowedBytes: Int(UInt32.max))
    }
    sortByFeature(featureCount: documents.featureCount)
  }

  private mutating func append(_ row: Int, of rows: FeatureRows, scale: Float) {
    // Zeros are left out, so that sparse and dense rows give the same bits.
    switch rows {
    case .sparse(let rows):
      rows.withRow(row) { ownColumns, ownValues in
        for position in ownColumns.indices where ownValues[position] != 0 {
          columns.append(ownColumns[position])
          values.append(ownValues[position] * scale)
        }
      }
    case .dense(let rows):
      rows.withValues(of: row) { ownValues in
        for (column, value) in ownValues.enumerated() where value != 0 {
          columns.append(UInt32(column))
          values.append(value * scale)
        }
      }
    }
    offsets.append(Int64(columns.count))
  }

  /// A counting sort.
  private mutating func sortByFeature(featureCount: Int) {
    var positions = [UInt32](repeating: 0, count: featureCount)
    for column in columns { positions[Int(column)] += 1 }
    var next: UInt32 = 0
    for feature in 0..<featureCount {
      guard positions[feature] > 0 else {
        otherFeatures.append(UInt32(feature))
        continue
      }
      features.append(UInt32(feature))
      slotStarts.append(next)
      (positions[feature], next) = (next, next + positions[feature])
    }
    slotStarts.append(next)
    slotRows = [UInt32](repeating: 0, count: columns.count)
    slotValues = [Float](repeating: 0, count: columns.count)
    for row in 0..<count {
      for entry in Int(offsets[row])..<Int(offsets[row + 1]) {
        let column = Int(columns[entry])
        let position = Int(positions[column])
        positions[column] += 1
        slotRows[position] = UInt32(row)
        slotValues[position] = values[entry]
      }
    }
  }
}
