import FastKMeansCore

extension LabelColumn {
  /// Each row's label.
  ///
  /// - Complexity: O(rows).
  public var rowLabels: [Label] { indices.map { labels[Int($0)] } }
}
