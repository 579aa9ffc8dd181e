/// Everything that a learner keeps between two calls, as plain columns of numbers: what a checkpoint stores.
///
/// A classifier made from a state goes on to the bit as the one that the state was taken from would have, for any
/// number of threads. That is more than a model file holds, which has one rounded prototype where a state has the
/// sums that it came from.
///
/// To store a state, write its ``version``, ``options``, ``labels`` and, one after the other and without knowing
/// what they mean, its ``columns``; all of these, and nothing else, are needed to read it again. What the columns mean
/// is written down at ``Column/Name``. `FastKMeansClassifier.init(resuming:)` trusts nothing: it checks every
/// value before it takes the state.
///
/// Taking a state copies no numbers that the learner holds in the same form; a classifier is a value, so a copy of it
/// can be turned into a state on another thread while the original learns on.
package struct LearningState: Sendable, Equatable {
  /// The version that this library writes; it reads this one and all before it.
  package static let currentVersion = 1

  /// What the columns mean.
  package var version: Int
  /// The learner's options; those of an `init_method` that gives prototypes need not be stored with their rows.
  package var options: TrainingOptions
  /// The label of each class, in the order of class indices.
  package var labels: [Label]
  /// In a fixed order; each name occurs once.
  package var columns: [Column]

  package init(version: Int = currentVersion, options: TrainingOptions, labels: [Label], columns: [Column]) {
    self.version = version
    self.options = options
    self.labels = labels
    self.columns = columns
  }
}

extension LearningState {
  /// Numbers of one type under a name.
  package struct Column: Sendable, Equatable {
    package var name: String
    package var values: Values

    package init(_ name: String, _ values: Values) {
      self.name = name
      self.values = values
    }
  }

  /// The four types of number that occur; to be stored as their bits, so that no value changes.
  package enum Values: Sendable, Equatable {
    case integers([Int64])
    case indices([UInt32])
    case singles([Float])
    case doubles([Double])

    package var count: Int {
      switch self {
      case .integers(let values): values.count
      case .indices(let values): values.count
      case .singles(let values): values.count
      case .doubles(let values): values.count
      }
    }

    /// What the values take, in bytes.
    package var byteCount: Int {
      switch self {
      case .integers(let values): 8 * values.count
      case .indices(let values): 4 * values.count
      case .singles(let values): 4 * values.count
      case .doubles(let values): 8 * values.count
      }
    }
  }
}

/// What is wrong with a learning state that came from outside.
package struct LearningStateError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The column at fault, or the part: `version`, `options`, `labels`.
  package let part: String
  /// What is wrong with it.
  package let reason: String

  package init(_ part: String, _ reason: String) {
    self.part = part
    self.reason = reason
  }

  package var description: String {
    "learning state, '\(part)': \(reason); it is damaged or from another program, so go back to an older one"
  }
}
