/// What an option is about; the reference page and the help of the command line are ordered by it.
package enum OptionTopic: String, Sendable, CaseIterable {
  case kMeans = "k-means"
  case refinement
  case streaming
  case running = "threads and devices"
  /// What serves those who come from the PyTorch class.
  case compatibility
  case text
}

/// How a model file has an option.
package enum OptionStorage: Sendable {
  case always
  /// Unless it has this value, which is what files mean that do not have it: it is younger than format 1.0.
  case unless(JSON)
  /// With its default, whatever its value: the bytes of a model must not depend on it, and a reader chooses again.
  case asDefault
  case never
}

/// A row of a table of options: what the library, files, the command line and other languages know about an option.
package struct OptionRow<Options: Sendable>: Sendable {
  /// The name in Python and in files; with dashes that of the command line.
  package let name: String
  /// What a value counts or names, in one word.
  package let unit: String
  package let topic: OptionTopic
  /// What the option does, in one sentence.
  package let help: String
  /// What else there is to know; may be empty.
  package let details: String
  /// The mode that heeds the option; `nil`: both do.
  package let mode: String?
  package let storage: OptionStorage
  package let kind: OptionKind
  /// The value as JSON.
  package let value: @Sendable (Options) -> JSON
  private let change: @Sendable (inout Options, JSON) -> Bool
  private let refused: @Sendable (Options) -> String?

  package init<Value>(
    _ name: String, _ property: WritableKeyPath<Options, Value> & Sendable, _ type: OptionType<Value>,
    unit: String, _ topic: OptionTopic, _ help: String, details: String = "", mode: String? = nil,
    storage: OptionStorage = .always
  ) {
    self.name = name
    self.unit = unit
    self.topic = topic
    self.help = help
    self.details = details
    self.mode = mode
    self.storage = storage
    kind = type.kind
    value = { type.json($0[keyPath: property]) }
    change = { options, json in
      guard let value = type.read(json) else { return false }
      options[keyPath: property] = value
      return true
    }
    refused = { type.refused($0[keyPath: property]) }
  }

  /// Sets the option. Whether a value of the right type is in its range is for ``check(_:)``.
  ///
  /// - Throws: ``OptionsError`` for JSON of another type.
  package func set(_ json: JSON, in options: inout Options) throws(OptionsError) {
    guard change(&options, json) else {
      throw OptionsError(parameter: name, value: json.summary, allowed: kind.allowed)
    }
  }

  /// - Throws: ``OptionsError`` for a value out of its range.
  package func check(_ options: Options) throws(OptionsError) {
    guard let value = refused(options) else { return }
    throw OptionsError(parameter: name, value: value, allowed: kind.allowed)
  }
}

extension OptionRow {
  /// The JSON that words of a command line stand for.
  package func json(of words: String) -> JSON {
    if words == kind.word { return words == "none" ? .null : .string(words) }
    return switch (words, kind.shape) {
    case ("true", .truth), ("false", .truth): .bool(words == "true")
    case (_, .whole), (_, .number): .numeral(words)
    default: .string(words)
    }
  }

  /// The words of a command line that stand for JSON.
  package func words(of json: JSON) -> String {
    switch json {
    case .null: "none"
    case .string(let text): text
    case .array(let ends) where kind.shape == .range: ends.map(\.text).joined(separator: "-")
    default: json.text
    }
  }
}

/// Options that a table lists: the one place with their names, types, limits and help.
package protocol TabledOptions: Sendable {
  static var defaults: Self { get }
  /// In the order of Python's constructor.
  static var table: [OptionRow<Self>] { get }
}

extension TabledOptions {
  /// The options by topic, and within one as the table has them.
  package static var tableByTopic: [OptionRow<Self>] {
    OptionTopic.allCases.flatMap { topic in table.filter { $0.topic == topic } }
  }

  package static func row(_ name: String) -> OptionRow<Self>? { table.first { $0.name == name } }

  /// - Throws: ``OptionsError`` for the first option with a value out of its range.
  package func checkRanges() throws(OptionsError) {
    for row in Self.table { try row.check(self) }
  }
}
