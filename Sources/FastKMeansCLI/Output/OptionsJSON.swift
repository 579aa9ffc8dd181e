import FastKMeansCore
import FastKMeansFormats
import FastKMeansReference
import FastKMeansText

/// Options under the names that they have in every language.
enum OptionsJSON {
  static func object(training: TrainingOptions, text: TextOptions?) -> JSON {
    // Only where there are any: scripts compare these objects.
    let columns = (text?.columns ?? []).map(\.json)
    return .object(
      fields(training) + (text.map(fields) ?? [])
        + (columns.isEmpty ? [] : [JSON.Field(name: "columns", value: .array(columns))]))
  }

  static func fields<Options: TabledOptions>(_ options: Options) -> [JSON.Field] {
    OptionArguments<Options>.rows.map { JSON.Field(name: $0.name, value: json($0, $0.value(options))) }
  }

  private static func json<Options>(_ row: OptionRow<Options>, _ value: JSON) -> JSON {
    switch (row.kind.shape, value) {
    case (.range, _), (.words, .null): .string(row.words(of: value))
    case (.counts, .array(let pairs)): counts(pairs) ?? portable(value)
    default: portable(value)
    }
  }

  /// Numbers by label as an object; `nil` for numbers by position.
  private static func counts(_ pairs: [JSON]) -> JSON? {
    var fields: [JSON.Field] = []
    for pair in pairs {
      guard case .array(let parts) = pair, parts.count == 2 else { return nil }
      let name = if case .string(let text) = parts[0] { text } else { parts[0].compactText }
      // A key that reads as an integer stands for both label types; one entry says it.
      if !fields.contains(where: { $0.name == name }) {
        fields.append(JSON.Field(name: name, value: parts[1]))
      }
    }
    return .object(fields.sorted { $0.name < $1.name })
  }

  /// A whole number above Int64's range would not survive as such in every JSON reader: it becomes a text.
  private static func portable(_ value: JSON) -> JSON {
    guard case .numeral(let digits) = value, Int(digits) == nil, UInt64(digits) != nil else { return value }
    return .string(digits)
  }
}
