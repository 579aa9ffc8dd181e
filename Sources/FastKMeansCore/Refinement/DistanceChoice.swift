/// Chooses how rows are compared where the options leave it open: by the accuracy on held-out rows of a sample.
///
/// The cosine suits text and embeddings, whose lengths say nothing. In a table lengths say much, and a column in grams
/// outweighs one in kilograms unless both are standardized.
struct DistanceChoice {
  private let documents: TrainingSet
  private let options: TrainingOptions
  private let workers: Int

  /// A distance, and the documents as it takes them.
  struct Candidate {
    let distance: Distance
    let documents: TrainingSet
  }

  /// Rows that are tried at most.
  private static let sampleCount = 2_000.0

  /// - Parameter documents: as they come, for the cosine.
  init(_ documents: TrainingSet, options: TrainingOptions) {
    self.documents = documents
    self.options = options
    workers = Parallel.workerCount(options.threadCount)
  }

  /// The candidate that is right most often on rows that it has not seen; the first of equals.
  ///
  /// - Parameters:
  ///   - wanted: the most prototypes that each class may get.
  ///   - isFixed: classes that get as many.
  /// - Complexity: O(values), and some fits of 2,000 rows.
  func best(wanted: [Int], isFixed: [Bool]) throws -> Candidate {
    let count = Double(max(1, documents.partition.order.count))
    let share = max(0, 1 - Self.sampleCount / count)
    let sample = HeldOutSplit(documents, share: share, seed: options.seed, step: 0xD157).training
    var best: (candidate: Candidate, accuracy: Double)?
    for candidate in try candidates() {
      var options = options
      options.distance = candidate.distance
      let accuracy = try RefinementTrainer(
        candidate.documents.selecting(sample), initial: [[Prototype]](repeating: [], count: wanted.count),
        options: options, progress: ProgressReporter(nil)
      ).heldOutAccuracy(limits: wanted, isFixed: isFixed)
      if accuracy > best?.accuracy ?? -1 { best = (candidate, accuracy) }
    }
    return best?.candidate ?? Candidate(distance: .cosine, documents: documents)
  }

  private func candidates() throws -> [Candidate] {
    let weights = documents.weights
    let origin = documents.rows.commonOrigin(weights: weights)
    var candidates = [
      Candidate(distance: .cosine, documents: documents), try candidate(.euclidean, in: origin),
    ]
    if let frame = documents.rows.standardization(weights: weights) {
      candidates += [try candidate(.euclidean, in: frame), try candidate(.cosine, in: frame)]
    }
    return candidates.compactMap { $0 }
  }

  /// nil for rows that are too long for the distance.
  private func candidate(_ distance: Distance, in frame: FeatureFrame?) throws -> Candidate? {
    do {
      return Candidate(
        distance: distance, documents: try documents.read(in: frame, distance: distance, workers: workers))
    } catch is InputError {
      return nil
    }
  }
}
