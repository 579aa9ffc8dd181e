import Dispatch
import FastKMeans
import FastKMeansFormats
import Synchronization

/// Writes a checkpoint, and the model, on a thread of its own, from a copy of the state.
final class CheckpointJob: Sendable {
  struct Outcome: Sendable {
    var seconds: Double
    var error: (any Error)?
  }

  let sequence: UInt64
  let position: SourcePosition
  private let outcome = Mutex<Outcome?>(nil)
  private let done = DispatchSemaphore(value: 0)

  /// - Parameter work: writes everything.
  init(
    sequence: UInt64, position: SourcePosition, clock: StreamClock,
    _ work: @escaping @Sendable () throws -> Void
  ) {
    self.sequence = sequence
    self.position = position
    DispatchQueue.global(qos: .utility).async { [self] in
      let start = clock.now
      var failure: (any Error)?
      do { try work() } catch { failure = error }
      let outcome = Outcome(seconds: clock.now - start, error: failure)
      self.outcome.withLock { $0 = outcome }
      done.signal()
    }
  }

  /// What became of it; `nil` while it runs.
  var result: Outcome? { outcome.withLock { $0 } }

  /// Waits for it.
  func wait() -> Outcome {
    done.wait()
    done.signal()
    return result ?? Outcome(seconds: 0, error: nil)
  }
}
