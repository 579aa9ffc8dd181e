import FastKMeansTestSupport
import Foundation
import Testing

/// Runs Python with the public `safetensors` library.
enum PythonRunner {
  /// The interpreter that `FASTKMEANS_PYTHON` names, else the one on the path.
  private static let interpreter = ProcessInfo.processInfo.environment["FASTKMEANS_PYTHON"] ?? "python3"

  /// Whether to run tests that need it: where an interpreter is named they must pass, whatever it lacks.
  static let isAvailable: Bool = {
    if ProcessInfo.processInfo.environment["FASTKMEANS_PYTHON"] != nil { return true }
    return (try? run("import numpy, safetensors.numpy", arguments: [])) != nil
  }()

  static let skipReason: Comment =
    "FASTKMEANS_PYTHON is not set, and python3 has no safetensors: the model file is not opened by that library"

  struct Failure: Error, CustomStringConvertible { var description: String }

  /// What a script prints.
  static func run(_ script: String, arguments: [String]) throws -> Data {
    let folder = try ScratchFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [interpreter, try folder.file("script.py", script)] + arguments
    let (output, errors) = (Pipe(), try folder.file("errors", ""))
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: String(decoding: try ScratchFolder.bytes(errors), as: UTF8.self))
    }
    return text
  }
}
