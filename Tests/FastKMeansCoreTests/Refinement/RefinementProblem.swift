import FastKMeansCore
import FastKMeansTestSupport

/// Labelled rows for refinement tests.
struct RefinementProblem {
  var rows: [[Float]]
  var classes: [Int]
  var isSparse: Bool
  var weights: [Double]?
  var options = TrainingOptions()

  /// Noise that outweighs a small mark of the class: k-means prototypes take up the noise, a line finds the mark.
  static func separable(
    rows count: Int = 160, classes: Int = 3, isSparse: Bool = true, distance: Distance = .cosine, seed: UInt64
  ) -> RefinementProblem {
    let (marked, labels) = TestRows.marked(count, noise: 18, classes: classes, seed: seed)
    var problem = RefinementProblem(rows: marked, classes: labels, isSparse: isSparse)
    problem.options.distance = distance
    problem.options.threadCount = 1
    return problem
  }

  func features() throws -> Features { try TestRows.features(rows, isSparse: isSparse) }

  func fitted() throws -> (classifier: FastKMeansClassifier<Int>, report: TrainingReport) {
    var classifier = try FastKMeansClassifier<Int>(options)
    let report = try classifier.fit(features(), labels: classes, sampleWeights: weights)
    return (classifier, report)
  }

  /// Trains with other limits or recipes than everybody has.
  func trained(
    _ settings: RefinementTrainer.Settings, limit: Int = 3, progress: ProgressHandler? = nil
  ) throws -> RefinementTrainer.Outcome {
    let classCount = (classes.max() ?? 0) + 1
    let indices = classes.map { Int32($0) }
    return try features().withRows { view in
      try RefinementTrainer(
        TrainingSet(
          view, norms: try RowNorms(of: view, distance: options.distance, workers: 1), classes: indices,
          classCount: classCount, weights: weights?.map { Float($0) }),
        initial: [[Prototype]](repeating: [], count: classCount), options: options,
        progress: ProgressReporter(progress), settings: settings
      ).fit(
        limits: [Int](repeating: limit, count: classCount),
        isFixed: [Bool](repeating: false, count: classCount))
    }
  }
}

extension RefinementOutcome {
  var done: RefinementReport? {
    if case .done(let report) = self { report } else { nil }
  }
}

extension ModelStorage {
  /// Everything that answers depend on, bit for bit.
  var bits: [UInt64] {
    var bits = prototypes.bits
    if let refined {
      bits += refined.weights.bits + [UInt64(refined.unit.bitPattern)]
      bits += (refined.biases ?? []).map { UInt64($0.bitPattern) }
    }
    if let calibration {
      let numbers = [
        calibration.intercept, calibration.slope, calibration.sharpness, calibration.crowding,
      ]
      bits += numbers.map(\.bitPattern)
    }
    return bits
  }
}
