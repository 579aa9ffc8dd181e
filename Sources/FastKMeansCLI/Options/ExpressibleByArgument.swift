import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansReference

// Option values that the library has as enumerations; the parser names the allowed ones by itself.
extension RowFormat: ExpressibleByArgument {}
extension ReaderOptions.ZeroBased: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

// An option with a text or a number: what it does, and what stands for its value in the help. A number may begin with a
// minus sign.
extension Option {
  init(_ help: String, _ unit: String) where Value == String {
    self.init(help: ArgumentHelp(help, valueName: unit))
  }

  init(wrappedValue: String, _ help: String, _ unit: String) where Value == String {
    self.init(wrappedValue: wrappedValue, help: ArgumentHelp(help, valueName: unit))
  }

  init(_ help: String, _ unit: String) where Value == String? {
    self.init(help: ArgumentHelp(help, valueName: unit))
  }

  init(wrappedValue: Int, _ help: String, _ unit: String) where Value == Int {
    self.init(
      wrappedValue: wrappedValue, parsing: .unconditional, help: ArgumentHelp(help, valueName: unit),
      transform: OptionValue.whole)
  }

  init(_ help: String, _ unit: String) where Value == Int? {
    self.init(
      parsing: .unconditional, help: ArgumentHelp(help, valueName: unit), transform: OptionValue.whole)
  }

  init(wrappedValue: Double, _ help: String, _ unit: String) where Value == Double {
    self.init(
      wrappedValue: wrappedValue, parsing: .unconditional, help: ArgumentHelp(help, valueName: unit),
      transform: OptionValue.number)
  }

  init(_ help: String, _ unit: String) where Value == Double? {
    self.init(
      parsing: .unconditional, help: ArgumentHelp(help, valueName: unit), transform: OptionValue.number)
  }
}

/// What `--label-type` says.
enum LabelType: String, CaseIterable, ExpressibleByArgument {
  case auto, text, integer

  var kind: Label.Kind? { Label.Kind(rawValue: rawValue) }
}

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

/// Reads and checks option values; errors say what is allowed.
enum OptionValue {
  /// - Throws: `ValidationError` for a number out of its range.
  static func check(_ name: String, _ value: Int?, from least: Int, to most: Int = .max) throws {
    guard let value, value < least || value > most else { return }
    let end = most == .max ? "" : " to \(most)"
    throw ValidationError("\(name) is \(value); allowed: a whole number from \(least)\(end)")
  }

  static func whole(_ text: String) throws -> Int {
    guard let value = Int(text) else { throw ValidationError("allowed: a whole number") }
    return value
  }

  static func number(_ text: String) throws -> Double {
    guard let value = Double(text), value.isFinite else { throw ValidationError("allowed: a number") }
    return value
  }

  static func delimiter(_ text: String) throws -> UInt8 {
    let bytes = Array((text == "tab" || text == "\\t" ? "\t" : text).utf8)
    guard bytes.count == 1, ![0x22, 0x0A, 0x0D].contains(bytes[0]), bytes[0] < 0x80 else {
      throw ValidationError("allowed: one ASCII letter such as ';', or tab")
    }
    return bytes[0]
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
