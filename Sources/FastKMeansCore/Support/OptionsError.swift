/// A parameter with a value that is not allowed.
public struct OptionsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The parameter by its name in SPEC terms (`k_init`, `temperature`, ...), the same in every language.
  package let parameter: String
  /// The value as it was given.
  package let value: String
  /// What would be allowed.
  package let allowed: String

  package init(parameter: String, value: String, allowed: String) {
    self.parameter = parameter
    self.value = value
    self.allowed = allowed
  }

  /// One line: the option, its value, and what is allowed.
  public var description: String {
    "\(parameter) is \(value); allowed: \(allowed)"
  }
}
