import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Learns from a source of rows until the source ends or a stop is asked for, and survives crashes.
///
/// The runner keeps a folder beside the model file: a log of batches, and checkpoints of what was learned. It reports a
/// batch only when the log has it on the disk. A program that starts again with the same options and the same source
/// goes on behind the last such batch, and ends with the same model, to the byte, as if nothing had happened.
///
///     let stop = StopSignal()                        // a signal handler calls stop.request()
///     let source = try FileRowSource(path: "tickets.tsv", format: .tsv, options: ReaderOptions())
///     var options = StreamOptions(modelPath: "tickets.safetensors")
///     options.text = TextOptions()
///     let runner = try StreamRunner(options, source: source) { print($0) }
///     try runner.run(stop: stop) { print($0.totalDocuments, $0.errorBeforeUpdate ?? 0) }
///
/// Not `Sendable`: create it and run it on one thread. ``metrics`` may be read from any thread.
public final class StreamRunner {
  let options: StreamOptions
  let source: any RowSource
  let folder: StateFolder
  let model: any ModelOutput
  let clock: StreamClock
  let note: (String) -> Void
  /// Counts and times of the stream, for a monitoring system.
  public let metrics: StreamMetrics
  /// Where answers go that are given before a batch is learned.
  let answers: (any AnswerSink)?

  /// What this run has brought so far.
  package private(set) var outcome = StreamOutcome()

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

  /// Opens the folder beside the model, or makes it, and learns again what the log holds beyond the last checkpoint.
  ///
  /// - Parameters:
  ///   - options: where the model is, how a new one learns, how often it is saved.
  ///   - source: the rows; nothing has been read from it yet.
  ///   - answers: receives the model's answer to each row before the model learns from it; `nil`: none are computed.
  ///   - note: receives one line about each event that is worth knowing and no error, such as batches that were
  ///     recovered.
  /// - Throws: ``StreamError``; `FileError`; what the source and the learner say about rows that are read again.
  public convenience init(
    _ options: StreamOptions, source: any RowSource, answers: (any AnswerSink)? = nil,
    note: @escaping (String) -> Void
  ) throws {
    try self.init(options, source: source, answers: answers, files: SystemFiles(), note: note)
  }

  /// - Parameters:
  ///   - files: tests bring their own.
  ///   - model: `nil` for the file that the options name.
  init(
    _ options: StreamOptions, source: any RowSource, answers: (any AnswerSink)? = nil, files: any FileLayer,
    model: (any ModelOutput)? = nil, clock: StreamClock = StreamClock(), note: @escaping (String) -> Void
  ) throws {
    let model = model ?? ModelFileOutput(path: options.modelPath, folder: options.statePath, files: files)
    self.options = options
    self.source = source
    self.answers = answers
    self.clock = clock
    self.note = note
    self.model = model
    folder = try StateFolder(path: options.statePath, files: files, process: "\(System.processIdentifier)")
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

  func count(_ batch: RowBatch) {
    outcome.accepted += batch.data.rowCount
    outcome.rejected += batch.rejected.count
    outcome.firstRejection = outcome.firstRejection ?? batch.rejected.first?.reason
  }

  /// Whether the model's labels are integers or texts; `nil` while it has no class.
  package var labelKind: Label.Kind? { state.classifier.classes.first?.kind }

  /// The options that the model learns with. A model that was there before keeps its own.
  public var training: TrainingOptions { state.classifier.options }

  /// How the model turns text into features; `nil` if it learns from vectors.
  public var text: TextOptions? { state.textOptions }

  /// The number of batches that the model has learned, over all runs.
  public var batchCount: UInt64 { state.counts.batches }
}

/// What one run of a stream has brought.
package struct StreamOutcome: Sendable {
  /// Rows that were learned, or wait for a vocabulary.
  package var accepted = 0
  package var rejected = 0
  package var firstRejection: FormatError?
}
