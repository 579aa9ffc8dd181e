/// A JSON value: what options and the headers of model files are written in.
///
/// Own code rather than Foundation's, because a header that is not trusted asks for what that hides: a key
/// that occurs twice, nesting without end, 64-bit integers kept exact, the byte where the text goes wrong.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number as it is written, for no one type holds them all.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of an object, in the order of the text; no key occurs twice.
package struct JSONObject: Sendable, Equatable {
  package struct Member: Sendable, Equatable {
    package var key: String
    package var value: JSONValue
  }

  package private(set) var members: [Member] = []

  package init() {}

  /// Members in the order of their keys.
  package init(sorting values: [String: JSONValue]) {
    for (key, value) in values.sorted(by: { $0.key < $1.key }) { append(key, value) }
  }

  package mutating func append(_ key: String, _ value: JSONValue) {
    members.append(Member(key: key, value: value))
  }

  package subscript(key: String) -> JSONValue? {
    members.first { $0.key == key }?.value
  }
}

extension JSONValue {
  package static func integer(_ value: some BinaryInteger) -> JSONValue { .number(value.description) }

  /// A finite number, in the fewest digits that read back to the same bits.
  package static func double(_ value: Double) -> JSONValue { .number(value.description) }

  /// The number if it is a whole one that the type holds, written without fraction and exponent.
  package func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
    guard case .number(let text) = self else { return nil }
    return Value(text)
  }

  /// The number in double precision; `nil` if there is none, or it is too large.
  package var double: Double? {
    guard case .number(let text) = self, let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// What an error message says was found.
  package var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let text): text.count <= 40 ? text : "a number of \(text.count) digits"
    case .string(let text): text.count <= 40 ? "'\(text)'" : "a text of \(text.count) characters"
    case .array(let values): "a list of \(values.count)"
    case .object: "an object"
    }
  }
}

extension JSONValue {
  /// The text without spaces; the same value gives the same text.
  package var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let digits): text += digits
    case .string(let value): Self.write(value, to: &text)
    case .array(let values):
      text += "["
      for (position, value) in values.enumerated() {
        if position > 0 { text += "," }
        value.write(to: &text)
      }
      text += "]"
    case .object(let object):
      text += "{"
      for (position, member) in object.members.enumerated() {
        if position > 0 { text += "," }
        Self.write(member.key, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
