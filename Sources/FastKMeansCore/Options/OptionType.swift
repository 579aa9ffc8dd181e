/// What other languages need to know about the values of an option.
package struct OptionKind: Sendable, Equatable {
  package enum Shape: String, Sendable {
    case whole, number, truth, choice
    /// Numbers by label or by position: ``PrototypeCounts``.
    case counts
    /// A smallest and a largest whole number.
    case range
    /// A list of words, or the name of a list.
    case words
  }

  package let shape: Shape
  /// What is allowed, in words, without ``word``.
  let words: String
  /// The names that may be chosen from; empty if any value of the shape may be.
  package let choices: [String]
  /// The word that may stand in place of a value: `none`, which JSON writes as null, or `auto`.
  package fileprivate(set) var word: String?

  /// What is allowed, in words.
  package var allowed: String { word.map { "\(words), or \($0)" } ?? words }
}

/// How the values of one type are written as JSON, read back, and checked.
package struct OptionType<Value: Sendable>: Sendable {
  let kind: OptionKind
  /// `nil` for JSON that is no such value.
  let read: @Sendable (JSON) -> Value?
  let json: @Sendable (Value) -> JSON
  /// The text of what is not allowed in a value; `nil` if it is allowed.
  let refused: @Sendable (Value) -> String?

  package init(
    _ shape: OptionKind.Shape, _ words: String, choices: [String] = [],
    read: @escaping @Sendable (JSON) -> Value?, json: @escaping @Sendable (Value) -> JSON,
    refused: @escaping @Sendable (Value) -> String? = { _ in nil }
  ) {
    self.init(OptionKind(shape: shape, words: words, choices: choices), read, json, refused)
  }

  private init(
    _ kind: OptionKind, _ read: @escaping @Sendable (JSON) -> Value?,
    _ json: @escaping @Sendable (Value) -> JSON, _ refused: @escaping @Sendable (Value) -> String?
  ) {
    (self.kind, self.read, self.json, self.refused) = (kind, read, json, refused)
  }

  /// The same values, or a word in place of one: `none` or `auto`.
  package func or(_ word: String) -> OptionType<Value?> {
    var kind = kind
    kind.word = word
    let absent: JSON = word == "none" ? .null : .string(word)
    return OptionType<Value?>(
      kind, { [read] in $0 == absent ? .some(nil) : read($0).map(Optional<Value>.some) },
      { [json] in $0.map(json) ?? absent }, { [refused] in $0.flatMap(refused) })
  }
}

extension OptionType where Value: FixedWidthInteger {
  package static func whole(
    _ words: String, _ isAllowed: @escaping @Sendable (Value) -> Bool = { _ in true }
  ) -> OptionType {
    OptionType(
      .whole, words, read: { $0.integer(Value.self) }, json: { .integer($0) },
      refused: { isAllowed($0) ? nil : "\($0)" })
  }
}

extension OptionType<Double> {
  /// Numbers, of which only finite ones can be allowed.
  package static func number(
    _ words: String, _ isAllowed: @escaping @Sendable (Double) -> Bool
  ) -> OptionType {
    OptionType(
      .number, words,
      read: { $0.double }, json: { .number($0) },
      refused: { $0.isFinite && isAllowed($0) ? nil : "\($0)" })
  }
}

extension OptionType<Bool> {
  package static var truth: OptionType {
    OptionType(
      .truth, "true or false", read: { if case .bool(let truth) = $0 { truth } else { nil } },
      json: { .bool($0) })
  }
}

extension OptionType {
  /// One of some names.
  package static func choice(
    _ names: [String], words: String? = nil, read: @escaping @Sendable (String) -> Value?,
    name: @escaping @Sendable (Value) -> String
  ) -> OptionType {
    OptionType(
      .choice, words ?? names.joined(separator: ", "), choices: names,
      read: { if case .string(let name) = $0 { read(name) } else { nil } }, json: { .string(name($0)) })
  }
}

extension OptionType where Value: RawRepresentable<String> & CaseIterable {
  package static var choice: OptionType {
    choice(Value.allCases.map(\.rawValue), read: { Value(rawValue: $0) }, name: { $0.rawValue })
  }
}
