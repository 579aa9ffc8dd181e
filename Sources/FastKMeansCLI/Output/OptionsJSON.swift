import FastKMeansCore
import FastKMeansText

/// Options under the names that they have in every language.
enum OptionsJSON {
  static func object(training: TrainingOptions, text: TextOptions?) -> JSON {
    .object(fields(training) + (text.map(fields) ?? []))
  }

  static func fields<Options: TabledOptions>(_ options: Options) -> [JSON.Field] {
    OptionArguments<Options>.rows.map { JSON.Field(name: $0.name, value: json($0, $0.value(options))) }
  }

  private static func json<Options>(_ row: OptionRow<Options>, _ value: JSONValue) -> JSON {
    switch (row.kind.shape, value) {
    case (.range, _), (.words, .null): .string(row.words(of: value))
    case (.counts, .array(let pairs)): counts(pairs) ?? JSON(value)
    default: JSON(value)
    }
  }

  /// Numbers by label as an object; `nil` for numbers by position.
  private static func counts(_ pairs: [JSONValue]) -> JSON? {
    var fields: [JSON.Field] = []
    for pair in pairs {
      guard case .array(let parts) = pair, parts.count == 2 else { return nil }
      let name = if case .string(let text) = parts[0] { text } else { parts[0].text }
      // A key that reads as an integer stands for both label types; one entry says it.
      if !fields.contains(where: { $0.name == name }) {
        fields.append(JSON.Field(name: name, value: JSON(parts[1])))
      }
    }
    return .object(fields.sorted { $0.name < $1.name })
  }
}

extension JSON {
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let truth): self = .bool(truth)
    case .string(let text): self = .string(text)
    case .array(let values): self = .array(values.map(JSON.init))
    case .object(let object):
      self = .object(object.members.map { Field(name: $0.key, value: JSON($0.value)) })
    case .number(let digits):
      // A whole number above Int64's range would not survive as such in every JSON reader.
      self =
        Int(digits).map(JSON.integer)
        ?? (UInt64(digits) == nil ? .number(Double(digits) ?? .nan) : .string(digits))
    }
  }
}
