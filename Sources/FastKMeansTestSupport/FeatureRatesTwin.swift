import FastKMeansCore

/// The plain twin of `FeatureRates`: each feature's rate by its definition, feature by feature.
package enum FeatureRatesTwin {
  /// - Parameters:
  ///   - rows: written out.
  ///   - scales: what the values of each row are multiplied with.
  ///   - documents: the rows to learn from.
  package static func rates(
    _ rows: [[Float]], scales: [Double], classes: [Int], documents: [Int]
  ) -> [Double] {
    let shares = Dictionary(grouping: documents) { classes[$0] }
      .mapValues { Double($0.count) / Double(documents.count) }
    let roots = rows[0].indices.map { feature -> Double in
      let holders = documents.filter { rows[$0][feature] != 0 }
      let purity = shares.reduce(0.0) { sum, entry in
        let own = Double(holders.count { classes[$0] == entry.key }) + entry.value
        return sum + own * own / Double((holders.count + 1) * (holders.count + 1))
      }
      return purity.squareRoot()
    }
    var (moved, total) = (0.0, 0.0)
    for document in documents {
      for (feature, value) in rows[document].enumerated() {
        let square = Double(value) * Double(value) * scales[document] * scales[document]
        moved += square * roots[feature]
        total += square
      }
    }
    return roots.map { $0 * total / moved }
  }
}
