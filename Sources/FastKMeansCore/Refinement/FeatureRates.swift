/// How fast the weights of each feature move: the faster, the more often its documents share a class.
///
/// A feature that all classes have says little about a document, but moves with every one that has it: its weights
/// learn what is particular to the training documents. Its purity, the probability that two documents with the
/// feature share their class, is small, and so is its rate. Rates change how weights are learned and not how they score.
package struct FeatureRates: Sendable, Equatable {
  /// What the moves of each feature are multiplied with. A document's step stays as long as it was, on average:
  /// weighted by squared values, the mean is 1.
  package let values: [Float]

  /// Rates that were worked out elsewhere, such as from the documents of several machines.
  package init(values: [Float]) { self.values = values }

  /// The root of the purity: on held-out rows of two sets better than the purity to the power of .35 or .75.
  ///
  /// - Parameters:
  ///   - documents: the rows to learn from, ascending; what is held out must not be asked.
  /// - Returns: nil for dense rows, where every document has every feature.
  /// - Complexity: O(non-zeros + features).
  package init?(_ rows: TrainingSet, documents: [Int32]) {
    guard rows.isSparse, !documents.isEmpty else { return nil }
    let roots = Self.purities(rows.selecting(documents)).map { $0.squareRoot() }
    var (moved, total) = (0.0, 0.0)
    for document in documents {
      let scale = Double(rows.scale(of: Int(document)))
      rows.withRow(Int(document)) { columns, values in
        for (column, value) in zip(columns, values) {
          let square = (Double(value) * scale) * (Double(value) * scale)
          moved += square * roots[Int(column)]
          total += square
        }
      }
    }
    guard moved > 0, total.isFinite else { return nil }
    values = roots.map { Float($0 * total / moved) }
  }

  /// For each feature the probability that two documents with it share a class, after one imagined document more
  /// that is spread over the classes as all documents are: a feature of a single document is no proof.
  private static func purities(_ rows: TrainingSet) -> [Double] {
    let partition = rows.partition
    let documentCount = Double(partition.order.count)
    var inClass = [Int32](repeating: 0, count: rows.featureCount)
    var count = [Double](repeating: 0, count: rows.featureCount)
    // Of a class with n documents of the feature and a share s of all documents: (n + s)^2.
    var squares = count
    var shares = 0.0
    for classIndex in 0..<rows.classCount where partition.count(of: classIndex) > 0 {
      let share = Double(partition.count(of: classIndex)) / documentCount
      shares += share * share
      partition.withRows(of: classIndex) { members in
        for member in members { rows.forEachFeature(of: member) { inClass[$0] += 1 } }
        for member in members {
          rows.forEachFeature(of: member) { feature in
            let documents = Double(inClass[feature])
            inClass[feature] = 0
            count[feature] += documents
            squares[feature] += documents * (documents + 2 * share)
          }
        }
      }
    }
    return zip(count, squares).map { ($1 + shares) / (($0 + 1) * ($0 + 1)) }
  }
}

extension TrainingSet {
  @inline(__always)
  fileprivate func forEachFeature(of row: Int32, _ body: (Int) -> Void) {
    withRow(Int(row)) { columns, values in
      for (column, value) in zip(columns, values) where value != 0 { body(Int(column)) }
    }
  }
}
