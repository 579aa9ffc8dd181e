import FastKMeansCore

/// Numbers the classes: first those of the model, in its order, then labels that it does not know.
struct ClassNumbering {
  private(set) var names: [Label]
  private var positions: [Label: Int] = [:]
  /// The number of classes that the model has.
  let knownCount: Int

  init(_ classes: [Label]) {
    names = classes
    knownCount = classes.count
    for (position, label) in classes.enumerated() { positions[label] = position }
  }

  /// The number of each row's label. Unknown labels get numbers from the model's class count on.
  func numbers(of column: LabelColumn) -> [Int] {
    var copy = self
    return copy.add(column)
  }

  /// The same, and adds the unknown labels to ``names``.
  mutating func add(_ column: LabelColumn) -> [Int] {
    let table = column.labels.map { label in
      if let known = positions[label] { return known }
      positions[label] = names.count
      names.append(label)
      return names.count - 1
    }
    return column.indices.map { table[Int($0)] }
  }
}
