import FastKMeansCore
import FastKMeansFormats

/// One option of a JSON object, on its way to its type; a wrong one is named with what is allowed.
struct OptionField {
  let name: String
  let value: JSON

  func error(allowed: String) -> OptionsError {
    OptionsError(parameter: name, value: value.summary, allowed: allowed)
  }

  var isNull: Bool { value == .null }

  func isText(_ text: String) -> Bool { value == .string(text) }

  func truth() throws(OptionsError) -> Bool {
    guard case .bool(let truth) = value else { throw error(allowed: "true or false") }
    return truth
  }

  func whole<Value: FixedWidthInteger>(allowed: String) throws(OptionsError) -> Value {
    guard let whole = value.integer(Value.self) else { throw error(allowed: allowed) }
    return whole
  }

  /// A number; as a text also one that JSON cannot write. Whether it is allowed is checked with the other options.
  func number(allowed: String) throws(OptionsError) -> Double {
    switch value {
    case .numeral(let digits), .string(let digits):
      guard let number = Double(digits) else { throw error(allowed: allowed) }
      return number
    default: throw error(allowed: allowed)
    }
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type = Choice.self
  ) throws(OptionsError) -> Choice where Choice.RawValue == String {
    guard case .string(let text) = value, let choice = Choice(rawValue: text) else {
      throw error(allowed: Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }
}

/// The options of a call: a JSON object in a text.
enum OptionsText {
  static func fields(_ options: TextPointer?, length: Int64) throws -> [OptionField] {
    guard let options else { return [] }
    let text = try text(options, length: length, "options")
    let value: JSON
    do {
      value = try JSON.parse(Array(text.utf8))
    } catch {
      throw notAnObject("at byte \(error.byte): \(error.reason)")
    }
    guard case .object(let members) = value else { throw notAnObject("found \(value.summary)") }
    return members.map { OptionField(name: $0.name, value: $0.value) }
  }

  private static func notAnObject(_ reason: String) -> CallError {
    CallError(parameter: "options", kind: "text", problem: "is no JSON object; \(reason)")
  }
}
