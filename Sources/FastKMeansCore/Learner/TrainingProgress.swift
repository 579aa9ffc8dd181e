/// Where long work stands; handed to the caller's progress handler.
public struct TrainingProgress: Sendable, Equatable {
  /// What is being done.
  public enum Phase: String, Sendable {
    case seeding
    case training
    case merging
    case refining
    case scoring
  }

  /// What is being done now.
  public let phase: Phase
  /// Units done: documents, classes or epochs, whatever the phase counts.
  public let completed: Int
  /// Units to do in all.
  public let total: Int
  /// The epoch, from 1, where the phase has epochs.
  package let epoch: Int?

  package init(phase: Phase, completed: Int, total: Int, epoch: Int? = nil) {
    self.phase = phase
    self.completed = completed
    self.total = total
    self.epoch = epoch
  }
}

/// Called now and then, on the thread that made the call. An error thrown from it (`CancellationError`, say)
/// stops the work, leaves the classifier as it was, and reaches the caller.
public typealias ProgressHandler = (TrainingProgress) throws -> Void
