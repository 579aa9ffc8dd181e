import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Learns from a file or a pipe until it ends or a stop is asked for, and survives crashes.
///
/// The runner keeps a folder beside the model file: a log of batches, and checkpoints of what was learned. It reports a
/// batch only when the log has it on the disk. A program that starts again with the same options and the same input
/// goes on behind the last such batch, and ends with the same model, to the byte, as if nothing had happened.
///
///     let stop = StopSignal()                        // a signal handler calls stop.request()
///     var options = StreamOptions(modelPath: "tickets.safetensors")
///     options.text = TextOptions()
///     let runner = try StreamRunner(options, input: "tickets.tsv") { print($0) }
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
  ///   - path: a file or a pipe of rows; `-` is the standard input.
  ///   - follows: whether the stream waits for more at the end of the file, and for the file that takes its place.
  ///   - reader: how to understand the rows; without a format the file's ending tells it.
  ///   - note: receives one line about each event that is worth knowing and no error, such as batches that were
  ///     recovered.
  /// - Throws: ``StreamError``; `FileError`; `FormatError`; what the learner says about rows that are read again.
  public convenience init(
    _ options: StreamOptions, input path: String, follows: Bool = false,
    reader: ReaderOptions = ReaderOptions(), note: @escaping (String) -> Void
  ) throws {
    let source = try openRowSource(
      path, format: reader.format(of: path), options: reader, follows: follows, note: note)
    try self.init(options, source: source, note: note)
  }

  /// The same for any source, from which nothing has been read yet.
  ///
  /// - Parameter answers: receives the model's answer to each row before the model learns from it; `nil`: none are
  ///   computed.
  package convenience init(
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
  package var training: TrainingOptions { state.classifier.options }

  /// How the model turns text into features; `nil` if it learns from vectors.
  package var text: TextOptions? { state.textOptions }

  /// The number of batches that the model has learned, over all runs.
  package var batchCount: UInt64 { state.counts.batches }
}

/// What one run of a stream has brought.
package struct StreamOutcome: Sendable {
  /// Rows that were learned, or wait for a vocabulary.
  package var accepted = 0
  package var rejected = 0
  package var firstRejection: FormatError?
}
