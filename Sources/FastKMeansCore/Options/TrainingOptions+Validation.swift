/// Options that have been checked; only these can train.
package struct ValidatedOptions: Sendable, Equatable {
  package let options: TrainingOptions

  fileprivate init(_ options: TrainingOptions) { self.options = options }

  /// The same with another start.
  func starting(_ initialization: Initialization) -> ValidatedOptions {
    var options = options
    options.initialization = initialization
    return ValidatedOptions(options)
  }

  /// The same with a distance that is settled.
  func comparing(by distance: Distance) -> ValidatedOptions {
    var options = options
    (options.distance, options.isDistanceAutomatic) = (distance, false)
    return ValidatedOptions(options)
  }
}

extension TrainingOptions {
  /// Checks every value.
  ///
  /// - Throws: ``OptionsError`` with the parameter, its value and what is allowed.
  package func validated() throws(OptionsError) -> ValidatedOptions {
    // The common number is checked even if classes choose their own.
    var counted = self
    counted.isPrototypeCountAutomatic = false
    for row in Self.rows { try row.check(counted) }
    guard !isDistanceAutomatic || mode == .default else {
      throw OptionsError(
        parameter: "distance", value: "auto", allowed: "cosine, euclidean with mode \(mode.rawValue)")
    }
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

extension PrototypeCounts {
  /// Checks that the classes named are classes.
  ///
  /// - Parameters:
  ///   - classes: all that there are so far.
  ///   - areAll: whether no other can come.
  /// - Throws: ``OptionsError`` with the label that is nearest to the one that nobody has.
  func check(_ classes: [Label], areAll: Bool) throws(OptionsError) {
    guard case .byLabel(let table) = self, let kind = classes.first?.kind else { return }
    let known = Set(classes)
    for label in table.keys.sorted() where !known.contains(label) {
      // A key of a JSON object that reads as a number stands for both.
      let twin = label.ofOtherKind
      let hasTwin = twin.map { table[$0] != nil } ?? false
      if hasTwin, let twin, known.contains(twin) { continue }
      if label.kind != kind, !hasTwin {
        throw Self.error(
          label, "labels that are \(kind == .integer ? "whole numbers" : "texts"), as those of the rows")
      }
      guard areAll else { continue }
      let hint = Similar.hint(label.description, among: classes.lazy.map(\.description))
      throw Self.error(label, "labels that a row has\(hint)")
    }
  }

  private static func error(_ label: Label, _ allowed: String) -> OptionsError {
    let name = label.kind == .text ? "'\(label)'" : "\(label)"
    return OptionsError(
      parameter: "k_list", value: "a number for the class \(name), which no row has", allowed: allowed)
  }
}

extension Label {
  /// The whole number that a text is, or the text of a whole number.
  package var ofOtherKind: Label? {
    switch self {
    case .integer(let value): .text(String(value))
    case .text(let text): Int64(text).map { .integer($0) }
    }
  }
}
