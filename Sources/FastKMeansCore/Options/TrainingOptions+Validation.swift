/// Options that have been checked; only these can train.
public struct ValidatedOptions: Sendable, Equatable {
  public let options: TrainingOptions

  fileprivate init(_ options: TrainingOptions) { self.options = options }
}

extension TrainingOptions {
  /// Checks every value.
  ///
  /// - Throws: ``OptionsError`` with the parameter, its value and what is allowed.
  public func validated() throws(OptionsError) -> ValidatedOptions {
    // The common number is checked even if classes choose their own.
    var counted = self
    counted.isPrototypeCountAutomatic = false
    for row in Self.rows { try row.check(counted) }
    return ValidatedOptions(self)
  }
}

extension TrainingOptions {
  /// How many prototypes a class is meant to have.
  ///
  /// - Parameters:
  ///   - label: the class.
  ///   - position: its place among the sorted classes, for ``PrototypeCounts/byPosition(_:)``.
  package func prototypeCount(for label: Label, position: Int) -> Int {
    switch prototypeCounts {
    case .none: prototypesPerClass
    case .byLabel(let table): table[label] ?? prototypesPerClass
    case .byPosition(let list): list.indices.contains(position) ? list[position] : prototypesPerClass
    }
  }
}
