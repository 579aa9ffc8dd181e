import FastKMeansCore

extension TrainingOptions {
  /// Refuses a class in `--k-list` that no row has: its number would be for nobody.
  ///
  /// - Throws: ``DataError`` with the class that may be meant.
  func checkCounts(for labels: LabelColumn) throws {
    guard case .byLabel(let table) = prototypeCounts, let kind = labels.labels.first?.kind else { return }
    let known = Set(labels.labels)
    // A key such as "7" stands for the text and the integer; the labels have one of these types.
    let named = table.keys.filter { $0.kind == kind || $0.ofOtherKind.map { table[$0] == nil } ?? true }
    guard let unknown = named.filter({ !known.contains($0) }).min() else { return }
    let hint = Similar.hint(unknown.description, among: known.lazy.map(\.description))
    throw DataError("--k-list names the class '\(unknown)', which no row has\(hint); leave it out")
  }

  /// Those of the options that were given that change nothing beside the others, in the order of their names.
  func withoutEffect(among given: some Sequence<String>) -> [String] {
    let refines = mode == .default && refinement != .count(0)
    return given.filter { name in
      switch name {
      case "soft": refines
      case "soft_type": refines || !isSoft
      case "temperature": refines || !isSoft || softAssignment != .softmax
      case "k_bytes": !isPrototypeCountAutomatic
      case "relative_merge": mergeThreshold == nil
      case "batch_size": mode == .default
      default: Self.row(name)?.mode.map { $0 != mode.rawValue } ?? false
      }
    }.sorted()
  }
}
