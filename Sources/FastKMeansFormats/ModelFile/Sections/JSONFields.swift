import FastKMeansCore

/// Reads the members of a JSON object that stands as a text in the header, each with its check.
///
/// Members that are not asked for are ignored: a newer minor version may have them.
package struct JSONFields {
  private let key: String
  private let object: JSON

  package init?(_ file: TensorFile, key: String) throws {
    guard let text = file.metadata[key] else { return nil }
    do {
      object = try JSON.parse(Array(text.utf8))
      guard case .object = object else {
        throw ModelFileError.Problem.badMetadata(
          key: key, expected: "a JSON object", found: "'\(text.prefix(40))'")
      }
      self.key = key
    } catch let error as JSONError {
      throw ModelFileError.Problem.badMetadata(
        key: key, expected: "JSON", found: "at byte \(error.byte): \(error.reason)")
    }
  }

  package func problem(_ name: String, expected: String, found: JSON) -> ModelFileError.Problem {
    .badMetadata(key: "\(key).\(name)", expected: expected, found: found.summary)
  }

  func has(_ name: String) -> Bool { object[name] != nil }

  package func value(_ name: String) throws -> JSON {
    guard let value = object[name] else {
      throw ModelFileError.Problem.missingMetadata(key: "\(key).\(name)")
    }
    return value
  }

  /// `nil` for a JSON null.
  private func optional<Value>(
    _ name: String, _ expected: String, _ read: (JSON) -> Value?
  ) throws -> Value? {
    let found = try value(name)
    if found == .null { return nil }
    guard let result = read(found) else { throw problem(name, expected: expected + " or null", found: found) }
    return result
  }

  private func required<Value>(
    _ name: String, _ expected: String, _ read: (JSON) -> Value?
  ) throws -> Value {
    let found = try value(name)
    guard let result = read(found) else { throw problem(name, expected: expected, found: found) }
    return result
  }

  /// `nil` for a JSON null.
  package func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    try optional(name, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
      $0.integer(Int.self).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  package func double(_ name: String) throws -> Double { try required(name, "a number") { $0.double } }

  /// `nil` for a member that the writer left out.
  func doubleIfPresent(_ name: String) throws -> Double? {
    object[name] == nil ? nil : try double(name)
  }

  package func optionalDouble(_ name: String) throws -> Double? {
    try optional(name, "a number") { $0.double }
  }

  package func bool(_ name: String) throws -> Bool {
    try required(name, "true or false") { if case .bool(let value) = $0 { value } else { nil } }
  }

  /// A whole number from 0 to ``StoredCount/limit``.
  package func count<Value: FixedWidthInteger>(_ name: String) throws -> Value {
    try required(name, "a whole number from 0 to \(StoredCount.limit)") {
      $0.integer(Value.self).flatMap { (0...Value(clamping: StoredCount.limit)).contains($0) ? $0 : nil }
    }
  }

  /// `nil` for a JSON null.
  package func optionalBool(_ name: String) throws -> Bool? {
    try optional(name, "true or false") { if case .bool(let value) = $0 { value } else { nil } }
  }

  /// `nil` for a JSON null.
  package func optionalText(_ name: String) throws -> String? {
    try optional(name, "a text") { if case .string(let value) = $0 { value } else { nil } }
  }

  /// One of the names of an enumeration.
  func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Value {
    try required(name, "one of " + Value.allCases.map(\.rawValue).joined(separator: ", ")) {
      if case .string(let text) = $0 { Value(rawValue: text) } else { nil }
    }
  }
}
