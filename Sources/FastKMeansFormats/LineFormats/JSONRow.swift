/// One row of a JSON lines file, read with the full parser.
struct JSONRow {
  var text: String
  /// `nil` if the row has none; with it whether it was a string.
  var label: (value: String, isString: Bool)?

  /// Deeper rows are refused; every level takes stack.
  private static let depthLimit = 512

  /// Bytes that are not UTF-8 are replaced, as everywhere in texts; JSON itself has no place for them.
  ///
  /// - Throws: ``FormatError/Problem``.
  init(_ line: UnsafeRawBufferPointer, textField: [UInt8], labelField: [UInt8]) throws {
    let value: JSONValue
    do {
      value = try JSONParser.parse(
        Array(String(decoding: line, as: UTF8.self).utf8), depthLimit: Self.depthLimit, canRepeatKeys: true)
    } catch {
      throw FormatError.Problem.badJSON("\(error.reason), at byte \(error.byte)")
    }
    guard case .object(let object) = value else {
      throw FormatError.Problem.badJSON("an object in braces is expected, found \(value.summary)")
    }
    guard let text = object.last(textField) else {
      let names = Set(object.members.map(\.key)).sorted().joined(separator: ", ")
      throw Self.badField(textField, expected: "a string", found: "only the fields " + names)
    }
    guard case .string(let text) = text else {
      throw Self.badField(textField, expected: "a string", found: "another type")
    }
    self.text = text
    label = try Self.label(object.last(labelField), labelField)
  }

  private static func label(_ value: JSONValue?, _ name: [UInt8]) throws -> (String, Bool)? {
    switch value {
    case nil, .null: return nil
    case .string(let text): return (text, true)
    case .number(let digits):
      if let whole = Int64(digits) { return (String(whole), false) }
      if let number = Double(digits), number.isFinite {
        return (Int64(exactly: number).map { String($0) } ?? String(number), false)
      }
    default: break
    }
    throw badField(name, expected: "a string or an integer", found: "another type")
  }

  private static func badField(_ name: [UInt8], expected: String, found: String) -> FormatError.Problem {
    .badField(name: String(decoding: name, as: UTF8.self), expected: expected, found: found)
  }
}

extension JSONObject {
  /// The value of a name; of several the last one counts.
  fileprivate func last(_ key: [UInt8]) -> JSONValue? {
    members.last { $0.key.utf8.elementsEqual(key) }?.value
  }
}
