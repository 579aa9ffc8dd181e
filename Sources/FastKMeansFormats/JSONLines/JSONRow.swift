#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One row of a JSON lines file, read with the full parser.
struct JSONRow: Decodable {
  var text: String
  /// `nil` if the row has none; with it whether it was a string.
  var label: (value: String, isString: Bool)?

  /// The names of the two fields, which only the caller knows.
  private static let textField = CodingUserInfoKey(rawValue: "text field")
  private static let labelField = CodingUserInfoKey(rawValue: "label field")

  private struct Field: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    let text = Field(stringValue: Self.name(Self.textField, decoder))
    let label = Field(stringValue: Self.name(Self.labelField, decoder))
    guard fields.contains(text) else {
      throw FormatError.Problem.badField(
        name: text.stringValue, expected: "a string",
        found: "only the fields " + fields.allKeys.map(\.stringValue).sorted().joined(separator: ", "))
    }
    guard let value = try? fields.decode(String.self, forKey: text) else {
      throw FormatError.Problem.badField(
        name: text.stringValue, expected: "a string", found: "another type")
    }
    self.text = value
    self.label = try Self.label(fields, label)
  }

  private static func label(_ fields: KeyedDecodingContainer<Field>, _ key: Field) throws -> (String, Bool)? {
    guard fields.contains(key), try !fields.decodeNil(forKey: key) else { return nil }
    if let value = try? fields.decode(String.self, forKey: key) { return (value, true) }
    if (try? fields.decode(Bool.self, forKey: key)) == nil {
      if let value = try? fields.decode(Int64.self, forKey: key) { return (String(value), false) }
      if let value = try? fields.decode(Double.self, forKey: key) { return (String(value), false) }
    }
    throw FormatError.Problem.badField(
      name: key.stringValue, expected: "a string or an integer", found: "another type")
  }

  private static func name(_ key: CodingUserInfoKey?, _ decoder: any Decoder) -> String {
    key.flatMap { decoder.userInfo[$0] as? String } ?? ""
  }

  /// A decoder that knows the fields' names.
  static func decoder(textField: String, labelField: String) -> JSONDecoder {
    let decoder = JSONDecoder()
    if let key = Self.textField { decoder.userInfo[key] = textField }
    if let key = Self.labelField { decoder.userInfo[key] = labelField }
    return decoder
  }

  /// Bytes that are not UTF-8 are replaced, as everywhere in texts; JSON itself has no place for them.
  static func decode(_ line: UnsafeRawBufferPointer, with decoder: JSONDecoder) throws -> JSONRow {
    do {
      return try decoder.decode(JSONRow.self, from: Data(String(decoding: line, as: UTF8.self).utf8))
    } catch let DecodingError.dataCorrupted(context) {
      let reason = context.underlyingError.map { "\($0)" } ?? context.debugDescription
      throw FormatError.Problem.badJSON(excerpt(Array(reason.utf8.prefix(160))))
    } catch let DecodingError.typeMismatch(_, context) {
      throw FormatError.Problem.badJSON(context.debugDescription)
    }
  }
}
