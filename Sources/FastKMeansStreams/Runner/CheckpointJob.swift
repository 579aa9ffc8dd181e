import Dispatch
import FastKMeansCore
import FastKMeansFormats
import Synchronization

/// Writes a checkpoint, and the model, on a thread of its own, from a copy of the state.
final class CheckpointJob: Sendable {
  struct Outcome: Sendable {
    var times: Saving.Times
    var error: (any Error)?
  }

  let sequence: UInt64
  let position: SourcePosition
  private let outcome = Mutex<Outcome?>(nil)
  private let done = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - sequence: the last batch that is in it.
  ///   - position: of the source, after that batch.
  ///   - saving: writes everything.
  init(sequence: UInt64, position: SourcePosition, clock: StreamClock, _ saving: Saving) {
    self.sequence = sequence
    self.position = position
    DispatchQueue.global(qos: .utility).async { [self] in
      var outcome = Outcome(times: Saving.Times())
      do { try saving.run(clock, &outcome.times) } catch { outcome.error = error }
      self.outcome.withLock { [outcome] in $0 = outcome }
      done.signal()
    }
  }

  /// What became of it; `nil` while it runs.
  var result: Outcome? { outcome.withLock { $0 } }

  /// Waits for it.
  func wait() -> Outcome {
    done.wait()
    done.signal()
    return result ?? Outcome(times: Saving.Times())
  }
}
