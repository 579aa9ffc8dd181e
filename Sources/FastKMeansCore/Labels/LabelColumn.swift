/// The labels of many rows: each distinct label once, and for each row which one it is.
package struct LabelColumn: Sendable, Equatable {
  /// Distinct labels, in order of first appearance.
  package let labels: [Label]
  /// For each row a position in `labels`.
  package let indices: [Int32]

  package var count: Int { indices.count }

  /// The label of one row.
  package subscript(row: Int) -> Label { labels[Int(indices[row])] }

  package init(_ labels: some Sequence<some ClassLabel>) {
    var positions: [Label: Int32] = [:]
    var distinct: [Label] = []
    indices = labels.map { value in
      let label = value.label
      if let known = positions[label] { return known }
      let position = Int32(distinct.count)
      positions[label] = position
      distinct.append(label)
      return position
    }
    self.labels = distinct
  }

  /// - Throws: ``InputError/badLabels(found:expected:)`` if a label occurs twice or an index points nowhere.
  package init(labels: [Label], indices: [Int32]) throws {
    guard Set(labels).count == labels.count, indices.allSatisfy({ labels.indices.contains(Int($0)) }) else {
      throw InputError.badLabels(
        found: "not a list of distinct labels with positions in it", expected: "each label once")
    }
    self.init(unchecked: labels, indices: indices)
  }

  package init(unchecked labels: [Label], indices: [Int32]) {
    self.labels = labels
    self.indices = indices
  }

  /// The same labels with the distinct ones sorted, so that what is drawn by them does not depend on who numbered them.
  ///
  /// - Complexity: O(n + d log d) for d distinct labels.
  package var sorted: LabelColumn {
    let order = labels.indices.sorted { labels[$0] < labels[$1] }
    var places = [Int32](repeating: 0, count: labels.count)
    for (place, index) in order.enumerated() { places[index] = Int32(place) }
    return LabelColumn(unchecked: order.map { labels[$0] }, indices: indices.map { places[Int($0)] })
  }

  /// The rows at these positions, in this order.
  package func selectingRows(_ rows: some Collection<Int>) -> LabelColumn {
    LabelColumn(unchecked: labels, indices: rows.map { indices[$0] })
  }
}
