import Dispatch
import FastKMeansCore
import FastKMeansFormats
import Synchronization

/// Writes a checkpoint and the model file from a copy of the state, in an order that allows a crash between any two steps.
/// A separate thread does it; where none can be started, the stream waits for it.
final class CheckpointJob: Sendable {
  /// What became of it. The times are in seconds; `nil` for what was not written.
  struct Outcome: Sendable {
    var checkpointSeconds: Double?
    var modelFileSeconds: Double?
    var error: (any Error)?
  }

  let checkpoint: Checkpoint
  /// Of the source, after the last batch of the checkpoint.
  let position: SourcePosition
  private let needsCheckpoint: Bool
  private let needsModel: Bool
  private let folder: StateFolder
  private let model: any ModelOutput
  private let rejects: RejectsFile.Handle?
  private let outcome = Mutex<Outcome?>(nil)
  private let done = DispatchSemaphore(value: 0)

  init(
    _ checkpoint: Checkpoint, needsCheckpoint: Bool, needsModel: Bool, position: SourcePosition,
    folder: StateFolder, model: any ModelOutput, rejects: RejectsFile.Handle?, clock: StreamClock
  ) {
    self.checkpoint = checkpoint
    self.needsCheckpoint = needsCheckpoint
    self.needsModel = needsModel
    self.position = position
    self.folder = folder
    self.model = model
    self.rejects = rejects
    if !SystemThread.start({ [self] in run(clock) }) { run(clock) }
  }

  /// What became of it; `nil` while it runs.
  var result: Outcome? { outcome.withLock { $0 } }

  /// Waits for it.
  func wait() -> Outcome {
    done.wait()
    done.signal()
    return result ?? Outcome()
  }

  private func run(_ clock: StreamClock) {
    var outcome = Outcome()
    do { try write(clock, &outcome) } catch { outcome.error = error }
    self.outcome.withLock { [outcome] in $0 = outcome }
    done.signal()
  }

  /// - Parameter outcome: gets the times, also of what was written before an error.
  private func write(_ clock: StreamClock, _ outcome: inout Outcome) throws {
    var start = clock.now
    if needsCheckpoint {
      // The checkpoint says how long this file is.
      try rejects?.sync()
      try checkpoint.write(in: folder.path, folder.files)
      try folder.prune()
      outcome.checkpointSeconds = clock.now - start
    }
    guard needsModel, !checkpoint.state.classifier.classes.isEmpty else { return }
    start = clock.now
    let contents = try ModelContents(
      model: checkpoint.state.classifier.model, vectorizer: checkpoint.state.vectorizer,
      isZeroBased: checkpoint.state.counts.zeroBased ?? false)
    try model.write(contents) { digest in
      try folder.setModelDigests([try digestBefore(), digest])
    }
    outcome.modelFileSeconds = clock.now - start
  }

  /// The digest of the model that is there: not that of the last one that was announced, which a crash may have kept
  /// from being written.
  private func digestBefore() throws -> String {
    let known = try folder.modelDigests()
    let present = try model.digest() ?? StateFolder.noModel
    // What somebody else has put there meanwhile is not ours.
    return known.contains(present) ? present : known.last ?? StateFolder.noModel
  }
}
