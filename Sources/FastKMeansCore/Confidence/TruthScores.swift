/// How probable the right class of held-out documents was, so that sets of classes can keep a promise.
///
/// Split conformal prediction (Vovk, Gammerman and Shafer 2005, doi:10.1007/b106715; sets of least size: Sadinle, Lei and
/// Wasserman 2019, doi:10.1080/01621459.2017.1395341). A class conforms as much as it is probable if it is among the
/// ``Calibration/nearCount`` best of a document, else not at all. A new document's right class ranks anywhere among those of n
/// held-out documents with equal probability; so all classes that conform at least as much as the k-th least of these hold the
/// right one with a probability of 1 - k / (n + 1) or more, as long as documents come as they came.
package struct TruthScores: Sendable, Equatable {
  /// 0 where the right class was not among the best.
  package let probabilities: [Float]
  /// The right classes.
  package let classIndices: [Int32]

  /// - Throws: ``OptionsError`` for probabilities out of range, another number of classes, or classes that there are not.
  package init(_ probabilities: [Float], classIndices: [Int32], classCount: Int) throws(OptionsError) {
    guard !probabilities.isEmpty, probabilities.count == classIndices.count,
      probabilities.allSatisfy({ (0...1).contains($0) }),
      classIndices.allSatisfy({ (0..<classCount).contains(Int($0)) })
    else {
      throw OptionsError(
        parameter: "truth", value: "\(probabilities.count) probabilities of \(classIndices.count) classes",
        allowed: "one or more numbers from 0 to 1, each with the index of a class")
    }
    (self.probabilities, self.classIndices) = (probabilities, classIndices)
  }

  /// Of documents that a calibration was fitted to; nil where their classes were not kept.
  init?(_ scores: HeldOutScores, _ calibration: Calibration) {
    guard let reach = calibration.reach, !scores.trueClasses.isEmpty,
      scores.trueClasses.count == scores.truePlaces.count, scores.topScores.count == scores.truePlaces.count
    else { return nil }
    probabilities = zip(scores.topScores, scores.truePlaces).map { top, place in
      guard let place else { return 0 }
      var best = Calibration.BestClasses()
      for score in top { best.append(score, class: Int32(best.count)) }
      return calibration.probabilities(best, reach: reach, classCount: scores.classCount).near[place]
    }
    classIndices = scores.trueClasses
  }

  /// The least probability that puts each class into a set.
  ///
  /// - Parameters:
  ///   - coverage: how often a set is to hold the right class, above 0, below 1.
  ///   - isPerClass: whether the promise holds for the documents of each class; a class with too few held-out documents to
  ///     tell has the common threshold.
  /// - Throws: ``OptionsError`` for a coverage that the held-out documents cannot promise.
  /// - Complexity: O(n log n + classes) for n held-out documents.
  package func thresholds(
    coverage: Double, isPerClass: Bool, classCount: Int
  ) throws(OptionsError) -> [Float] {
    guard let common = Self.threshold(probabilities, coverage), common > 0 else {
      let inBest = probabilities.count { $0 > 0 }
      // Not all of these: rounding down leaves room for the rank.
      let most = Double(inBest) / Double(probabilities.count + 1)
      throw OptionsError(
        parameter: "coverage", value: "\(coverage)",
        allowed: "a number above 0, at most \(most): of \(probabilities.count) held-out documents the best "
          + "\(Calibration.nearCount) classes hold \(inBest)")
    }
    var thresholds = [Float](repeating: common, count: classCount)
    guard isPerClass else { return thresholds }
    var own = [[Float]](repeating: [], count: classCount)
    for (probability, index) in zip(probabilities, classIndices) { own[Int(index)].append(probability) }
    for index in own.indices {
      if let threshold = Self.threshold(own[index], coverage) { thresholds[index] = threshold }
    }
    return thresholds
  }

  /// nil where so few documents cannot promise it.
  private static func threshold(_ probabilities: [Float], _ coverage: Double) -> Float? {
    guard coverage > 0, coverage < 1 else { return nil }
    // Rounding must not take a rank away: .05 x 20 is 1.
    let rank = Int(((1 - coverage) * Double(probabilities.count + 1) + 1e-9).rounded(.down))
    return rank >= 1 ? probabilities.sorted()[min(rank, probabilities.count) - 1] : nil
  }

  /// The same with other class indices; nil where no document is left.
  fileprivate func renumbered(_ index: (Int) -> Int?) -> TruthScores? {
    let kept = zip(probabilities, classIndices).compactMap { probability, old in
      index(Int(old)).map { (probability, Int32($0)) }
    }
    return kept.isEmpty ? nil : TruthScores(unchecked: kept.map(\.0), kept.map(\.1))
  }

  private init(unchecked probabilities: [Float], _ classIndices: [Int32]) {
    (self.probabilities, self.classIndices) = (probabilities, classIndices)
  }
}

extension Calibration {
  /// The same for a model whose classes have other indices; documents of classes that have none any more are left out.
  func renumbered(_ index: (Int) -> Int?) -> Calibration {
    var copy = self
    copy.truths = truths?.renumbered(index)
    return copy
  }
}
