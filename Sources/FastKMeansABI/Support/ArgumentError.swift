/// An argument of a call that makes no sense: NULL, an unknown constant, a size that cannot be.
struct ArgumentError: Error {
  /// The argument, or the field of a structure, by its name in the header.
  let parameter: String
  /// One of `null`, `constant`, `size`, `alignment`, `text`, `handle`, `busy`.
  let kind: String
  /// What is wrong and how to mend it.
  let problem: String

  var message: String { "\(parameter): \(problem)" }

  static func null(_ parameter: String) -> ArgumentError {
    ArgumentError(parameter: parameter, kind: "null", problem: "is NULL; a pointer is needed")
  }

  static func constant(_ parameter: String, _ value: Int32, allowed: String) -> ArgumentError {
    ArgumentError(parameter: parameter, kind: "constant", problem: "is \(value); allowed: \(allowed)")
  }

  static func size(_ parameter: String, _ value: some BinaryInteger, allowed: String) -> ArgumentError {
    ArgumentError(parameter: parameter, kind: "size", problem: "is \(value); allowed: \(allowed)")
  }
}

/// Thrown by the caller's progress function through us.
struct CancelledByCaller: Error {}
