extension ClassScoring {
  /// One of the best classes of a row.
  package struct ClassHit: Sendable {
    package var classIndex: Int
    package var prototype: Int
    package var similarity: Float
    package var confidence: Float
  }

  /// Calls `body` for each row with its best classes, in parallel and in no fixed order.
  ///
  /// - Parameters:
  ///   - count: how many classes, `1 ... classes`.
  package func forEachAnswer(
    _ rows: FeatureRows, top count: Int,
    _ body: @escaping @Sendable (_ row: Int, _ hits: [ClassHit], _ isRejected: Bool) -> Void
  ) throws {
    let prototypeCount = model.prototypes.count
    let classCount = model.classes.count
    try forEachSimilarityBlock(rows) { _, range, similarities in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: classCount) { probabilities in
        for row in range {
          let start = (row - range.lowerBound) * prototypeCount
          let own = UnsafeMutableBufferPointer(rebasing: similarities[start..<start + prototypeCount])
          var hits = bestClasses(own, count: count)
          // Nothing in common with any prototype: every cosine is 0.
          let isRejected = model.settings.distance == .cosine && own.allSatisfy { $0 == 0 }
          fill(probabilities, from: own)
          for position in hits.indices {
            hits[position].confidence = probabilities[hits[position].classIndex]
          }
          body(row, hits, isRejected)
        }
      }
    }
  }

  /// The classes by falling similarity of their best prototype, ties to the lower index.
  private func bestClasses(_ similarities: UnsafeMutableBufferPointer<Float>, count: Int) -> [ClassHit] {
    var hits: [ClassHit] = []
    hits.reserveCapacity(count + 1)
    for classIndex in 0..<model.classes.count {
      var hit = ClassHit(classIndex: classIndex, prototype: 0, similarity: -.infinity, confidence: 0)
      for prototype in model.classStarts[classIndex]..<model.classStarts[classIndex + 1]
      where similarities[prototype] > hit.similarity {
        hit.prototype = prototype
        hit.similarity = similarities[prototype]
      }
      if hits.count == count, let last = hits.last, hit.similarity <= last.similarity { continue }
      let position = hits.firstIndex { $0.similarity < hit.similarity } ?? hits.count
      hits.insert(hit, at: position)
      if hits.count > count { hits.removeLast() }
    }
    return hits
  }
}
