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

  /// Drops weights of a smaller magnitude; lists only.
  ///
  /// - Complexity: O(weights).
  func drop(below least: Float) {
    if case .lists(let lists) = cells { lists.drop(below: least) }
  }
}
