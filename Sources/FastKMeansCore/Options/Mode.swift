/// Which rules training and answers follow: the value of the option `mode`.
///
/// The core has ``default`` only. The module FastKMeansReference, which FastKMeans brings along, adds
/// `Mode.reference`.
public struct Mode: Sendable, Equatable {
  /// The name that Python, the command line and files use.
  package let rawValue: String
  /// Trains in place of the core's own trainers; nil: these train.
  package let trainer: (any ModeTrainer.Type)?
  /// The mass of a prototype that the caller gives to start from.
  package let givenMass: Double
  /// Whether training drops small coordinates itself. If not, they are left out of scoring.
  package let isTruncatedInTraining: Bool
  /// Whether the probability of a class is the sum of its prototypes' shares. If not, it comes from the class's best
  /// prototype.
  package let sumsShares: Bool

  package init(
    _ rawValue: String, trainer: (any ModeTrainer.Type)?, givenMass: Double, isTruncatedInTraining: Bool,
    sumsShares: Bool
  ) {
    self.rawValue = rawValue
    self.trainer = trainer
    self.givenMass = givenMass
    self.isTruncatedInTraining = isTruncatedInTraining
    self.sumsShares = sumsShares
  }

  /// The rules of this library: exact epochs, a document moves the prototypes of its own class only, and dead prototypes
  /// are placed anew.
  public static let `default` = Mode(
    "default", trainer: nil, givenMass: 0, isTruncatedInTraining: false, sumsShares: false)

  /// Whether classes keep the sums of their documents, which forgetting, freezing and training in parts need.
  package var keepsSums: Bool { trainer == nil }

  /// Two modes are the same if they have the same name.
  public static func == (left: Mode, right: Mode) -> Bool { left.rawValue == right.rawValue }
}

/// The training of a mode that does not train as the core does. It moves prototypes; the learner does all else.
package protocol ModeTrainer: Sendable {
  init(options: TrainingOptions, progress: ProgressReporter)

  /// Lets prototypes learn from documents.
  ///
  /// - Parameters:
  ///   - prototypes: of each class, at least one; changed only if nothing is thrown.
  ///   - isOneBatch: whether they are one batch of a stream. If not, they are all that there is to learn.
  func train(
    _ prototypes: inout [[Prototype]], on documents: TrainingSet, isOneBatch: Bool
  ) throws -> TrainingReport
}
