extension ClassScoring {
  /// Why a document belongs to a class: the class's best prototype, and what each feature adds to their product.
  package struct Explanation {
    package let prototype: Int
    package let score: Float
    fileprivate let row: Int
    fileprivate let rows: FeatureRows
    fileprivate let scale: Float
    fileprivate let weights: PrototypeSet

    /// Calls `body` for every stored value of the row: its position among those of all rows, and its share.
    ///
    /// - Complexity: O(values of the row x log of the prototype's).
    package func forEachShare(_ body: (_ position: Int, _ share: Float) -> Void) {
      switch rows {
      case .sparse(let rows):
        for position in rows.range(of: row) {
          body(position, share(rows.values[position], rows.columns[position]))
        }
      case .dense(let rows):
        rows.withValues(of: row) { values in
          for (column, value) in values.enumerated() {
            body(row * rows.columnCount + column, share(value, UInt32(column)))
          }
        }
      }
    }

    private func share(_ value: Float, _ column: UInt32) -> Float {
      Float(Double(value) * Double(scale) * weights.value(prototype, column: column))
    }
  }

  /// Calls `body` for each row with its explanation, in parallel and in no fixed order.
  ///
  /// - Parameters:
  ///   - classes: for each row the class index to explain; nil for the predicted one.
  package func forEachExplanation(
    _ rows: FeatureRows, classes: [Int32]?, _ body: @escaping @Sendable (_ row: Int, Explanation) -> Void
  ) throws {
    let norms = try norms(of: rows)
    let rows = relative(rows)
    let weights = model.refined?.weights ?? model.prototypes
    let prototypeCount = model.prototypes.count
    let starts = model.classStarts
    try forEachScoreBlock(rows, norms: norms) { _, range, scores in
      for row in range {
        let first = (row - range.lowerBound) * prototypeCount
        let candidates =
          classes.map { starts[Int($0[row])]..<starts[Int($0[row]) + 1] } ?? 0..<prototypeCount
        var best = candidates.lowerBound
        for candidate in candidates where scores[first + candidate] > scores[first + best] {
          best = candidate
        }
        body(
          row,
          Explanation(
            prototype: best, score: scores[first + best], row: row, rows: rows, scale: norms.scales[row],
            weights: weights))
      }
    }
  }
}
