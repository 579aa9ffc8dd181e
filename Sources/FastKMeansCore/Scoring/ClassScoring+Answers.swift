extension ClassScoring {
  /// One of the best classes of a row.
  package struct ClassHit: Sendable {
    package var classIndex: Int
    package var prototype: Int
    package var score: Float
    package var similarity: Float
    package var confidence: Float
  }

  /// What the model says about one row.
  package struct RowAnswer: Sendable {
    /// The best classes, best first.
    package var classes: [ClassHit]
    /// Whether it is of none of the classes.
    package var isRejected: Bool
    /// nil where the model cannot tell.
    package var openSetScore: Float?
  }

  /// Calls `body` for each row with its best classes, in parallel and in no fixed order.
  ///
  /// - Parameters:
  ///   - count: how many classes, `1 ... classes`.
  package func forEachAnswer(
    _ rows: FeatureRows, top count: Int,
    _ body: @escaping @Sendable (_ row: Int, _ answer: RowAnswer) -> Void
  ) throws {
    let prototypeCount = model.prototypes.count
    let classCount = model.classes.count
    let norms = try norms(of: rows)
    let neededCount = model.openSet == nil ? count : max(count, OpenSetFeatures.classCount)
    try forEachScoreBlock(rows, norms: norms) { _, range, scores in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: classCount) { probabilities in
        for row in range {
          let start = (row - range.lowerBound) * prototypeCount
          let own = UnsafeMutableBufferPointer(rebasing: scores[start..<start + prototypeCount])
          var hits = bestClasses(own, count: min(neededCount, classCount))
          let openSetScore = hits.first.flatMap {
            self.openSetScore(of: row, rows, bestClass: $0.classIndex, scores: hits.map(\.score))
          }
          let isRejected = isRejected(own, bestClass: hits.first?.classIndex ?? 0, openSetScore)
          hits.removeLast(max(0, hits.count - count))
          fill(probabilities, from: own)
          for position in hits.indices {
            hits[position].confidence = probabilities[hits[position].classIndex]
            if model.refined != nil {
              hits[position].similarity = similarity(of: row, rows, norms, to: hits[position].prototype)
            }
          }
          body(row, RowAnswer(classes: hits, isRejected: isRejected, openSetScore: openSetScore))
        }
      }
    }
  }

  /// How much each row looks like one of any class that the model knows; nil for a model that cannot tell.
  ///
  /// A few best classes tell, so the search for them is enough: no row needs every score.
  package func openSetScores(_ rows: FeatureRows) throws -> [Float]? {
    guard model.openSet != nil else { return nil }
    try check(rows)
    let norms = try norms(of: rows)
    let count = min(OpenSetFeatures.classCount, model.classes.count)
    var hits = [PrototypeHit](repeating: .none, count: rows.rowCount * count)
    try norms.scales.withUnsafeBufferPointer { scales in
      try hits.withUnsafeMutableBufferPointer {
        try index.bestClasses(count, of: rows, scales: scales, workers: workers, into: $0)
      }
    }
    let found = hits
    return Parallel.map(count: rows.rowCount, workers: workers) { _, row in
      let own = found[row * count..<(row + 1) * count]
      let best = model.prototypes.classIndices[max(0, Int(own.first?.prototype ?? 0))]
      let scores = own.map { turnsIntoSimilarity ? similarity(norms, row, score: $0.score) : $0.score }
      return openSetScore(of: row, rows, bestClass: Int(best), scores: scores) ?? .nan
    }
  }

  /// - Parameter scores: of the best classes, best first.
  private func openSetScore(
    of row: Int, _ rows: FeatureRows, bestClass: Int, scores: [Float]
  ) -> Float? {
    guard let openSet = model.openSet else { return nil }
    let members = model.classStarts[bestClass]..<model.classStarts[bestClass + 1]
    let share =
      openSet.seenWeight > 0
      ? rows.seenShare(of: row) { column in members.contains { model.prototypes.holds($0, column: column) } }
      : 1
    return openSet.score(
      OpenSetFeatures(classIndex: bestClass, logOdds: OpenSetFeatures.logOdds(scores), seenShare: share))
  }

  private func isRejected(
    _ scores: UnsafeMutableBufferPointer<Float>, bestClass: Int, _ openSetScore: Float?
  ) -> Bool {
    if let openSetScore, let rejection = model.rejection, openSetScore <= rejection.thresholds[bestClass] {
      return true
    }
    // Nothing in common with any prototype: every product is 0.
    return model.settings.distance == .cosine && scores.allSatisfy { $0 == 0 }
  }

  /// The classes by falling score of their best prototype, ties to the lower index.
  private func bestClasses(_ scores: UnsafeMutableBufferPointer<Float>, count: Int) -> [ClassHit] {
    var hits: [ClassHit] = []
    hits.reserveCapacity(count + 1)
    for classIndex in 0..<model.classes.count {
      var hit = ClassHit(
        classIndex: classIndex, prototype: 0, score: -.infinity, similarity: 0, confidence: 0)
      for prototype in model.classStarts[classIndex]..<model.classStarts[classIndex + 1]
      where scores[prototype] > hit.score {
        hit.prototype = prototype
        hit.score = scores[prototype]
      }
      if hits.count == count, let last = hits.last, hit.score <= last.score { continue }
      hit.similarity = hit.score
      let position = hits.firstIndex { $0.score < hit.score } ?? hits.count
      hits.insert(hit, at: position)
      if hits.count > count { hits.removeLast() }
    }
    return hits
  }

  /// The similarity of one row to a prototype's centre.
  ///
  /// - Complexity: O(non-zeros of the row x log of the prototype's).
  private func similarity(of row: Int, _ rows: FeatureRows, _ norms: RowNorms, to prototype: Int) -> Float {
    let product =
      switch rows {
      case .sparse(let rows):
        rows.withRow(row) { columns, values in
          columns.indices.reduce(0.0) {
            $0 + Double(values[$1]) * model.prototypes.value(prototype, column: columns[$1])
          }
        }
      case .dense(let rows):
        rows.withValues(of: row) { values in
          values.indices.reduce(0.0) {
            $0 + Double(values[$1]) * model.prototypes.value(prototype, column: UInt32($1))
          }
        }
      }
    let dot = product * Double(norms.scales[row])
    switch model.settings.distance {
    case .cosine: return Float(max(-1, min(1, dot)))
    case .euclidean:
      let squares = Double(norms.squaredNorms[row]) + model.squaredNorms[prototype]
      return Float(1 / (1 + max(0, squares - 2 * dot)))
    }
  }
}

extension PrototypeSet {
  /// One coordinate.
  ///
  /// - Complexity: O(log of the prototype's non-zeros).
  package func value(_ prototype: Int, column: UInt32) -> Double {
    switch rows {
    case .dense(let values): return values[prototype * featureCount + Int(column)]
    case .sparse(_, _, let values): return position(prototype, column).map { values[$0] } ?? 0
    }
  }

  /// Whether the prototype has something at a feature; a dense one has at each.
  ///
  /// - Complexity: O(log of the prototype's non-zeros).
  func holds(_ prototype: Int, column: UInt32) -> Bool {
    isSparse ? position(prototype, column) != nil : true
  }

  /// Where the value of a sparse prototype stands at a feature; nil where it has none.
  private func position(_ prototype: Int, _ column: UInt32) -> Int? {
    guard case .sparse(let offsets, let columns, _) = rows else { return nil }
    var (low, high) = (offsets[prototype], offsets[prototype + 1])
    while low < high {
      let middle = low + (high - low) / 2
      if columns[middle] < column { low = middle + 1 } else { high = middle }
    }
    return low < offsets[prototype + 1] && columns[low] == column ? low : nil
  }
}
