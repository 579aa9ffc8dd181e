import FastKMeansCore
import FastKMeansReference

/// A random training problem: clustered rows with empty, repeated and weighted ones among them, and prototypes to
/// start from, some of which no row will choose.
package struct TrainingCase: Sendable {
  package let seed: UInt64
  /// Every class has a row with a length and a weight; class `c` has the label `c`.
  package var rows: [[Float]] = []
  package var classes: [Int] = []
  package var weights: [Double]?
  /// The start of each class.
  package var initial: [[[Float]]] = []
  package var options = TrainingOptions.prototypesOnly
  package var isSparse: Bool

  package var width: Int { rows[0].count }
  package var classCount: Int { initial.count }

  package init(seed: UInt64) {
    self.seed = seed
    var random = CounterRandom(seed: seed, stream: 77)
    isSparse = random.nextUnit() < 0.6
    options.distance = random.nextUnit() < 0.5 ? .cosine : .euclidean
    options.isSoft = random.nextUnit() < 0.6
    options.softAssignment = random.nextUnit() < 0.5 ? .linear : .softmax
    options.temperature = [1, 0.2, 3][random.nextIndex(below: 3)]
    options.otherClassPenalty = [0, 0.1, 1, 10][random.nextIndex(below: 4)]
    options.maxEpochs = 1 + random.nextIndex(below: 6)
    options.tolerance = 0
    options.threadCount = 1 + random.nextIndex(below: 3)
    let classCount = 2 + random.nextIndex(below: 4)
    fillRows(classCount, &random)
    if random.nextUnit() < 0.4 {
      weights = rows.indices.map { $0 < classCount ? 1 : Double(random.nextIndex(below: 7)) / 2 }
    }
    initial = (0..<classCount).map { classIndex in start(of: classIndex, &random) }
  }

  private mutating func fillRows(_ classCount: Int, _ random: inout CounterRandom) {
    let count = classCount + random.nextIndex(below: 70)
    let clustered = TestRows.clustered(
      rows: count, width: 2 + random.nextIndex(below: 40), classes: classCount,
      subtopics: 1 + random.nextIndex(below: 3), density: isSparse ? 0.4 : 1, seed: seed)
    rows = clustered.rows
    classes = clustered.classes
    for row in rows.indices {
      if row < classCount {
        classes[row] = row
        rows[row][row % width] += 1
      } else if random.nextUnit() < 0.05 {
        rows[row] = [Float](repeating: 0, count: width)
      } else if random.nextUnit() < 0.1 {
        rows[row] = rows[row - 1]
      }
      // Some data has negative values.
      if seed % 3 == 0 { rows[row][0] -= 0.5 }
    }
  }

  private func start(of classIndex: Int, _ random: inout CounterRandom) -> [[Float]] {
    let own = rows.indices.filter { classes[$0] == classIndex }
    return (0..<1 + random.nextIndex(below: 4)).map { lane in
      let row = rows[own[random.nextIndex(below: own.count)]]
      // Far from everything now and then, but never where the class has nothing else.
      let isFar = lane > 0 && random.nextUnit() < 0.15
      return row.map { value in
        let noise = Float(random.nextUnit() * 0.4)
        return isFar ? -5 - noise : (value + noise)
      }
    }
  }

  /// The same without the rows of weight 0.
  package func withoutAbsentRows() -> TrainingCase {
    var kept = self
    let counted = rows.indices.filter { weights?[$0] != 0 }
    kept.rows = counted.map { rows[$0] }
    kept.classes = counted.map { classes[$0] }
    kept.weights = weights.map { weights in counted.map { weights[$0] } }
    return kept
  }

  package func features() throws -> Features { try TestRows.features(rows, isSparse: isSparse) }

  /// The start as the option that hands it over.
  package func initialization() throws -> Initialization {
    .prototypes(
      try TestRows.features(initial.flatMap { $0 }, isSparse: false),
      labels: initial.indices.flatMap { [Label](repeating: .integer(Int64($0)), count: initial[$0].count) })
  }

  /// A classifier that has fitted the case from its start.
  package func fitted() throws -> (classifier: FastKMeansClassifier<Int>, report: TrainingReport) {
    var options = options
    options.initialization = try initialization()
    var classifier = try FastKMeansClassifier<Int>(options)
    let report = try classifier.fit(features(), labels: classes, sampleWeights: weights)
    return (classifier, report)
  }
}

extension TrainingCase {
  /// A problem for the reference mode, with the options that only batches heed.
  package static func reference(seed: UInt64) -> TrainingCase {
    var random = CounterRandom(seed: seed, stream: 55)
    var problem = TrainingCase(seed: seed)
    problem.options.mode = .reference
    if random.nextUnit() < 0.3 { problem.options.decay = 0.6 }
    if random.nextUnit() < 0.3 {
      problem.options.percentileThreshold = [0.1, 0.5, 0.9][random.nextIndex(below: 3)]
    }
    if random.nextUnit() < 0.5 {
      problem.options.isMergeRelative = random.nextUnit() < 0.5
      problem.options.mergeThreshold = random.nextUnit() * (problem.options.isMergeRelative ? 0.8 : 0.3)
    }
    return problem
  }
}

extension PrototypeSet {
  /// Everything that a prototype set says, bit for bit.
  package var bits: [UInt64] {
    var bits = classIndices.map { UInt64(UInt32(bitPattern: $0)) }
    bits += (masses + sumScales).map(\.bitPattern)
    if case .sparse(let offsets, let columns, _) = rows {
      bits += offsets.map { UInt64($0) } + columns.map { UInt64($0) }
    }
    return bits + (0..<values.count).map { values[$0].bitPattern }
  }

  /// Prototypes of one class, written out.
  package func writtenOut(class classIndex: Int) -> [[Double]] {
    classIndices.indices.filter { classIndices[$0] == classIndex }.map { prototype in
      var dense = [Double](repeating: 0, count: featureCount)
      for (column, value) in row(prototype) { dense[column] = value }
      return dense
    }
  }
}

/// The largest difference between two vectors, as a share of the larger value where that is above 1.
package func largestDifference(_ left: [Double], _ right: [Double]) -> Double {
  zip(left, right).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
}
