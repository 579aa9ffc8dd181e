import FastKMeansCore
import Foundation
import Testing

/// The built program, run as its users run it.
enum Tool {
  /// What a run left behind.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    /// Standard output as a JSON object.
    var json: [String: Any] {
      get throws { try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]) }
    }

    var lines: [Substring] { output.split(separator: "\n") }
  }

  /// Beside the resources of the tests, where the build puts all products.
  static var url: URL {
    get throws {
      var folder = Bundle.module.bundleURL.deletingLastPathComponent()
      for _ in 0..<4 {
        let candidate = folder.appendingPathComponent("fastkmeans")
        if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        folder.deleteLastPathComponent()
      }
      Issue.record("no program 'fastkmeans' near \(Bundle.module.bundleURL.path)")
      return folder
    }
  }

  /// One run at a time: the tests of a suite run side by side, and the machine is small.
  private static let turn = NSLock()

  /// Runs the program to its end, from the folder.
  static func run(_ arguments: String..., in folder: Workspace, input: String? = nil) throws -> Outcome {
    try run(arguments, in: folder, input: input)
  }

  /// - Parameter output: a file to print to, in place of one that is read back.
  static func run(
    _ arguments: [String], in folder: Workspace, input: String? = nil, output: String? = nil
  ) throws -> Outcome {
    try turn.withLock {
      let streams = try Workspace()
      try streams.write(input ?? "", to: "in")
      let running = try start(
        arguments, in: folder, reading: FileHandle(forReadingFrom: streams.url.appendingPathComponent("in")),
        output: output)
      running.process.waitUntilExit()
      return try running.outcome()
    }
  }

  /// A run that has begun.
  struct Running {
    let process: Process
    /// Holds what the run prints, for as long as this lives.
    fileprivate let streams: Workspace
    fileprivate let outputURL: URL
    fileprivate let errorURL: URL

    /// To be asked for when the process has ended.
    func outcome() throws -> Outcome {
      try outcome(
        status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
    }

    /// What has been printed so far.
    func outcome(status: Int32) throws -> Outcome {
      Outcome(
        status: status,
        output: String(decoding: try Data(contentsOf: outputURL), as: UTF8.self),
        errors: String(decoding: try Data(contentsOf: errorURL), as: UTF8.self))
    }
  }

  /// Starts the program.
  static func start(
    _ arguments: [String], in folder: Workspace, reading input: FileHandle, output: String? = nil
  ) throws -> Running {
    let streams = try Workspace()
    let (outputURL, errorURL) = (
      streams.url.appendingPathComponent("out"), streams.url.appendingPathComponent("err")
    )
    for url in [outputURL, errorURL] { try Data().write(to: url) }
    let process = Process()
    process.executableURL = try url
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    process.standardInput = input
    process.standardOutput = try FileHandle(
      forWritingTo: output.map { URL(fileURLWithPath: $0) } ?? outputURL)
    process.standardError = try FileHandle(forWritingTo: errorURL)
    try process.run()
    return Running(process: process, streams: streams, outputURL: outputURL, errorURL: errorURL)
  }
}
