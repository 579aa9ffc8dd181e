import Dispatch
import Foundation
import Synchronization

/// What an interrupt (SIGINT, SIGTERM) does.
///
/// While no file is being written the process just ends, with code 130: there is nothing to clean up. While one
/// is, the flag is raised and the work stops at its next checkpoint, so that the temporary file is removed; a second
/// interrupt does not wait.
enum Interruption {
  private struct State {
    var writers = 0
    var isRequested = false
  }

  private static let state = Mutex(State())
  /// Live as long as the process; nobody touches them after they were made.
  nonisolated(unsafe) private static let sources = [SIGINT, SIGTERM].map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
    source.setEventHandler { request() }
    source.resume()
    return source
  }

  /// Takes over the signals.
  static func install() { _ = sources }

  /// Stops here if an interrupt came.
  ///
  /// - Throws: `CancellationError`.
  static func check() throws {
    if state.withLock({ $0.isRequested }) { throw CancellationError() }
  }

  /// Runs work that must be able to tidy up, such as writing a file.
  static func tidily<Result>(_ work: () throws -> Result) throws -> Result {
    state.withLock { $0.writers += 1 }
    defer { state.withLock { $0.writers -= 1 } }
    let result = try work()
    try check()
    return result
  }

  private static func request() {
    let mayEndNow = state.withLock { state in
      defer { state.isRequested = true }
      return state.writers == 0 || state.isRequested
    }
    guard mayEndNow else { return }
    StandardError.write("\nfastkmeans: error: interrupted; nothing was written\n")
    _exit(Failure.Code.interrupted.rawValue)
  }
}
