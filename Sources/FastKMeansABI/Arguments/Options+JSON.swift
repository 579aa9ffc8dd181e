import FastKMeansCore
import FastKMeansFormats
import FastKMeansReference

extension TabledOptions {
  /// Sets the options that a JSON object in a text names; the others stay.
  ///
  /// - Parameters:
  ///   - options: the text; NULL sets nothing.
  ///   - length: its number of bytes; -1 for a text that ends with NUL.
  /// - Throws: `CallError` for what is no JSON object, `OptionsError` for a wrong name or a value of a wrong type;
  ///   `validated()` checks later whether numbers are in their ranges.
  mutating func set(_ options: UnsafePointer<CChar>?, length: Int64) throws {
    guard let options else { return }
    let text = try text(options, length: length, "options")
    let json: JSON
    do {
      json = try JSON.parse(Array(text.utf8))
    } catch {
      throw Self.notAnObject("at byte \(error.byte): \(error.reason)")
    }
    guard case .object(let object) = json else { throw Self.notAnObject("found \(json.summary)") }
    for member in object {
      guard let row = Self.row(member.name) else {
        throw OptionsError(
          parameter: member.name, value: member.value.summary,
          allowed: "no such option; the names are in fastkmeans.h")
      }
      try row.set(Self.number(member.value, for: row), in: &self)
    }
  }

  /// A number that JSON cannot write may come as a text.
  private static func number(_ value: JSON, for row: OptionRow<Self>) -> JSON {
    guard row.kind.shape == .number, case .string(let digits) = value, Double(digits) != nil else {
      return value
    }
    return .numeral(digits)
  }

  private static func notAnObject(_ reason: String) -> CallError {
    CallError(parameter: "options", kind: "text", problem: "is no JSON object; \(reason)")
  }

  /// All options by name, and members that are no row of the table, in alphabetic order.
  func json(adding members: [String: JSON] = [:]) -> String {
    let values = Self.table.map { ($0.name, $0.value(self)) } + members.map { ($0.key, $0.value) }
    return JSON.sorted(Dictionary(values) { $1 }).compactText
  }
}
