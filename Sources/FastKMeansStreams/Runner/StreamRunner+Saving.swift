import FastKMeansCore
import FastKMeansFormats

extension StreamRunner {
  var isCheckpointDue: Bool {
    guard job == nil, log.next - 1 > savedSequence else { return false }
    if let batches = options.checkpointBatches, batchesSinceCheckpoint >= batches { return true }
    guard let seconds = options.checkpointSeconds else { return false }
    return clock.now - lastCheckpointTime >= seconds
  }

  /// Begins a checkpoint of the state as it is now; learning goes on meanwhile with its own log.
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
    job = CheckpointJob(
      checkpoint, needsCheckpoint: sequence > savedSequence, needsModel: modelSequence != sequence,
      position: source.position, folder: folder, model: model, rejects: rejects?.handle, clock: clock)
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
    metrics.checkpointEnded(result)
    if let error = result.error { throw error }
    savedSequence = job.checkpoint.sequence
    modelSequence = job.checkpoint.sequence
    try source.didSave(upTo: job.position)
  }
}
