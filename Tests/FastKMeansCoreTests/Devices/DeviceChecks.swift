import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Asks a device every question through ``DeviceScoring`` and compares each answer with the plain twin's: the same
/// tests for every device.
///
/// Scores may differ by rounding, and prototypes by what rounding can swap.
struct DeviceChecks {
  let parts: ScoringCase.Parts
  let twin: ScoringTwin
  let scoring: DeviceScoring
  let classStarts: [Int]
  /// What replays a failure.
  let name: Comment
  private let magnitudes: [Float]
  /// The largest error of a score, relative to the sum of its terms' magnitudes. 0: the same bits.
  let tolerance: Float

  /// - Parameter isSparseExact: whether sparse rows get the processor's bits.
  init(
    _ shape: ScoringCase, seed: UInt64, on device: any ScoringDevice, truncation: Float = 0,
    isSparseExact: Bool = true
  ) throws {
    parts = shape.parts(seed: seed)
    twin = ScoringTwin(
      prototypes: parts.prototypes, biases: parts.biases, truncation: truncation, documents: parts.documents,
      scales: parts.scales)
    scoring = try DeviceScoring(
      ScoredPrototypes(
        set: parts.prototypes, biases: parts.biases, classCount: shape.classCount, truncation: truncation),
      on: device)
    classStarts = parts.prototypes.classStarts(classCount: shape.classCount)
    name = "seed \(seed), device \(device.name), \(shape)"
    let isExact =
      device is SmallBatches
      || (isSparseExact && parts.documents.isSparse)
    // Dense rows: a library's order of summation in single precision; in 16 bits documents are rounded too, by half
    // a unit of 11 or 8 bits each.
    let rounding: Float =
      switch parts.prototypes.precision {
      case .float16: 0x1p-11
      case .bfloat16: 0x1p-8
      case .float32, .float64: 0x1p-20
      }
    tolerance = isExact ? 0 : rounding
    magnitudes = Self.magnitudes(parts)
  }

  private var rowCount: Int { parts.documents.rowCount }

  /// The largest difference that rounding can make to this row's scores.
  private func slack(_ row: Int) -> Float {
    tolerance * magnitudes[row]
  }

  /// For each row no less than the sum of any score's terms' magnitudes.
  private static func magnitudes(_ parts: ScoringCase.Parts) -> [Float] {
    let largest =
      (0..<parts.prototypes.count).map { prototype in
        parts.prototypes.row(prototype).reduce(Float(0)) { max($0, Float(abs($1.value))) }
      }.max() ?? 0
    return (0..<parts.documents.rowCount).map { row in
      let values =
        switch parts.documents.selectingRows([row]) {
        case .sparse(let matrix): matrix.values
        case .dense(let matrix): matrix.values
        }
      let sum = values.reduce(Float(0)) { $0 + $1.magnitude }
      return sum * largest * (parts.scales?[row] ?? 1) + 1e-6
    }
  }

  func all() throws {
    try bestPrototypes()
    for count in [1, 3, 60] { try bestClasses(count) }
    try scoreBlocks()
  }

  private func bestPrototypes() throws {
    var found = [Int32](repeating: -7, count: rowCount)
    try ask { rows, scales in
      try found.withUnsafeMutableBufferPointer {
        try scoring.bestPrototypes(of: rows, scales: scales, workers: 2, into: $0)
      }
    }
    for row in 0..<rowCount {
      let best = twin.best(row)
      #expect((found[row] < 0) == (best.prototype < 0), "\(name), row \(row)")
      guard found[row] >= 0, best.prototype >= 0 else { continue }
      #expect(twin.scores[row][Int(found[row])] >= best.score - 2 * slack(row), "\(name), row \(row)")
    }
  }

  private func bestClasses(_ count: Int) throws {
    var hits = [PrototypeHit](repeating: PrototypeHit(prototype: -7, score: 7), count: rowCount * count)
    try ask { rows, scales in
      try hits.withUnsafeMutableBufferPointer {
        try scoring.bestClasses(ClassQuestion(count), of: rows, scales: scales, workers: 2, into: $0)
      }
    }
    for row in 0..<rowCount {
      let own = Array(hits[row * count..<(row + 1) * count])
      compare(own, twin.bestClasses(ClassQuestion(count), row), row)
      let classes = own.filter { $0.prototype >= 0 }.map { parts.prototypes.classIndices[Int($0.prototype)] }
      #expect(Set(classes).count == classes.count, "\(name), row \(row): a class twice")
    }
  }

  private func scoreBlocks() throws {
    let found = Collected<[Float]>(count: rowCount)
    let count = parts.prototypes.count
    try ask { rows, scales in
      try scoring.forEachScoreBlock(of: rows, scales: scales, workers: 2) { _, range, scores in
        for (position, row) in range.enumerated() {
          found.set(row, Array(scores[position * count..<(position + 1) * count]))
        }
      }
    }
    for row in 0..<rowCount {
      let scores = try #require(found[row], "\(name), row \(row)")
      #expect(scores.count == count, "\(name), row \(row)")
      for (mine, wanted) in zip(scores, twin.scores[row]) { expectEqual(mine, wanted, row) }
    }
  }

  /// The scores place by place, and that each prototype has the score it is given.
  private func compare(_ found: [PrototypeHit], _ wanted: [PrototypeHit], _ row: Int) {
    #expect(found.count == wanted.count, "\(name), row \(row)")
    for (mine, other) in zip(found, wanted) {
      #expect((mine.prototype < 0) == (other.prototype < 0), "\(name), row \(row): \(found) \(wanted)")
      expectEqual(mine.score, other.score, row)
      guard mine.prototype >= 0 else { continue }
      expectEqual(mine.score, twin.scores[row][Int(mine.prototype)], row)
    }
    let named = found.map(\.prototype).filter { $0 >= 0 }
    #expect(Set(named).count == named.count, "\(name), row \(row): a prototype twice")
  }

  private func expectEqual(_ found: Float, _ wanted: Float, _ row: Int) {
    if found == wanted || (found.isNaN && wanted.isNaN) { return }
    #expect(abs(found - wanted) <= slack(row), "\(name), row \(row)")
  }

  private func ask(_ body: (FeatureRows, UnsafeBufferPointer<Float>?) throws -> Void) throws {
    try parts.documents.withRows { rows in
      guard let scales = parts.scales else { return try body(rows, nil) }
      try scales.withUnsafeBufferPointer { try body(rows, $0) }
    }
  }
}
