import ArgumentParser
import FastKMeansCore
import FastKMeansStreams

/// How a stream is read and kept.
struct StreamArguments: ParsableArguments {
  private static let defaults = StreamOptions(modelPath: "")

  @Flag(help: "Wait for more at the end of a file that grows.")
  var follow = false

  @Flag(help: "Read the input from its beginning, even if it was read before.")
  var fromStart = false

  @Option(
    help: ArgumentHelp(
      "Save after this many batches, or seconds with an s behind the number. (default: 30s)",
      valueName: "batches|seconds"),
    transform: CheckpointInterval.init(parsing:))
  var checkpointEvery = CheckpointInterval.seconds(30)

  @Option("Where rows go that cannot be read, with reason and line.", "file")
  var rejects: String?

  @Option(
    "Texts about classes: a class, a tab and a text a line. Those of classes that the model does not know are learned first.",
    "file")
  var descriptions: String?

  @Option(
    "Seconds in which a batch is learned even if it is not full. (default: \(defaults.limits.maxDelay))",
    "seconds")
  var maxDelay = defaults.limits.maxDelay

  @Option(
    "A batch ends with the row that reaches this many bytes. (default: \(defaults.limits.maxBytes))", "bytes")
  var maxBatchBytes = defaults.limits.maxBytes

  @Option("Documents to learn a new vocabulary from. (default: a full batch)", "count")
  var vocabularyDocuments: Int?

  @Flag(help: "Keep the document frequencies up to date.")
  var updateIdf = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The rate of false alarms that the drift detector may have. (default: 0.002)", valueName: "0...1|none"),
    transform: OptionValue.optionalNumber)
  var driftDelta = Optionally<Double>.some(0.002)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "After an alarm, forget half of what was learned after this many documents, and again after as many. (default: none)",
      valueName: "documents|none"),
    transform: OptionValue.optionalNumber)
  var driftForget = Optionally<Double>.none

  @Option("Features of a new model of svmlight rows. (default: those of the first batch)", "count")
  var features: Int?

  @Option("Answer GET /metrics (Prometheus) and /healthz at this port; 0: any.", "port")
  var metricsPort: Int?

  @Option("The address to answer at.", "address")
  var metricsHost = "127.0.0.1"

  /// - Throws: `ValidationError`.
  func check() throws {
    try OptionValue.check("--max-batch-bytes", maxBatchBytes, from: 1)
    try OptionValue.check("--vocabulary-documents", vocabularyDocuments, from: 1)
    try OptionValue.check("--features", features, from: 1, to: Int(UInt32.max))
    try OptionValue.check("--metrics-port", metricsPort, from: 0, to: 65_535)
    guard maxDelay >= 0, maxDelay <= 1e9 else {
      throw ValidationError("--max-delay is \(maxDelay); allowed: seconds from 0")
    }
    guard driftDelta.value.map({ $0 > 0 && $0 < 1 }) ?? true else {
      throw ValidationError("--drift-delta is \(driftDelta); allowed: above 0, below 1, or none")
    }
    guard driftForget.value.map({ $0 > 0 }) ?? true else {
      throw ValidationError(
        "--drift-forget is \(driftForget); allowed: a number of documents above 0, or none")
    }
    guard rejects != "-" else {
      throw ValidationError("--rejects needs the name of a file, for standard output has the batches")
    }
  }

  func options(modelPath: String, training: TrainingOptions) -> StreamOptions {
    var options = StreamOptions(modelPath: modelPath)
    options.training = training
    options.limits = BatchLimits(maxRows: training.batchSize, maxBytes: maxBatchBytes, maxDelay: maxDelay)
    options.checkpointBatches = nil
    options.checkpointSeconds = nil
    switch checkpointEvery {
    case .batches(let count): options.checkpointBatches = count
    case .seconds(let seconds): options.checkpointSeconds = seconds
    }
    options.rejectsPath = rejects
    options.vocabularyDocuments = vocabularyDocuments
    options.updatesFrequencies = updateIdf
    options.featureCount = features
    options.readsFromStart = fromStart
    options.driftDelta = driftDelta.value
    options.driftHalfLife = driftForget.value
    return options
  }
}

/// When a stream is saved.
enum CheckpointInterval: Equatable {
  case batches(Int)
  case seconds(Double)

  init(parsing text: String) throws {
    if text.hasSuffix("s"), let seconds = Double(text.dropLast()), seconds > 0, seconds.isFinite {
      self = .seconds(seconds)
    } else if let count = Int(text), count > 0 {
      self = .batches(count)
    } else {
      throw ValidationError("allowed: a number of batches from 1, or of seconds such as 30s")
    }
  }
}

extension CheckpointInterval: CustomStringConvertible {
  var description: String {
    switch self {
    case .batches(let count): "\(count)"
    case .seconds(let seconds): "\(seconds)s"
    }
  }
}
