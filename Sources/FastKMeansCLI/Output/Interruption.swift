import FastKMeansCore
import FastKMeansFormats
import Foundation
import Synchronization

/// Handles SIGINT and SIGTERM, and memory that runs out: ends the process at once, whatever the work waits for, and leaves
/// every output as it was.
///
/// Outputs are written into temporary files that get their names at the end. So an interrupt only has to remove the
/// temporary files of this process beside the outputs.
enum Interruption {
  private static let outputs = Mutex<[String]>([])

  private static let gracefulEnd = Mutex<(@Sendable () -> Void)?>(nil)

  /// When the work was asked to end.
  private static let asked = Mutex<ContinuousClock.Instant?>(nil)
  /// One shutdown may send SIGTERM to the process and to its group.
  private static let oneShutdown = Duration.seconds(1)

  /// Makes the first interrupt ask the work to end by itself. A later one ends the process; a second SIGTERM within a second is
  /// the first.
  static func endGracefully(_ ask: @escaping @Sendable () -> Void) { gracefulEnd.withLock { $0 = ask } }

  /// Takes over the signals, for all threads that are started later. Where no thread can be started to wait for them, they
  /// end the process as the system does.
  static func install() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      // One that the parent ignores would not be waited for.
      signal(number, SIG_DFL)
      sigaddset(&signals, number)
    }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let isWatched = SystemThread.start { [signals] in
      var (signals, number) = (signals, Int32(0))
      while sigwait(&signals, &number) == 0 { end(after: number) }
    }
    if !isWatched { pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
    // Swift writes a line about the memory that it did not get, and aborts. If there is no memory for that line either, it
    // reads an address that does not exist, and the system sends SIGSEGV.
    for number in [SIGABRT, SIGSEGV] {
      signal(number) { number in
        guard errno == ENOMEM else {
          signal(number, SIG_DFL)
          raise(number)
          return
        }
        let message: StaticString =
          "fastkmeans: error: there is not enough memory; pass fewer rows at a time, or raise the limit\n"
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
        _exit(1)
      }
    }
  }

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
