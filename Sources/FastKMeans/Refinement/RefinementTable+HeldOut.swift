extension RefinementTable {
  /// What the table says about documents that it has not learned from.
  ///
  /// - Complexity: O(non-zeros x prototypes).
  package func heldOutScores(
    _ documents: [Int32], rows: RefinementRows, classes: [Int32], workers: Int
  ) throws -> HeldOutScores {
    // The best few classes carry all but a rounding of a softmax's mass.
    let kept = min(16, classStarts.count - 1)
    let scratch = WorkerScratch(workers: workers) { [Float](repeating: 0, count: stride) }
    let results = WorkerScratch<(top: [Float], classes: [Int32], place: Int?)>(
      workers: max(1, documents.count)
    ) { ([], [], nil) }
    try Parallel.forEachChunk(count: documents.count, chunk: 64, workers: workers) { worker, range in
      scratch.with(worker) { scores in
        for position in range {
          let row = Int(documents[position])
          self.scores(of: row, in: rows, into: &scores)
          let best = bestClasses(scores, count: kept)
          let scale = rows.scale(of: row)
          let place = best.firstIndex { $0.classIndex == Int(classes[row]) }
          results.with(position) {
            $0 = (best.map { $0.score * scale }, best.map { Int32($0.classIndex) }, place)
          }
        }
      }
    }
    var answer = HeldOutScores()
    for position in documents.indices {
      let (top, topClasses, place) = results.with(position) { $0 }
      answer.margins.append(top.count > 1 ? Double(top[0] - top[1]) : 0)
      answer.isRight.append(place == 0)
      answer.topScores.append(top)
      answer.truePlaces.append(place)
      answer.topClasses.append(topClasses)
    }
    return answer
  }

  private func bestClasses(_ scores: [Float], count: Int) -> [(classIndex: Int, score: Float)] {
    var best: [(classIndex: Int, score: Float)] = []
    for classIndex in 0..<classStarts.count - 1 {
      var score = -Float.infinity
      for lane in Int(classStarts[classIndex])..<Int(classStarts[classIndex + 1]) {
        score = max(score, scores[lane])
      }
      if best.count == count, let last = best.last, score <= last.score { continue }
      guard score > -.infinity else { continue }
      let position = best.firstIndex { $0.score < score } ?? best.count
      best.insert((classIndex, score), at: position)
      if best.count > count { best.removeLast() }
    }
    return best
  }
}
