/// A JSON value whose objects keep the order of their fields, so that output is stable and readable.
enum JSON: Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  /// With the digits that a single-precision number needs.
  case single(Float)
  case string(String)
  case array([JSON])
  case object([Field])

  struct Field: Equatable {
    let name: String
    let value: JSON
  }

  /// An object with these fields, in this order.
  static func fields(_ fields: KeyValuePairs<String, JSON>) -> JSON {
    .object(fields.map { Field(name: $0.key, value: $0.value) })
  }

  /// The value on one line.
  var text: String {
    var text = ""
    append(to: &text)
    return text
  }

  private func append(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    // JSON has neither NaN nor infinity.
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .single(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): Self.append(value, to: &text)
    case .array(let values):
      Self.append(values, between: ("[", "]"), to: &text) { value, text in value.append(to: &text) }
    case .object(let fields):
      Self.append(fields, between: ("{", "}"), to: &text) { field, text in
        append(field.name, to: &text)
        text += ": "
        field.value.append(to: &text)
      }
    }
  }

  private static func append<Element>(
    _ elements: [Element], between brackets: (String, String), to text: inout String,
    _ appendOne: (Element, inout String) -> Void
  ) {
    text += brackets.0
    for (position, element) in elements.enumerated() {
      if position > 0 { text += ", " }
      appendOne(element, &text)
    }
    text += brackets.1
  }

  private func append(_ value: String, to text: inout String) { Self.append(value, to: &text) }

  private static func append(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
}
