import Synchronization

/// What a model consists of, without its label type; shared by all its copies, immutable but for the scoring index,
/// which is built when it is first needed.
package final class ModelStorage: Sendable {
  package let options: ValidatedOptions
  package let classes: ClassDictionary
  /// Exact prototypes; truncation and low precision apply to the scoring index only.
  package let prototypes: PrototypeSet
  /// Class `c` has prototypes `classStarts[c] ..< classStarts[c + 1]`.
  package let classStarts: [Int]
  /// Batches learned so far; a learner that goes on draws its random numbers from there.
  package let batchCount: UInt64
  private let cachedIndex = Mutex<ScoringIndex?>(nil)

  package init(
    options: ValidatedOptions, classes: ClassDictionary, prototypes: PrototypeSet, batchCount: UInt64
  ) {
    self.options = options
    self.classes = classes
    self.prototypes = prototypes
    self.batchCount = batchCount
    classStarts = prototypes.classStarts(classCount: classes.count)
  }

  package var settings: TrainingOptions { options.options }

  /// The index that answers for this model.
  package func index() throws -> ScoringIndex {
    try cachedIndex.withLock { cached in
      if let cached { return cached }
      let built = try ScoringIndex(
        prototypes: prototypes, biases: biases(), classCount: classes.count, truncation: truncation(),
        workers: Parallel.workerCount(settings.threadCount))
      cached = built
      return built
    }
  }

  /// Euclidean: ranking by x.c - |c|^2 / 2 is ranking by distance.
  private func biases() -> [Float]? {
    guard settings.distance == .euclidean else { return nil }
    return (0..<prototypes.count).map { Float(-prototypes.vector($0).squaredNorm / 2) }
  }

  /// The magnitude below which coordinates are left out of scoring.
  ///
  /// The reference mode has truncated its prototypes already.
  private func truncation() -> Float {
    guard settings.mode == .default, settings.truncationThreshold > 0 else { return 0 }
    guard let share = settings.percentileThreshold else { return Float(settings.truncationThreshold) }
    let values = prototypes.values
    let magnitudes = (0..<values.count).lazy.map { abs(values[$0]) }.filter { $0 > 1e-6 }
    guard !magnitudes.isEmpty else { return 0 }
    return Float(min(settings.truncationThreshold, Quantile.linear(Array(magnitudes), share)))
  }
}
