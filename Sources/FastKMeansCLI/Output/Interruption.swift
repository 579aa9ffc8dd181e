import Dispatch
import FastKMeansFormats
import Foundation
import Synchronization

/// Handles SIGINT and SIGTERM: ends the process at once, whatever the work waits for, and leaves every output as it
/// was.
///
/// Outputs are written into temporary files that get their names at the end. So an interrupt only has to remove the
/// temporary files of this process beside the outputs.
enum Interruption {
  private static let outputs = Mutex<[String]>([])

  /// They exist as long as the process. Nothing changes them after they were made.
  nonisolated(unsafe) private static let sources = [SIGINT, SIGTERM].map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
    source.setEventHandler { end(after: number) }
    source.resume()
    return source
  }

  private static let gracefulEnd = Mutex<(@Sendable () -> Void)?>(nil)

  /// When the work was asked to end.
  private static let asked = Mutex<ContinuousClock.Instant?>(nil)
  /// One shutdown may send SIGTERM to the process and to its group.
  private static let oneShutdown = Duration.seconds(1)

  /// Makes the first interrupt ask the work to end by itself. A later one ends the process; a second SIGTERM within a second is
  /// the first.
  static func endGracefully(_ ask: @escaping @Sendable () -> Void) { gracefulEnd.withLock { $0 = ask } }

  /// Takes over the signals.
  static func install() { _ = sources }

  /// Runs work that writes a file; an interrupt removes its temporary file.
  static func tidily<Result>(writing path: String, _ work: () throws -> Result) rethrows -> Result {
    outputs.withLock { $0.append(path) }
    defer { outputs.withLock { _ = $0.popLast() } }
    return try work()
  }

  /// Writes a file whole or not at all, or to standard output for `-`; an interrupt removes its temporary file.
  ///
  /// - Throws: `FileError`, and what `body` throws.
  static func tidily(write path: String, _ body: (FileSink) throws -> Void) throws {
    try tidily(writing: path) { try OutputFile.write(to: path, body) }
  }

  private static func end(after signal: Int32) {
    let ask = gracefulEnd.withLock { ask in
      defer { ask = nil }
      return ask
    }
    if let ask {
      asked.withLock { $0 = .now }
      return ask()
    }
    if signal == SIGTERM, let asked = asked.withLock({ $0 }), asked.duration(to: .now) < oneShutdown {
      return
    }
    for path in outputs.withLock({ $0 }) where path != "-" { removeTemporaryFiles(beside: path) }
    StandardError.write("\nfastkmeans: error: interrupted; outputs are as they were\n")
    _exit(128 + signal)
  }

  private static func removeTemporaryFiles(beside path: String) {
    let folder = OutputFile.folder(of: path)
    let mark = ".\(ProcessInfo.processInfo.processIdentifier)."
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.contains(mark) && name.hasSuffix(".tmp") {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}
