import ArgumentParser
import FastKMeans

/// The value of `--refine`, and the one place where it reaches the training options.
enum RefineArgument: Equatable, CustomStringConvertible {
  case auto
  case epochs(Int)

  init(parsing argument: String) throws {
    if argument == "auto" {
      self = .auto
    } else if let epochs = Int(argument) {
      self = .epochs(epochs)
    } else {
      throw ValidationError("allowed: 0, a number of epochs, or auto")
    }
  }

  var description: String {
    switch self {
    case .auto: "auto"
    case .epochs(let count): String(count)
    }
  }

  /// Puts the choice into the options.
  ///
  /// - Throws: ``CallError`` for a number of epochs, as the library does not refine yet; `OptionsError` for a
  ///   negative one.
  func apply(to options: inout TrainingOptions) throws {
    guard case .epochs(let count) = self, count != 0 else { return }
    guard count > 0 else {
      throw OptionsError(parameter: "refine", value: "\(count)", allowed: "0, a number of epochs, or auto")
    }
    throw CallError("--refine is \(count), but refinement is not in this version; allowed: 0, auto")
  }
}
