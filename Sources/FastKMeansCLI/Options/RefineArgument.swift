import ArgumentParser
import FastKMeansCore

/// The value of `--refine`.
enum RefineArgument: Equatable, CustomStringConvertible {
  case auto
  case epochs(Int)

  init(parsing argument: String) throws {
    if argument == "auto" {
      self = .auto
    } else if let epochs = Int(argument) {
      self = .epochs(epochs)
    } else {
      throw ValidationError("allowed: auto, or a whole number from 0")
    }
  }

  var description: String {
    switch self {
    case .auto: "auto"
    case .epochs(let count): String(count)
    }
  }

  /// What the library is told.
  var epochs: RefinementEpochs {
    switch self {
    case .auto: .automatic
    case .epochs(let count): .count(count)
    }
  }
}
