/// The rows that a call learns from, where not all that it was given count, or equal ones count as one.
///
/// k-means starts from rows drawn at random, and refinement visits rows in a random order, so which rows there are, and
/// where, shows in the result. Here it is decided, for every door, that a row of weight 0 is absent, that weights of 1
/// are no weights, and that w copies of a row are one row of weight w. The last would cost a sort of all data; so it
/// holds exactly up to ``mergedRowLimit`` rows, where a difference shows, and in the mean above.
package enum CountedRows {
  /// Equal rows are merged if at most this many rows count.
  package static let mergedRowLimit = 1_000

  /// Calls `body` with the rows that count: those given, or a copy of some for the call.
  ///
  /// - Parameters:
  ///   - weights: of all rows; nil means 1 each.
  ///   - merging: whether to merge equal rows of one class.
  ///   - body: also gets of how many of the rows each is made; nil means of one.
  /// - Throws: ``InputError`` about weights, and whatever `body` throws, with the caller's row numbers.
  /// - Complexity: O(rows); to merge and to copy O(non-zeros of the rows that count).
  package static func with<Result>(
    _ rows: FeatureRows, labels: LabelColumn, weights: [Double]?, merging: Bool,
    _ body: (FeatureRows, LabelColumn, [Double]?, _ copies: [Int]?) throws -> Result
  ) throws -> Result {
    // What is wrong with these is for the body to say.
    guard rows.rowCount > 0, labels.count == rows.rowCount else {
      return try body(rows, labels, weights, nil)
    }
    let counts = try SampleWeights.checked(weights, rowCount: rows.rowCount)
    var kept = Array(rows: rows.rowCount, weights: weights, counts: counts)
    if merging, kept.count <= mergedRowLimit { kept = merged(kept, rows, labels) }
    let weights = kept.allSatisfy { $0.weight == 1 } ? nil : kept.map(\.weight)
    let places = kept.map(\.row)
    if places.count == rows.rowCount, places.elementsEqual(0..<rows.rowCount) {
      return try body(rows, labels, weights, nil)
    }
    let copies = kept.allSatisfy { $0.copies == 1 } ? nil : kept.map(\.copies)
    do {
      return try rows.selecting(places).withRows {
        try body($0, labels.selectingRows(places), weights, copies)
      }
    } catch InputError.rowTooLong(let row, let length, let limit) {
      throw InputError.rowTooLong(row: places[row], length: length, limit: limit)
    }
  }

  fileprivate struct Counted {
    var row: Int
    var weight: Double
    var copies = 1
  }

  /// Equal rows of one class as the first of them, weights added up.
  ///
  /// Without copies and with equal weights, rows keep their places. Else they are sorted by their values, so that it does not
  /// matter where copies stood.
  private static func merged(_ kept: [Counted], _ rows: FeatureRows, _ labels: LabelColumn) -> [Counted] {
    let byLabel = labels.labels.indices.sorted { labels.labels[$0] < labels.labels[$1] }
    var ranks = [Int](repeating: 0, count: byLabel.count)
    for (rank, index) in byLabel.enumerated() { ranks[index] = rank }
    let precedence = { (left: Int, right: Int) in
      let (one, other) = (ranks[Int(labels.indices[left])], ranks[Int(labels.indices[right])])
      return one == other ? rows.precedence(left, right) : one < other ? -1 : 1
    }
    let sorted = kept.sorted { left, right in
      let order = precedence(left.row, right.row)
      // The order of equal rows is that in which weights are added.
      return order == 0 ? (left.weight, left.row) < (right.weight, right.row) : order < 0
    }
    var merged: [Counted] = []
    for entry in sorted {
      if let last = merged.last, precedence(last.row, entry.row) == 0 {
        merged[merged.count - 1] = Counted(
          row: min(last.row, entry.row), weight: last.weight + entry.weight, copies: last.copies + 1)
      } else {
        merged.append(entry)
      }
    }
    guard merged.count == kept.count, merged.allSatisfy({ $0.weight == merged[0].weight }) else {
      return merged
    }
    return merged.sorted { $0.row < $1.row }
  }
}

extension Array where Element == CountedRows.Counted {
  /// The rows whose weight is above 0 in single precision.
  fileprivate init(rows: Int, weights: [Double]?, counts: [Float]?) {
    self = (0..<rows).compactMap { row in
      counts.map { $0[row] > 0 } ?? true ? Element(row: row, weight: weights?[row] ?? 1) : nil
    }
  }
}

extension FeatureRows {
  /// -1, 0, 1: the order of two rows as lists of columns and values; a stored 0 counts for nothing.
  ///
  /// It is the same on other columns in the same order.
  fileprivate func precedence(_ left: Int, _ right: Int) -> Int {
    switch self {
    case .sparse(let rows):
      rows.withRow(left) { columns, values in
        rows.withRow(right) { otherColumns, otherValues in
          compared(values, otherValues, columns: { Int(columns[$0]) }, { Int(otherColumns[$0]) })
        }
      }
    case .dense(let rows):
      rows.withValues(of: left) { values in
        rows.withValues(of: right) { compared(values, $0, columns: { $0 }, { $0 }) }
      }
    }
  }

  /// A copy of some rows, in this order.
  func selecting(_ places: [Int]) -> Features {
    switch self {
    case .sparse(let rows):
      var offsets = [0]
      var columns: [UInt32] = []
      var values: [Float] = []
      for row in places {
        rows.withRow(row) {
          columns.append(contentsOf: $0)
          values.append(contentsOf: $1)
        }
        offsets.append(columns.count)
      }
      return .sparse(CSRMatrix(unchecked: columnCount, rowOffsets: offsets, columns: columns, values: values))
    case .dense(let rows):
      var values: [Float] = []
      values.reserveCapacity(places.count * columnCount)
      for row in places { rows.withValues(of: row) { values.append(contentsOf: $0) } }
      return .dense(DenseMatrix(unchecked: places.count, columnCount: columnCount, values: values))
    }
  }
}

private func compared(
  _ left: UnsafeBufferPointer<Float>, _ right: UnsafeBufferPointer<Float>, columns leftColumn: (Int) -> Int,
  _ rightColumn: (Int) -> Int
) -> Int {
  var (one, other) = (0, 0)
  while true {
    while one < left.count, left[one] == 0 { one += 1 }
    while other < right.count, right[other] == 0 { other += 1 }
    guard one < left.count, other < right.count else {
      return (left.count - one).signum() - (right.count - other).signum()
    }
    let (column, otherColumn) = (leftColumn(one), rightColumn(other))
    if column != otherColumn { return column < otherColumn ? -1 : 1 }
    if left[one] != right[other] { return left[one] < right[other] ? -1 : 1 }
    one += 1
    other += 1
  }
}
