import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Asks an index every question and compares each answer with the plain twin's.
struct ScoringChecks {
  let parts: ScoringCase.Parts
  let twin: ScoringTwin
  let index: ScoringIndex
  let workers: Int
  /// What replays a failure.
  let name: Comment

  init(
    _ shape: ScoringCase, seed: UInt64, method: ScoringIndex.Method?, truncation: Float = 0, workers: Int = 1
  ) throws {
    parts = shape.parts(seed: seed)
    twin = ScoringTwin(
      prototypes: parts.prototypes, biases: parts.biases, truncation: truncation, documents: parts.documents,
      scales: parts.scales)
    index = try ScoringIndex(
      prototypes: parts.prototypes, biases: parts.biases, classCount: shape.classCount, method: method,
      truncation: truncation, workers: workers)
    self.workers = workers
    name = "seed \(seed), method \(index.method), \(shape)"
  }

  var rowCount: Int { parts.documents.rowCount }

  func all() throws {
    try bestPrototypes()
    for count in [1, 3, 60] { try bestClasses(ClassQuestion(count)) }
    for reach in [0, 0.3, 2, 1e30] as [Float] {
      try bestClasses(ClassQuestion(most: 10, least: 2, reach: reach))
      try bestClasses(ClassQuestion(most: 3, least: 1, reach: reach))
    }
    try scoreBlocks()
  }

  func bestPrototypes() throws {
    var found = [Int32](repeating: -7, count: rowCount)
    try ask { rows, scales in
      try found.withUnsafeMutableBufferPointer {
        try index.bestPrototypes(of: rows, scales: scales, workers: workers, into: $0)
      }
    }
    for row in 0..<rowCount { #expect(found[row] == twin.best(row).prototype, "\(name), row \(row)") }
  }

  func bestClasses(_ question: ClassQuestion) throws {
    let count = question.most
    var hits = [PrototypeHit](repeating: PrototypeHit(prototype: -7, score: 7), count: rowCount * count)
    try ask { rows, scales in
      try hits.withUnsafeMutableBufferPointer {
        try index.bestClasses(question, of: rows, scales: scales, workers: workers, into: $0)
      }
    }
    for row in 0..<rowCount {
      #expect(
        Array(hits[row * count..<(row + 1) * count]) == twin.bestClasses(question, row),
        "\(name), row \(row), \(question)")
    }
  }

  func scoreBlocks() throws {
    let found = Collected<[Float]>(count: rowCount)
    let count = index.prototypeCount
    try ask { rows, scales in
      try index.forEachScoreBlock(of: rows, scales: scales, workers: workers) { _, range, scores in
        for (position, row) in range.enumerated() {
          found.set(row, Array(scores[position * count..<(position + 1) * count]))
        }
      }
    }
    for row in 0..<rowCount { #expect(found[row] == twin.scores[row], "\(name), row \(row)") }
  }

  private func ask(_ body: (FeatureRows, UnsafeBufferPointer<Float>?) throws -> Void) throws {
    try parts.documents.withRows { rows in
      guard let scales = parts.scales else { return try body(rows, nil) }
      try scales.withUnsafeBufferPointer { try body(rows, $0) }
    }
  }
}

/// Answers gathered from several threads.
final class Collected<Value: Sendable>: Sendable {
  private let values: Locked<[Value?]>

  init(count: Int) { values = Locked([Value?](repeating: nil, count: count)) }

  func set(_ row: Int, _ value: Value) { values.withLock { $0[row] = value } }

  subscript(row: Int) -> Value? { values.withLock { $0[row] } }
}
