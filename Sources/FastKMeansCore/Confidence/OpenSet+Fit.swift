extension OpenSet {
  /// What a model that was trained without some classes says about documents.
  package struct Trial: Sendable {
    /// Held-out documents of the classes that it had.
    package var known: [OpenSetFeatures] = []
    /// Documents of the classes that were left out.
    package var unknown: [OpenSetFeatures] = []

    package init() {}
  }

  /// Documents of a kind that say something.
  private static let leastCount = 20
  /// As many documents of a kind as a model keeps: their scores stand in its file.
  private static let mostCount = 4_000

  /// What held-out documents and models without some of the classes support; nil for too few documents.
  ///
  /// The scores of unknown documents come from smaller models, whose scale is not that of the whole one. So each is
  /// taken over by rank: one that scores higher than three quarters of a trial's known documents stands at the third
  /// quartile of the whole model's.
  ///
  /// - Parameters:
  ///   - known: held-out documents, by the whole model.
  /// - Complexity: O(n log n) for n documents.
  package static func fitted(known: [OpenSetFeatures], trials: [Trial]) -> OpenSet? {
    let trials = trials.filter { !$0.known.isEmpty && !$0.unknown.isEmpty }
    guard known.count >= leastCount, trials.reduce(0, { $0 + $1.unknown.count }) >= leastCount else {
      return nil
    }
    let weights = weights(trials)
    let scorer = OpenSet(
      unchecked: weights.x, oddsWeight: weights.y, seenWeight: weights.z, known: Sample(), unknown: Sample())
    let sample = scorer.sample(thinned(known))
    var unknown = Sample()
    let sorted = sample.scores.sorted()
    for trial in trials {
      unknown.append(scorer.sample(trial.unknown), ranked: scorer.sample(trial.known), in: sorted)
    }
    return OpenSet(
      unchecked: weights.x, oddsWeight: weights.y, seenWeight: weights.z, known: sample,
      unknown: unknown.thinned(to: mostCount))
  }

  private static func thinned(_ features: [OpenSetFeatures]) -> [OpenSetFeatures] {
    guard features.count > mostCount else { return features }
    return (0..<mostCount).map { features[$0 * features.count / mostCount] }
  }

  private func sample(_ features: [OpenSetFeatures]) -> Sample {
    Sample(scores: features.map(score), classIndices: features.map { Int32($0.classIndex) })
  }

  /// Both kinds count the same in all, however many they are.
  private static func weights(_ trials: [Trial]) -> SIMD3<Double> {
    let known = trials.flatMap(\.known)
    let unknown = trials.flatMap(\.unknown)
    let all = known + unknown
    let isKnown = known.map { _ in true } + unknown.map { _ in false }
    let shares = (
      Double(all.count) / Double(2 * known.count), Double(all.count) / Double(2 * unknown.count)
    )
    func fitted(usingShare: Bool) -> SIMD3<Double>? {
      ThreeWeightLogistic(
        features: all.map { SIMD3(1, $0.logOdds, usingShare ? $0.seenShare : 0) },
        targets: ThreeWeightLogistic.targets(isKnown),
        documentWeights: isKnown.map { $0 ? shares.0 : shares.1 }, ridge: 1
      ).fitted(from: SIMD3(0, 0.5, 0))
    }
    // Neither more odds nor more known features may count against a document; where the data say so, it is noise.
    if let both = fitted(usingShare: true), both.y > 1e-3, both.z > 0 { return both }
    if let odds = fitted(usingShare: false), odds.y > 1e-3 { return SIMD3(odds.x, odds.y, 0) }
    return SIMD3(0, 1, 0)
  }
}

extension OpenSet.Sample {
  /// Adds the scores of a trial, each moved to where its rank among that trial's known scores lies in another list.
  fileprivate mutating func append(_ other: Self, ranked known: Self, in sorted: [Float]) {
    let ranks = known.scores.sorted()
    for (score, classIndex) in zip(other.scores, other.classIndices) {
      let below = ranks.firstIndex(notBelow: score)
      scores.append(sorted.quantile(Double(below) / Double(max(1, ranks.count))))
      classIndices.append(classIndex)
    }
  }

  fileprivate func thinned(to count: Int) -> Self {
    guard scores.count > count else { return self }
    let positions = (0..<count).map { $0 * scores.count / count }
    return Self(scores: positions.map { scores[$0] }, classIndices: positions.map { classIndices[$0] })
  }
}

extension [Float] {
  /// Where a sorted array's first element that is not below a value stands; its count if all are.
  fileprivate func firstIndex(notBelow value: Float) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The value below which a share of a sorted, non-empty array lies, between neighbours in a line.
  fileprivate func quantile(_ share: Double) -> Float {
    let position = share * Double(count - 1)
    let index = Swift.min(count - 1, Int(position))
    let rest = Float(position - Double(index))
    return self[index] + rest * (self[Swift.min(count - 1, index + 1)] - self[index])
  }
}

extension HeldOutScores {
  /// What tells known classes from unknown ones, read off the best classes of each document.
  ///
  /// - Parameters:
  ///   - documents: the rows that were scored, in order.
  ///   - prototypes: of each class, from other documents.
  /// - Returns: one for each document that has at least two classes to compare.
  /// - Complexity: O(non-zeros x log of the prototypes').
  package func openSetFeatures(
    documents: [Int32], rows: FeatureRows, prototypes: [[Prototype]]
  ) -> [OpenSetFeatures] {
    zip(documents, zip(topClasses, topScores)).compactMap { document, best in
      guard let first = best.0.first, best.1.count > 1 else { return nil }
      let members = prototypes[Int(first)]
      return OpenSetFeatures(
        classIndex: Int(first), logOdds: OpenSetFeatures.logOdds(best.1),
        seenShare: rows.seenShare(of: Int(document)) { column in
          members.contains { $0.center.holds(column) }
        })
    }
  }
}
