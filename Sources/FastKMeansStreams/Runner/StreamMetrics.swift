import Synchronization

/// Counts and times of a running stream; may be read from any thread.
public final class StreamMetrics: Sendable {
  struct Values: Sendable {
    var documents: UInt64 = 0
    var batches: UInt64 = 0
    var rejects: UInt64 = 0
    var waiting = 0
    var classes = 0
    var prototypes = 0
    var checkpoints: UInt64 = 0
    var checkpointSeconds = 0.0
    var modelFileSeconds = 0.0
    var checkpointPause = 0.0
    var largestPause = 0.0
    /// On the stream's clock.
    var lastCheckpoint: Double?
    var error: Double?
    var driftAlarms: UInt64 = 0
  }

  private let clock: StreamClock
  private let values = Mutex(Values())

  init(clock: StreamClock) { self.clock = clock }

  /// The longest time for which a checkpoint has held up learning, in seconds.
  package var largestPause: Double { values.withLock { $0.largestPause } }

  /// How long the last checkpoint took, in seconds. The model file, which is written after it, is not counted.
  package var checkpointSeconds: Double { values.withLock { $0.checkpointSeconds } }

  /// How long it took to write the last model file, in seconds.
  package var modelFileSeconds: Double { values.withLock { $0.modelFileSeconds } }

  func begin(with state: StreamState) { values.withLock { $0.take(state) } }

  func add(_ step: StreamState.Step, rejected: Int, _ state: StreamState) {
    values.withLock { values in
      values.take(state)
      guard let last = step.batches.last else { return }
      values.prototypes = last.report.prototypeCount
      values.error = last.errorBeforeUpdate
    }
  }

  func checkpointBegan(pause: Double) {
    values.withLock {
      $0.checkpointPause = pause
      $0.largestPause = max($0.largestPause, pause)
    }
  }

  func checkpointEnded(_ outcome: CheckpointJob.Outcome) {
    let now = clock.now
    values.withLock {
      if let seconds = outcome.checkpointSeconds { $0.checkpointSeconds = seconds }
      if let seconds = outcome.modelFileSeconds { $0.modelFileSeconds = seconds }
      guard outcome.error == nil else { return }
      $0.checkpoints += 1
      $0.lastCheckpoint = now
    }
  }

  /// All values in the text format of Prometheus (0.0.4), to be served under `/metrics`.
  public var text: String {
    let now = clock.now
    return values.withLock { $0.text(now: now) }
  }
}

extension StreamMetrics.Values {
  fileprivate mutating func take(_ state: StreamState) {
    documents = state.counts.documents
    batches = state.counts.batches
    rejects = state.counts.rejected
    driftAlarms = state.counts.alarms
    waiting = state.waitingCount
    classes = state.classifier.classes.count
  }

  fileprivate func text(now: Double) -> String {
    var text = ""
    func add(_ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible) {
      text +=
        "# HELP fastkmeans_\(name) \(help)\n# TYPE fastkmeans_\(name) \(type)\nfastkmeans_\(name) \(value)\n"
    }
    add("documents_total", "counter", "Documents learned, over all runs.", documents)
    add("batches_total", "counter", "Batches learned, over all runs.", batches)
    add("rejects_total", "counter", "Rows that could not be read, over all runs.", rejects)
    add("waiting_documents", "gauge", "Documents that wait for a vocabulary.", waiting)
    add("classes", "gauge", "Classes of the model.", classes)
    add("prototypes", "gauge", "Prototypes of the model.", prototypes)
    if let error {
      add(
        "error_before_update", "gauge",
        "Share of the last batch that was classified wrongly before it was learned.", error)
    }
    add("drift_alarms_total", "counter", "Alarms of the drift detector, over all runs.", driftAlarms)
    add("checkpoints_total", "counter", "Checkpoints written in this run.", checkpoints)
    add("checkpoint_seconds", "gauge", "Seconds that the last checkpoint took.", checkpointSeconds)
    add("model_file_seconds", "gauge", "Seconds that the last model file took after it.", modelFileSeconds)
    add(
      "checkpoint_pause_seconds", "gauge", "Seconds for which it kept learning from going on.",
      checkpointPause)
    if let lastCheckpoint {
      add("last_checkpoint_age_seconds", "gauge", "Seconds since the last checkpoint.", now - lastCheckpoint)
    }
    return text
  }
}
