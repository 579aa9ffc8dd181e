/// Rows dealt out to folds so that each fold has its share of every class.
package struct StratifiedFolds: Sendable, Equatable {
  /// How many folds.
  package let count: Int
  /// Of each row, its fold, `0 ..< count`.
  package let foldOfRow: [Int]

  /// Each class's rows are shuffled and dealt out in turn; the next class goes on where the last one stopped, so that
  /// folds are alike in size too. A class with fewer rows than folds is missing from some.
  ///
  /// - Parameters:
  ///   - labels: one for each row.
  ///   - count: at least 2, at most the number of rows.
  ///   - seed: the same seed, the same folds.
  /// - Throws: ``OptionsError`` for a count out of range.
  /// - Complexity: O(rows).
  package init(_ labels: LabelColumn, count: Int, seed: UInt64) throws(OptionsError) {
    guard count >= 2, count <= max(2, labels.count) else {
      throw OptionsError(
        parameter: "folds", value: "\(count)",
        allowed: "a whole number from 2 to the number of rows (\(labels.count))")
    }
    let labels = labels.sorted
    var members = [[Int]](repeating: [], count: labels.labels.count)
    for (row, index) in labels.indices.enumerated() { members[Int(index)].append(row) }
    var folds = [Int](repeating: 0, count: labels.count)
    var next = 0
    for (classIndex, rows) in members.enumerated() {
      var random = CounterRandom(seed: seed, stream: UInt64(classIndex) ^ 0xF01D_0000_0000)
      var rows = rows
      random.shuffle(&rows)
      for row in rows {
        folds[row] = next
        next = (next + 1) % count
      }
    }
    self.count = count
    foldOfRow = folds
  }

  /// The rows of one fold, ascending.
  package func rows(of fold: Int) -> [Int] { foldOfRow.indices.filter { foldOfRow[$0] == fold } }

  /// The rows of all other folds, ascending.
  package func rows(butOf fold: Int) -> [Int] { foldOfRow.indices.filter { foldOfRow[$0] != fold } }
}
