/// What the order of scores says, whatever their scale.
package enum RankStatistics {
  /// The probability that a positive one has a higher score than a negative one, equal scores counting half: the
  /// area under the ROC curve. One half where either list is empty.
  ///
  /// - Source: Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747.
  /// - Complexity: O(n log n).
  package static func areaUnderCurve(positive: [Float], negative: [Float]) -> Double {
    guard !positive.isEmpty, !negative.isEmpty else { return 0.5 }
    let (positive, negative) = (positive.sorted(), negative.sorted())
    var (below, upTo, wins) = (0, 0, 0.0)
    for score in positive {
      while below < negative.count, negative[below] < score { below += 1 }
      while upTo < negative.count, negative[upTo] <= score { upTo += 1 }
      wins += Double(below) + Double(upTo - below) / 2
    }
    return wins / (Double(positive.count) * Double(negative.count))
  }
}
