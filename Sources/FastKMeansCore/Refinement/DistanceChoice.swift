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

    fileprivate var name: String {
      distance.rawValue + (documents.frame?.scales == nil ? "" : ", standardized features")
    }
  }

  /// Rows that are tried at most.
  private static let sampleCount = 1_000.0

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
  /// - Returns: the candidate, and what all of them did.
  /// - Complexity: O(values), and some fits of 1,000 rows.
  func best(wanted: [Int], isFixed: [Bool]) throws -> (candidate: Candidate, choices: [TrainingChoice]) {
    let candidates = try candidates()
    let scores = try scores(candidates, options, wanted: wanted, isFixed: isFixed)
    var best = 0
    for index in scores.indices where scores[index].accuracy > scores[best].accuracy { best = index }
    return (candidates[best], choices(candidates, scores, taken: best))
  }

  /// What the candidates did, where another one is clearly better than the cosine of rows as they are; else nothing.
  ///
  /// k-means alone is asked first, which costs little; what it says has to hold with refinement.
  ///
  /// - Complexity: O(values of 1,000 rows).
  func doubts(wanted: [Int], isFixed: [Bool]) throws -> [TrainingChoice] {
    guard documents.partition.order.count >= Self.leastDoubted else { return [] }
    let sample = sample
    let rows = sample.map { Int($0) }
    return try documents.rows.selecting(rows).withRows { view in
      let sampled = TrainingSet(
        view, norms: try RowNorms(of: view, distance: .cosine, workers: workers),
        classes: rows.map { documents.classes[$0] }, classCount: documents.classCount,
        weights: documents.weights.map { weights in rows.map { weights[$0] } })
      return try DistanceChoice(sampled, options: options).certainDoubts(wanted: wanted, isFixed: isFixed)
    }
  }

  private func certainDoubts(wanted: [Int], isFixed: [Bool]) throws -> [TrainingChoice] {
    var cheap = options
    cheap.refinement = .count(0)
    cheap.isPrototypeCountAutomatic = false
    var candidates = try candidates()
    var last: [HeldOutScores] = []
    for options in [cheap, options] {
      last = try scores(candidates, options, wanted: wanted, isFixed: isFixed)
      let better = last.indices.dropFirst().filter { last[$0].isBetter(than: last[0], errors: 3) }
      guard !better.isEmpty else { return [] }
      candidates = [candidates[0]] + better.map { candidates[$0] }
      last = [last[0]] + better.map { last[$0] }
    }
    return choices(candidates, last, taken: 0)
  }

  /// Fewer rows say nothing for certain.
  private static let leastDoubted = 100

  private var sample: [Int32] {
    let count = Double(max(1, documents.partition.order.count))
    let share = max(0, 1 - Self.sampleCount / count)
    return HeldOutSplit(documents, share: share, seed: options.seed, step: 0xD157).training
  }

  /// What held-out rows of a sample say.
  private func scores(
    _ candidates: [Candidate], _ options: TrainingOptions, wanted: [Int], isFixed: [Bool]
  ) throws -> [HeldOutScores] {
    let sample = sample
    return try candidates.map { candidate in
      var options = options
      options.distance = candidate.distance
      return try RefinementTrainer(
        candidate.documents.selecting(sample), initial: [[Prototype]](repeating: [], count: wanted.count),
        options: options, progress: ProgressReporter(nil)
      ).heldOutScores(limits: wanted, isFixed: isFixed)
    }
  }

  private func choices(
    _ candidates: [Candidate], _ scores: [HeldOutScores], taken: Int
  ) -> [TrainingChoice] {
    candidates.indices.map {
      TrainingChoice("distance", candidates[$0].name, scores[$0], isTaken: $0 == taken)
    }
  }

  private func candidates() throws -> [Candidate] {
    let weights = documents.weights
    var candidates = try [Distance.cosine, .euclidean].map {
      try candidate($0, in: documents.rows.commonOrigin(weights: weights, distance: $0))
    }
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
