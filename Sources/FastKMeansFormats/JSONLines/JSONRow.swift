import FastKMeansCore

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
  init(_ line: UnsafeRawBufferPointer, textField: String, labelField: String) throws {
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
      throw FormatError.Problem.badField(
        name: textField, expected: "a string",
        found: "only the fields " + Set(object.members.map(\.key)).sorted().joined(separator: ", "))
    }
    guard case .string(let text) = text else {
      throw FormatError.Problem.badField(name: textField, expected: "a string", found: "another type")
    }
    self.text = text
    label = try Self.label(object.last(labelField), labelField)
  }

  private static func label(_ value: JSONValue?, _ name: String) throws -> (String, Bool)? {
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
    throw FormatError.Problem.badField(name: name, expected: "a string or an integer", found: "another type")
  }
}

extension JSONObject {
  /// The value of a name; of several the last one counts.
  fileprivate func last(_ key: String) -> JSONValue? {
    members.last { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }
}
