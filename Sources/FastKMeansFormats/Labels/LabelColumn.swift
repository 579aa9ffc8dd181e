import FastKMeans

/// One label for each row, each different label kept once.
public struct LabelColumn: Sendable, Equatable {
  /// The different labels, in the order in which they occur first.
  public let labels: [Label]
  /// For each row a position in `labels`, or -1 for a row without a label.
  public let indices: [Int32]

  init(labels: [Label], indices: [Int32]) {
    self.labels = labels
    self.indices = indices
  }

  /// Collects the different labels.
  ///
  /// - Parameter rows: the label of each row.
  /// - Complexity: O(rows).
  public init(_ rows: [Label]) {
    var known: [Label: Int32] = [:]
    var labels: [Label] = []
    indices = rows.map { label in
      if let index = known[label] { return index }
      let index = Int32(labels.count)
      known[label] = index
      labels.append(label)
      return index
    }
    self.labels = labels
  }

  /// The number of rows.
  public var count: Int { indices.count }

  /// The label of one row, `nil` if it has none.
  ///
  /// - Parameter row: in `0 ..< count`.
  public subscript(row: Int) -> Label? {
    let index = Int(indices[row])
    return index < 0 ? nil : labels[index]
  }

  /// Each row's label; `nil` if any row has none.
  public var rowLabels: [Label]? {
    indices.contains(-1) ? nil : indices.map { labels[Int($0)] }
  }

  /// The labels of some rows; `labels` shrinks to those that occur.
  func selecting(_ rows: Range<Int>) -> LabelColumn {
    var positions = [Int32](repeating: -1, count: labels.count)
    var kept: [Label] = []
    let indices = self.indices[rows].map { index -> Int32 in
      guard index >= 0 else { return -1 }
      if positions[Int(index)] < 0 {
        positions[Int(index)] = Int32(kept.count)
        kept.append(labels[Int(index)])
      }
      return positions[Int(index)]
    }
    return LabelColumn(labels: kept, indices: indices)
  }
}
