import ArgumentParser

/// The value of `--k-init`.
enum PrototypeCountArgument: Equatable, CustomStringConvertible {
  case auto
  case count(Int)

  init(parsing argument: String) throws {
    if argument == "auto" {
      self = .auto
    } else if let count = Int(argument) {
      self = .count(count)
    } else {
      throw ValidationError("allowed: auto, or a whole number from 1")
    }
  }

  var description: String {
    switch self {
    case .auto: "auto"
    case .count(let count): String(count)
    }
  }
}
