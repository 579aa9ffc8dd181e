/// What tells a document of a class that a model knows from one of a class that it has never seen.
package struct OpenSetFeatures: Sendable, Equatable {
  /// The class that is predicted.
  package var classIndex: Int
  /// log(p / (1 - p)) with p the best class's share of a softmax over the best few classes.
  package var logOdds: Double
  /// The share of the document's squared length that lies on features of the predicted class, 0...1.
  package var seenShare: Double

  package init(classIndex: Int, logOdds: Double, seenShare: Double) {
    self.classIndex = classIndex
    self.logOdds = logOdds
    self.seenShare = seenShare
  }

  /// As many classes as the softmax looks at: beyond, they say how many classes there are, not what the document is.
  package static let classCount = 8
  /// Multiplies scores in the softmax. Softer than what calibrates: to be near many classes is what strangers are.
  private static let sharpness = 2.5
  /// A document without any rival would be infinitely sure.
  private static let largestOdds = 50.0

  /// - Parameters:
  ///   - scores: of the best classes, falling; those beyond ``classCount`` do not count.
  package static func logOdds(_ scores: some Collection<Float>) -> Double {
    guard let best = scores.first, scores.count > 1 else { return 0 }
    let rivals = scores.prefix(classCount).dropFirst().reduce(0.0) {
      $0 + naturalExponential(sharpness * Double($1 - best))
    }
    let odds = -naturalLogarithm(max(rivals, 1e-300))
    return max(-largestOdds, min(largestOdds, odds))
  }
}

extension PrototypeVector {
  /// Whether the vector has something at a feature; a dense one has at each.
  ///
  /// - Complexity: O(log stored values).
  func holds(_ column: UInt32) -> Bool {
    guard isSparse else { return true }
    var (low, high) = (0, columns.count)
    while low < high {
      let middle = low + (high - low) / 2
      if columns[middle] < column { low = middle + 1 } else { high = middle }
    }
    return low < columns.count && columns[low] == column
  }
}

extension FeatureRows {
  /// The share of a row's squared length that lies on features for which `isSeen` holds; 1 for an empty row and for
  /// dense rows, whose features every class has.
  func seenShare(of row: Int, _ isSeen: (UInt32) -> Bool) -> Double {
    guard case .sparse(let rows) = self else { return 1 }
    return rows.withRow(row) { columns, values in
      var (seen, total) = (0.0, 0.0)
      for position in columns.indices {
        let square = Double(values[position]) * Double(values[position])
        total += square
        if isSeen(columns[position]) { seen += square }
      }
      return total > 0 ? seen / total : 1
    }
  }
}
