/// Refinement leaves a trace of many features in many prototypes, and most of it says nothing: tables so large that this
/// matters are cut down before a model is made of them.
extension RefinementTable {
  /// Fewer weights are no burden.
  private static let manyWeights = 4 << 20

  /// The magnitude that a share of the weights reach; nil for a small table, and for rows.
  ///
  /// - Complexity: O(weights).
  func least(keeping share: Double) -> Float? {
    guard case .lists(let lists) = cells, lists.weightCount > Self.manyWeights else { return nil }
    return lists.least(keeping: share)
  }

  /// Drops the smallest weights of a large table of lists.
  ///
  /// - Returns: the share that stays.
  /// - Complexity: O(weights).
  func keep(share: Double) -> Double {
    guard case .lists(let lists) = cells, share < 1, let least = least(keeping: share) else { return 1 }
    lists.drop(below: least)
    return share
  }

  /// Drops the smallest weights of lists beyond a number of them.
  ///
  /// - Returns: the share that stays.
  /// - Complexity: O(weights).
  func keep(atMost limit: Int) -> Double {
    guard limit < .max, case .lists(let lists) = cells else { return 1 }
    let count = lists.weightCount
    guard count > limit else { return 1 }
    let least = limit > 0 ? lists.least(keeping: Double(limit) / Double(count)) : .infinity
    lists.drop(below: least)
    // Equal weights stay or go together.
    if lists.weightCount > limit { lists.drop(below: least.nextUp) }
    return Double(lists.weightCount) / Double(count)
  }
}
