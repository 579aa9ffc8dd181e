/// A JSON value. Objects keep the order of their fields, so that the same value gives the same text.
///
/// Own code rather than Foundation's, because a header that is not trusted asks for what that hides: a key that
/// occurs twice, nesting without end, 64-bit integers kept exact, the byte where the text goes wrong.
package enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number as it is written, for no one type holds them all.
  case numeral(String)
  case string(String)
  case array([JSON])
  /// No name occurs twice.
  case object([Field])

  package struct Field: Sendable, Equatable {
    package let name: String
    package let value: JSON

    package init(name: String, value: JSON) {
      self.name = name
      self.value = value
    }
  }
}

extension JSON {
  package static func integer(_ value: some BinaryInteger) -> JSON { .numeral(value.description) }

  /// In the fewest digits that read back to the same bits; null for NaN and infinity, which JSON does not have.
  package static func number(_ value: Double) -> JSON { value.isFinite ? .numeral(value.description) : .null }

  /// The same with the digits that a single-precision number needs.
  package static func single(_ value: Float) -> JSON { value.isFinite ? .numeral(value.description) : .null }

  /// A label: integers become numbers, texts become strings.
  package static func label(_ label: Label) -> JSON {
    switch label {
    case .integer(let value): .integer(value)
    case .text(let value): .string(value)
    }
  }

  /// An object with these fields, in this order.
  package static func fields(_ fields: KeyValuePairs<String, JSON>) -> JSON {
    .object(fields.map { Field(name: $0.key, value: $0.value) })
  }

  /// An object with these fields, in the order of their names.
  package static func sorted(_ fields: [String: JSON]) -> JSON {
    .object(fields.sorted { $0.key < $1.key }.map { Field(name: $0.key, value: $0.value) })
  }

  /// A field of an object; `nil` if there is none, or this is no object.
  package subscript(name: String) -> JSON? {
    guard case .object(let fields) = self else { return nil }
    return fields.first { $0.name == name }?.value
  }

  /// The number if it is a whole one that the type holds, written without fraction and exponent.
  package func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
    guard case .numeral(let text) = self else { return nil }
    return Value(text)
  }

  /// The number in double precision; `nil` if there is none, or it is too large.
  package var double: Double? {
    guard case .numeral(let text) = self, let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// What an error message says was found.
  package var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .numeral(let text): text.count <= 40 ? text : "a number of \(text.count) digits"
    case .string(let text): text.count <= 40 ? "'\(text)'" : "a text of \(text.count) characters"
    case .array(let values): "a list of \(values.count)"
    case .object: "an object"
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral values: JSON...) { self = .array(values) }
}

extension JSON {
  /// The value on one line, with a blank after each comma and colon.
  package var text: String { String(decoding: written(isCompact: false), as: UTF8.self) }

  /// The value without blanks, as files hold it.
  package var compactText: String { String(decoding: compactBytes, as: UTF8.self) }

  /// The same as UTF-8.
  package var compactBytes: [UInt8] { written(isCompact: true) }

  private func written(isCompact: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, isCompact)
    return bytes
  }

  private func write(to bytes: inout [UInt8], _ isCompact: Bool) {
    func add(_ letter: Unicode.Scalar) {
      bytes.append(UInt8(ascii: letter))
      if !isCompact, letter == "," || letter == ":" { bytes.append(UInt8(ascii: " ")) }
    }
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .numeral(let digits): bytes.append(contentsOf: digits.utf8)
    case .string(let value): Self.write(value, to: &bytes, isCompact)
    case .array(let values):
      add("[")
      for (position, value) in values.enumerated() {
        if position > 0 { add(",") }
        value.write(to: &bytes, isCompact)
      }
      add("]")
    case .object(let fields):
      add("{")
      for (position, field) in fields.enumerated() {
        if position > 0 { add(",") }
        Self.write(field.name, to: &bytes, isCompact)
        add(":")
        field.value.write(to: &bytes, isCompact)
      }
      add("}")
    }
  }

  /// The compact form has no short escapes for control characters: model files never had them.
  private static func write(_ value: String, to bytes: inout [UInt8], _ isCompact: Bool) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case UInt8(ascii: "\n") where !isCompact: bytes.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\r") where !isCompact: bytes.append(contentsOf: "\\r".utf8)
      case UInt8(ascii: "\t") where !isCompact: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: "\\u00\(byte < 0x10 ? "0" : "")\(digits)".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
