import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansReference

// Option values that the library has as enumerations; the parser names the allowed ones by itself.
extension RowFormat: ExpressibleByArgument {}
extension ReaderOptions.ZeroBased: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// A value or `none`.
enum Optionally<Value: Sendable & Equatable>: Sendable, Equatable {
  case none
  case some(Value)

  var value: Value? {
    if case .some(let value) = self { value } else { nil }
  }
}

extension Optionally: CustomStringConvertible {
  var description: String {
    switch self {
    case .none: "none"
    case .some(let value): "\(value)"
    }
  }
}

/// Reads option values; errors say what is allowed.
enum Value {
  static func whole(_ text: String) throws -> Int {
    guard let value = Int(text) else { throw ValidationError("allowed: a whole number") }
    return value
  }

  static func number(_ text: String) throws -> Double {
    guard let value = Double(text), value.isFinite else { throw ValidationError("allowed: a number") }
    return value
  }

  static func optionalNumber(_ text: String) throws -> Optionally<Double> {
    if text == "none" { return .none }
    guard let value = Double(text), value.isFinite else {
      throw ValidationError("allowed: a number, or none")
    }
    return .some(value)
  }

  static func device(_ text: String) throws -> Device {
    do {
      return try Device(name: text)
    } catch {
      throw ValidationError("allowed: \(error.allowed)")
    }
  }
}
