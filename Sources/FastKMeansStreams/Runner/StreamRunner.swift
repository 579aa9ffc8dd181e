import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Learns from a source without end, and keeps what it has learned through any crash.
///
/// A batch counts as learned when the log has it on the disk; only then its summary is reported. Whoever starts again
/// with the same source goes on behind the last such batch, and ends with the same model, to the byte, as if nothing
/// had happened.
public final class StreamRunner {
  let options: StreamOptions
  let source: any RowSource
  let folder: StateFolder
  let model: any ModelOutput
  let clock: StreamClock
  let note: (String) -> Void
  public let metrics: StreamMetrics
  /// Where answers go that are given before a batch is learned.
  let answers: (any AnswerSink)?

  var state: StreamState
  var stream: [UInt8]
  var positions: PositionTable
  var log: BatchLog
  var rejects: RejectsFile?
  /// The last log record that a finished checkpoint holds, and that the model file holds.
  var savedSequence: UInt64
  var modelSequence: UInt64?
  var job: CheckpointJob?
  var batchesSinceCheckpoint = 0
  var lastCheckpointTime: Double

  /// Opens the state, or makes it, and brings back what the log holds.
  ///
  /// - Parameters:
  ///   - options: checked.
  ///   - source: not read from yet.
  ///   - answers: where answers go that are given before a batch is learned.
  ///   - note: is told what is worth knowing and no error: what was recovered, what was dropped.
  /// - Throws: ``StreamError``; `FileError`; what the source and the learner say about rows that are read again.
  public convenience init(
    _ options: StreamOptions, source: any RowSource, answers: (any AnswerSink)? = nil,
    note: @escaping (String) -> Void
  ) throws {
    try self.init(
      options, source: source, answers: answers, files: SystemFiles(), clock: StreamClock(), note: note)
  }

  package convenience init(
    _ options: StreamOptions, source: any RowSource, answers: (any AnswerSink)? = nil, files: any FileLayer,
    clock: StreamClock, note: @escaping (String) -> Void
  ) throws {
    let model = ModelFileOutput(path: options.modelPath, folder: options.statePath, files: files)
    try self.init(
      options, source: source, answers: answers, files: files, model: model, clock: clock, note: note)
  }

  init(
    _ options: StreamOptions, source: any RowSource, answers: (any AnswerSink)? = nil, files: any FileLayer,
    model: any ModelOutput, clock: StreamClock, note: @escaping (String) -> Void
  ) throws {
    self.options = options
    self.source = source
    self.answers = answers
    self.clock = clock
    self.note = note
    self.model = model
    folder = try StateFolder(path: options.statePath, files: files, process: "\(ProcessNumber.current)")
    let opened = try Recovery(
      options: options, source: source, folder: folder, model: model, answers: answers, note: note
    ).run()
    state = opened.checkpoint.state
    stream = opened.checkpoint.stream
    positions = opened.checkpoint.positions
    savedSequence = opened.savedSequence
    log = opened.log
    rejects = opened.rejects
    metrics = StreamMetrics(clock: clock)
    lastCheckpointTime = clock.now
    metrics.begin(with: state)
  }

  /// What the model learns with; for one that was there before, its own options.
  public var training: TrainingOptions { state.classifier.options }

  /// How text becomes features; `nil` for vectors.
  public var text: TextOptions? { state.textOptions }

  /// The number of batches learned, over all runs.
  public var batchCount: UInt64 { state.counts.batches }
}
