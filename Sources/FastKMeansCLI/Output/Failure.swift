import ArgumentParser
import FastKMeansCore
import Foundation

/// Turns an error into one line and an exit code.
struct Failure {
  enum Code: Int32 {
    case success = 0
    case failedRun = 1
    case wrongCall = 2
  }

  let code: Code
  /// What to print: an error on standard error, or help on standard output.
  let text: String

  init(_ error: any Error) {
    switch error {
    case let error as OptionsError:
      self.init(.wrongCall, "\(Self.option(error.parameter)) is \(error.value); allowed: \(error.allowed)")
    case let error as CallError:
      self.init(.wrongCall, error.description)
    default:
      self = Self.parsing(error) ?? Self(.failedRun, String(describing: error))
    }
  }

  private init(_ code: Code, _ text: String) {
    self.code = code
    self.text = text
  }

  /// Prints and ends the process.
  func exit() -> Never {
    if code == .success {
      print(text)
    } else {
      StandardError.write("fastkmeans: error: \(Self.oneLine(text))\n")
    }
    Foundation.exit(code.rawValue)
  }

  /// Handles errors of the argument parser, which also carry requests for help; `nil` for other errors.
  private static func parsing(_ error: any Error) -> Failure? {
    let code = FastKMeansCommand.exitCode(for: error)
    if code == .success { return Failure(.success, FastKMeansCommand.fullMessage(for: error)) }
    guard code == .validationFailure else { return nil }
    let message = FastKMeansCommand.message(for: error)
    return Failure(.wrongCall, "\(message.drop(suffix: ".")); see '\(helpCall)'")
  }

  /// The call that prints the help of the command in this call.
  private static var helpCall: String {
    let names = FastKMeansCommand.configuration.subcommands.map { $0._commandName }
    guard let named = CommandLine.arguments.dropFirst().first, names.contains(named) else {
      return "fastkmeans --help"
    }
    return "fastkmeans \(named) --help"
  }

  /// The option of a library parameter: the same name with dashes.
  private static func option(_ parameter: String) -> String {
    "--" + parameter.replacingOccurrences(of: "_", with: "-")
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }.joined(separator: " ")
  }
}

extension String {
  fileprivate func drop(suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}

/// A wrong call: options that do not go together, or a value that an option cannot have.
struct CallError: Error, Equatable, CustomStringConvertible {
  /// What is wrong and how to fix it.
  let description: String

  init(_ description: String) { self.description = description }
}

/// Readable input that cannot serve the purpose of the call.
struct DataError: Error, Equatable, CustomStringConvertible {
  /// What is wrong and how to fix it.
  let description: String

  init(_ description: String) { self.description = description }
}
