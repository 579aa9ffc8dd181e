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
    for k in [1, 3, 60] {
      try topClasses(k)
      try topPrototypes(k)
    }
    for margin in [nil, 0, 0.7] as [Float?] { try bestOwnAndOther(margin: margin) }
    for threshold in [0.1, -0.5] as [Float] { try above(threshold) }
    try scoreBlocks()
  }

  func bestPrototypes() throws {
    let hits = try answers(1) { try index.bestPrototypes(of: $0, scales: $1, workers: workers, into: $2) }
    for row in 0..<rowCount { #expect(hits[row] == twin.best(row), "\(name), row \(row)") }
    var indices = [Int32](repeating: -7, count: rowCount)
    _ = try answers(1) { rows, scales, _ in
      try indices.withUnsafeMutableBufferPointer {
        try index.bestPrototypeIndices(of: rows, scales: scales, workers: workers, into: $0)
      }
    }
    for row in 0..<rowCount { #expect(indices[row] == twin.best(row).prototype, "\(name), row \(row)") }
  }

  func topClasses(_ k: Int) throws {
    let hits = try answers(k) { try index.topClasses(k, of: $0, scales: $1, workers: workers, into: $2) }
    for row in 0..<rowCount {
      #expect(Array(hits[row * k..<(row + 1) * k]) == twin.topClasses(k, row), "\(name), row \(row)")
    }
  }

  func topPrototypes(_ k: Int) throws {
    let hits = try answers(k) { try index.topPrototypes(k, of: $0, scales: $1, workers: workers, into: $2) }
    for row in 0..<rowCount {
      #expect(Array(hits[row * k..<(row + 1) * k]) == twin.topPrototypes(k, row), "\(name), row \(row)")
    }
  }

  func bestOwnAndOther(margin: Float? = nil) throws {
    var own = [PrototypeHit](repeating: .none, count: rowCount)
    let other = try answers(1) { rows, scales, other in
      try own.withUnsafeMutableBufferPointer { own in
        try parts.classes.withUnsafeBufferPointer {
          try index.bestOwnAndOther(
            of: rows, scales: scales, classes: $0, margin: margin, workers: workers, own: own, other: other)
        }
      }
    }
    for row in 0..<rowCount {
      let label = parts.classes[row]
      let bestOwn = twin.best(row) { $0 == label }
      var bestOther = twin.best(row) { $0 != label }
      if let margin, !(bestOther.score > bestOwn.score - margin) { bestOther = .none }
      #expect(own[row] == bestOwn, "\(name), row \(row)")
      #expect(other[row] == bestOther, "\(name), row \(row), margin \(margin ?? .nan)")
    }
  }

  func above(_ threshold: Float) throws {
    let found = Collected<[PrototypeHit]>(count: rowCount)
    _ = try answers(1) { rows, scales, _ in
      try index.forEachAbove(threshold: threshold, of: rows, scales: scales, workers: workers) {
        found.set($1, Array($2))
      }
    }
    for row in 0..<rowCount { #expect(found[row] == twin.above(threshold, row), "\(name), row \(row)") }
  }

  func scoreBlocks() throws {
    let found = Collected<[Float]>(count: rowCount)
    let count = index.prototypeCount
    _ = try answers(1) { rows, scales, _ in
      try index.forEachScoreBlock(of: rows, scales: scales, workers: workers) { _, range, scores in
        for (position, row) in range.enumerated() {
          found.set(row, Array(scores[position * count..<(position + 1) * count]))
        }
      }
    }
    for row in 0..<rowCount { #expect(found[row] == twin.scores[row], "\(name), row \(row)") }
  }

  private func answers(
    _ k: Int,
    _ ask: (FeatureRows, UnsafeBufferPointer<Float>?, UnsafeMutableBufferPointer<PrototypeHit>) throws -> Void
  ) throws -> [PrototypeHit] {
    var hits = [PrototypeHit](repeating: PrototypeHit(prototype: -7, score: 7), count: rowCount * k)
    try hits.withUnsafeMutableBufferPointer { hits in
      try parts.documents.withRows { rows in
        guard let scales = parts.scales else { return try ask(rows, nil, hits) }
        try scales.withUnsafeBufferPointer { try ask(rows, $0, hits) }
      }
    }
    return hits
  }
}

/// Answers gathered from several threads.
final class Collected<Value: Sendable>: Sendable {
  private let values: Locked<[Value?]>

  init(count: Int) { values = Locked([Value?](repeating: nil, count: count)) }

  func set(_ row: Int, _ value: Value) { values.withLock { $0[row] = value } }

  subscript(row: Int) -> Value? { values.withLock { $0[row] } }
}
