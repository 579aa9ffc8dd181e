import FastKMeansCore
import FastKMeansText

/// How a stream learns and how it is kept.
public struct StreamOptions: Sendable {
  /// The model file; it is made if it is not there. State and log lie beside it, in a folder of the same name with
  /// `.state` at its end.
  public var modelPath: String
  /// Of a model that is new; one that is there goes on with its own.
  public var training = TrainingOptions()
  /// How the text of a new model becomes features; `nil` for rows that are vectors.
  public var text: TextOptions?
  /// The number of features of a new model of vectors; `nil`: that of its first batch.
  public var featureCount: Int?
  /// When a batch is complete.
  public var limits = BatchLimits(maxRows: 10_240, maxBytes: 64 << 20, maxDelay: 1)
  /// A checkpoint comes after so many batches, if not `nil`.
  public var checkpointBatches: Int?
  /// A checkpoint comes after so many seconds, if not `nil`.
  public var checkpointSeconds: Double? = 30
  /// Where rows go that cannot be read; `nil`: nowhere.
  public var rejectsPath: String?
  /// A new vocabulary is learned from so many documents; `nil`: from as many as a batch may have.
  public var vocabularyDocuments: Int?
  /// Document frequencies are kept up to date.
  public var updatesFrequencies = false
  /// The bound on the rate of false alarms of the drift detector; `nil`: no detector.
  public var driftDelta: Double? = 0.002
  /// After an alarm, half of what was learned is forgotten after so many documents, for twice as many; `nil`: an alarm
  /// is only reported.
  public var driftHalfLife: Double?
  /// The input is read from its beginning, even if it was read before.
  public var readsFromStart = false

  public init(modelPath: String) { self.modelPath = modelPath }

  var statePath: String { modelPath + ".state" }
}
