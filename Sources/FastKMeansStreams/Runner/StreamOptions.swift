import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Where a stream keeps its model, how a new model learns, and how often it is saved.
///
/// Options of learning and of text apply to a new model only. A model that exists goes on with its own.
public struct StreamOptions: Sendable {
  /// The path of the model file, which is created if it does not exist. The log and the checkpoints lie in a folder
  /// beside it, whose name ends in `.state`.
  public var modelPath: String
  /// The options of a new model.
  public var training = TrainingOptions()
  /// How a new model turns text into features; `nil` if the rows are vectors.
  public var text: TextOptions?
  /// The number of features of a new model of vectors; `nil`: the number that its first batch has.
  public var featureCount: Int?
  /// The largest batch, and how long a batch may wait for more rows.
  public var limits = BatchLimits(maxRows: 10_240, maxBytes: 64 << 20, maxDelay: 1)
  /// The number of batches between two checkpoints; `nil`: batches are not counted.
  public var checkpointBatches: Int?
  /// The seconds between two checkpoints; `nil`: time does not matter.
  public var checkpointSeconds: Double? = 30
  /// The path of a file that receives the rows that cannot be read; `nil`: they are dropped.
  public var rejectsPath: String?
  /// The number of documents from which a new model learns its vocabulary; `nil`: ``BatchLimits/maxRows``.
  public var vocabularyDocuments: Int?
  /// Whether later batches change the document frequencies, and so the weights of terms.
  public var updatesFrequencies = false
  /// The bound on the rate of false alarms of the drift detector; `nil` switches the detector off.
  public var driftDelta: Double? = 0.002
  /// How fast the model forgets after an alarm over all classes: half of what it learned is gone after this number of
  /// documents. It forgets for twice as many. `nil`: an alarm is reported, and nothing is forgotten.
  public var driftHalfLife: Double?
  /// Texts about classes, with their labels: those of classes that the model does not know when a run begins are learned first, as
  /// one document each.
  package var descriptions: LabelledData?
  /// Whether the input is read from its beginning, even if it was read before.
  public var readsFromStart = false

  /// Creates options with the defaults.
  public init(modelPath: String) { self.modelPath = modelPath }

  var statePath: String { modelPath + ".state" }
}
