import FastKMeansCore
import FastKMeansFormats

extension StreamRunner {
  var isCheckpointDue: Bool {
    guard job == nil, log.next - 1 > savedSequence else { return false }
    if let batches = options.checkpointBatches, batchesSinceCheckpoint >= batches { return true }
    guard let seconds = options.checkpointSeconds else { return false }
    return clock.now - lastCheckpointTime >= seconds
  }

  /// Begins a checkpoint of the state as it is now; learning goes on meanwhile with a log of its own.
  func beginCheckpoint() throws {
    let start = clock.now
    try answers?.flush()
    let sequence = log.next - 1
    let checkpoint = Checkpoint(
      stream: stream, sequence: sequence, state: state, positions: positions,
      rejectsPath: options.rejectsPath, rejectsByteCount: rejects?.byteCount ?? 0)
    if sequence > savedSequence {
      log = try BatchLog(files: folder.files, folder: folder.path, stream: stream, first: log.next)
    }
    batchesSinceCheckpoint = 0
    lastCheckpointTime = clock.now
    let saving = Saving(
      checkpoint: checkpoint, needsCheckpoint: sequence > savedSequence,
      needsModel: modelSequence != sequence, folder: folder, model: model, rejects: rejects?.handle)
    job = CheckpointJob(sequence: sequence, position: source.position, clock: clock, saving)
    metrics.checkpointBegan(pause: clock.now - start)
  }

  /// Takes note of a checkpoint that has been finished meanwhile.
  func collect() throws {
    guard let job, let result = job.result else { return }
    try take(job, result)
  }

  /// Saves all that was learned, checkpoint and model, and waits for it.
  func saveNow() throws {
    if let job { try take(job, job.wait()) }
    let sequence = log.next - 1
    if sequence > savedSequence || modelSequence != sequence {
      try beginCheckpoint()
      if let job { try take(job, job.wait()) }
    }
    try source.didSave(upTo: source.position)
  }

  private func take(_ job: CheckpointJob, _ result: CheckpointJob.Outcome) throws {
    self.job = nil
    metrics.checkpointEnded(result.times, failed: result.error != nil)
    if let error = result.error { throw error }
    savedSequence = job.sequence
    modelSequence = job.sequence
    try source.didSave(upTo: job.position)
  }
}

/// All that is written when a state is saved, in the order that a crash between any two steps allows.
struct Saving: Sendable {
  let checkpoint: Checkpoint
  let needsCheckpoint: Bool
  let needsModel: Bool
  let folder: StateFolder
  let model: any ModelOutput
  let rejects: RejectsFile.Handle?

  /// In seconds; nil for what was not written.
  struct Times: Sendable {
    var checkpoint: Double?
    var modelFile: Double?
  }

  /// - Parameters:
  ///   - clock: the stream's.
  ///   - times: how long each took; also of what was written before an error.
  func run(_ clock: StreamClock, _ times: inout Times) throws {
    var start = clock.now
    if needsCheckpoint {
      try writeCheckpoint()
      times.checkpoint = clock.now - start
    }
    guard needsModel, !checkpoint.state.classifier.classes.isEmpty else { return }
    start = clock.now
    try writeModel()
    times.modelFile = clock.now - start
  }

  private func writeCheckpoint() throws {
    // The checkpoint says how long this file is.
    try rejects?.sync()
    try checkpoint.write(in: folder.path, folder.files)
    try folder.prune()
  }

  private func writeModel() throws {
    let contents = try ModelContents(
      model: checkpoint.state.classifier.model, vectorizer: checkpoint.state.vectorizer)
    try model.write(contents) { digest in
      try folder.setModelDigests([try digestBefore(), digest])
    }
  }

  /// The digest of the model that is there: not that of the last one that was announced, which a crash may have kept from
  /// being written.
  private func digestBefore() throws -> String {
    let known = try folder.modelDigests()
    let present = try model.digest() ?? StateFolder.noModel
    // What somebody else has put there meanwhile is not ours.
    return known.contains(present) ? present : known.last ?? StateFolder.noModel
  }
}
