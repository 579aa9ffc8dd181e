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
  package struct RowAnswer {
    /// The best classes, best first; valid during the call that hands it over.
    package let classes: UnsafeMutableBufferPointer<ClassHit>
    /// Whether it is of none of the classes.
    package let isRejected: Bool
    /// nil where the model cannot tell, or was not asked.
    package let openSetScore: Float?
  }

  /// What an answer holds beside classes, prototypes, scores, confidences and whether it is rejected. To find it can take
  /// several times as long as all of these.
  package struct AnswerParts: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Of refined models, whose scores are no similarities.
    package static let similarities = AnswerParts(rawValue: 1)
    package static let openSetScores = AnswerParts(rawValue: 2)
    package static let all: AnswerParts = [.similarities, .openSetScores]
  }

  /// What one call asks about all of its rows.
  private struct Request: Sendable {
    let rows: FeatureRows
    let norms: RowNorms
    let count: Int
    let parts: AnswerParts
    let needsOpenSet: Bool
    let body: @Sendable (_ row: Int, _ answer: RowAnswer) -> Void
  }

  /// Calls `body` for each row with its best classes, in parallel and in no fixed order.
  ///
  /// Confidences have the bits of ``forEachProbabilityBlock(_:_:)``, though few of the scores are computed.
  ///
  /// - Parameters:
  ///   - count: how many classes, `1 ... classes`.
  ///   - parts: what else is wanted; the rest may be 0 or nil.
  package func forEachAnswer(
    _ rows: FeatureRows, top count: Int, parts: AnswerParts = .all,
    _ body: @escaping @Sendable (_ row: Int, _ answer: RowAnswer) -> Void
  ) throws {
    let needsOpenSet =
      model.openSet != nil && (parts.contains(.openSetScores) || model.rejection != nil)
    let request = Request(
      rows: relative(rows), norms: try norms(of: rows), count: count, parts: parts,
      needsOpenSet: needsOpenSet,
      body: body)
    guard let calibration, let reach = calibration.reach, count <= Calibration.nearCount else {
      return try forEachAnswerFromAllScores(request)
    }
    let classCount = model.classes.count
    // The confidence of the best class needs fewer classes than to share the rest.
    let least = count > 1 || needsOpenSet ? Calibration.nearCount : 2
    try forEachBestClasses(request.rows, request.norms, least: least, reach: Float(reach)) { row, hits in
      var best = Calibration.BestClasses()
      for hit in hits {
        best.append(hit.score, class: model.prototypes.classIndices[Int(hit.prototype)])
      }
      let confidences =
        count > 1
        ? calibration.probabilities(best, reach: reach, classCount: classCount).near
        : SIMD16(repeating: calibration.confidence(best, reach: reach, classCount: classCount))
      let isUnknown = hits.first?.score == 0 && model.isUnknown(row, of: request.rows)
      answer(request, row, hits, isUnknown: isUnknown) { place, _ in confidences[place] }
    }
  }

  /// For models whose confidences need every score, and for more classes than a search finds.
  private func forEachAnswerFromAllScores(_ request: Request) throws {
    let prototypeCount = model.prototypes.count
    let classCount = model.classes.count
    let count = min(
      classCount, request.needsOpenSet ? max(request.count, OpenSetFeatures.classCount) : request.count)
    try forEachScoreBlock(request.rows, norms: request.norms, asSimilarities: false) { _, range, scores in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: classCount) { probabilities in
        for row in range {
          let start = (row - range.lowerBound) * prototypeCount
          let own = UnsafeMutableBufferPointer(rebasing: scores[start..<start + prototypeCount])
          let hits = bestClasses(own, count: count)
          let isUnknown = hits.first?.score == 0 && model.isUnknown(row, of: request.rows)
          if calibration == nil, turnsIntoSimilarity {
            for position in own.indices {
              own[position] = similarity(request.norms, row, score: own[position])
            }
          }
          fill(probabilities, from: own)
          hits.withUnsafeBufferPointer {
            answer(request, row, $0, isUnknown: isUnknown) { _, index in probabilities[index] }
          }
        }
      }
    }
  }

  /// How much each row looks like one of any class that the model knows; nil for a model that cannot tell.
  package func openSetScores(_ rows: FeatureRows) throws -> [Float]? {
    guard model.openSet != nil else { return nil }
    let scores = WorkerScratch<Float>(workers: max(1, rows.rowCount)) { .nan }
    try forEachBestClasses(relative(rows), norms(of: rows), least: Calibration.nearCount, reach: 0) {
      row, hits in
      if let score = openSetScore(of: row, rows, hits) { scores.with(row) { $0 = score } }
    }
    return (0..<rows.rowCount).map { row in scores.with(row) { $0 } }
  }

  /// Rows that are searched before any of them is answered.
  private static var rowsAtOnce: Int { 1 << 16 }

  /// Calls `body` for each row with its best classes, in parallel and in no fixed order.
  ///
  /// - Parameters:
  ///   - least: how many of them wherever they score; up to ``Calibration/nearCount`` that lie within `reach` of the
  ///     best follow.
  private func forEachBestClasses(
    _ rows: FeatureRows, _ norms: RowNorms, least: Int, reach: Float,
    _ body: @escaping @Sendable (_ row: Int, _ hits: UnsafeBufferPointer<PrototypeHit>) throws -> Void
  ) throws {
    let most = min(Calibration.nearCount, model.classes.count)
    let question = ClassQuestion(most: most, least: min(least, most), reach: reach)
    var hits = [PrototypeHit](repeating: .none, count: min(rows.rowCount, Self.rowsAtOnce) * most)
    for first in stride(from: 0, to: rows.rowCount, by: Self.rowsAtOnce) {
      let part = first..<min(rows.rowCount, first + Self.rowsAtOnce)
      try hits.withUnsafeMutableBufferPointer { hits in
        try norms.scales.withUnsafeBufferPointer {
          try index.bestClasses(
            question, of: rows.slice(part), scales: UnsafeBufferPointer(rebasing: $0[part]), workers: workers,
            into: hits)
        }
        nonisolated(unsafe) let hits = UnsafeBufferPointer(hits)
        try Parallel.forEachChunk(count: part.count, chunk: 256, workers: workers) { _, range in
          for row in range {
            let own = hits[row * most..<(row + 1) * most].prefix { $0.prototype >= 0 }
            try body(first + row, UnsafeBufferPointer(rebasing: own))
          }
        }
      }
    }
  }

  /// Hands over the answer to one row.
  ///
  /// - Parameters:
  ///   - hits: the best classes.
  ///   - isUnknown: whether the row says nothing; then classes are answered by how frequent they are.
  ///   - confidence: of a class, by its place among them and its index.
  private func answer(
    _ request: Request, _ row: Int, _ hits: UnsafeBufferPointer<PrototypeHit>, isUnknown: Bool,
    confidence: (_ place: Int, _ classIndex: Int) -> Float
  ) {
    withUnsafeTemporaryAllocation(of: ClassHit.self, capacity: request.count) { answers in
      for place in 0..<request.count {
        guard !isUnknown else {
          let index = model.priors.order[place]
          answers.initializeElement(
            at: place,
            to: ClassHit(
              classIndex: index, prototype: model.classStarts[index], score: 0, similarity: 0,
              confidence: model.priors.shares[index]))
          continue
        }
        let hit = place < hits.count ? hits[place] : .none
        var (prototype, index) = (Int(hit.prototype), 0)
        if prototype >= 0 {
          index = Int(model.prototypes.classIndices[prototype])
        } else {
          // Scores that are no numbers, which only a model from elsewhere can bring about: the first class that is left.
          let named = answers[..<place].map(\.classIndex)
          index = (0..<model.classes.count).first { !named.contains($0) } ?? 0
          prototype = min(model.classStarts[index], model.prototypes.count - 1)
        }
        var (score, similarity) = (hit.score, hit.score)
        if model.refined != nil {
          similarity =
            request.parts.contains(.similarities)
            ? self.similarity(of: row, request.rows, request.norms, to: prototype) : 0
        } else if turnsIntoSimilarity {
          similarity = self.similarity(request.norms, row, score: hit.score)
          score = similarity
        }
        answers.initializeElement(
          at: place,
          to: ClassHit(
            classIndex: index, prototype: prototype, score: score, similarity: similarity,
            confidence: confidence(place, index)))
      }
      let openSetScore = request.needsOpenSet ? openSetScore(of: row, request.rows, hits) : nil
      let threshold = model.rejection?.thresholds[answers[0].classIndex] ?? -.infinity
      request.body(
        row,
        RowAnswer(
          classes: answers, isRejected: isUnknown || openSetScore.map { $0 <= threshold } ?? false,
          openSetScore: openSetScore))
    }
  }

  /// - Parameter hits: the best ``OpenSetFeatures/classCount`` classes or more; all if there are fewer.
  private func openSetScore(
    of row: Int, _ rows: FeatureRows, _ hits: UnsafeBufferPointer<PrototypeHit>
  ) -> Float? {
    guard let openSet = model.openSet, let best = hits.first else { return nil }
    let index = Int(model.prototypes.classIndices[Int(best.prototype)])
    let members = model.classStarts[index]..<model.classStarts[index + 1]
    let share =
      openSet.seenWeight > 0
      ? rows.seenShare(of: row) { column in members.contains { model.prototypes.holds($0, column: column) } }
      : 1
    return openSet.score(
      OpenSetFeatures(
        classIndex: index, logOdds: OpenSetFeatures.logOdds(hits.lazy.map(\.score)), seenShare: share))
  }

  /// The best classes by all scores of a row.
  private func bestClasses(
    _ scores: UnsafeMutableBufferPointer<Float>, count: Int
  ) -> [PrototypeHit] {
    var hits: [PrototypeHit] = []
    for classIndex in 0..<model.classes.count {
      var hit = PrototypeHit.none
      for prototype in model.classStarts[classIndex]..<model.classStarts[classIndex + 1]
      where scores[prototype] > hit.score {
        hit = PrototypeHit(prototype: Int32(truncatingIfNeeded: prototype), score: scores[prototype])
      }
      guard hit.prototype >= 0, hits.count < count || hit.score > hits[count - 1].score else { continue }
      hits.insert(hit, at: hits.firstIndex { $0.score < hit.score } ?? hits.count)
      if hits.count > count { hits.removeLast() }
    }
    return hits
  }

  /// The similarity of one row to a prototype's centre.
  ///
  /// - Complexity: O(non-zeros of the row x log of the prototype's).
  func similarity(of row: Int, _ rows: FeatureRows, _ norms: RowNorms, to prototype: Int) -> Float {
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
