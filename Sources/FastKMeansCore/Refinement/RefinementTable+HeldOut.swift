extension RefinementTable {
  /// What the table says about documents that it has not learned from.
  ///
  /// - Parameter least: weights of a smaller magnitude count as 0, in lists.
  /// - Complexity: O(non-zeros x prototypes).
  package func heldOutScores(
    _ documents: [Int32], of rows: TrainingSet, workers: Int, least: Float = 0
  ) throws -> HeldOutScores {
    let kept = min(HeldOutScores.keptClasses, classStarts.count - 1)
    let scratch = WorkerScratch(workers: workers) { ScoreScratch() }
    let results = WorkerScratch<(top: [Float], classes: [Int32], place: Int?)>(
      workers: max(1, documents.count)
    ) { ([], [], nil) }
    try Parallel.forEachChunk(
      count: documents.count, chunk: Self.heldOutChunk, workers: workers
    ) { worker, range in
      try scratch.with(worker) { scratch in
        try scratch.score(documents[range], of: rows, by: self, least: least)
        for position in range {
          let row = Int(documents[position])
          let best = bestClasses(scratch.scores, from: (position - range.lowerBound) * stride, count: kept)
          let scale = rows.scale(of: row)
          let place = best.firstIndex { $0.classIndex == Int(rows.classes[row]) }
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
      answer.weights.append(rows.weight(of: Int(documents[position])))
      answer.topScores.append(top)
      answer.truePlaces.append(place)
      answer.topClasses.append(topClasses)
      answer.trueClasses.append(rows.classes[Int(documents[position])])
    }
    answer.classCount = classStarts.count - 1
    return answer
  }

  private static let heldOutChunk = 64

  /// One worker's memory for a chunk of documents.
  private final class ScoreScratch {
    private var rowScores: [Float] = []
    private var lists: WeightLists.Scratch?

    var scores: [Float] { lists?.scores ?? rowScores }

    /// Fills ``scores`` with the score of every lane, not scaled.
    func score(
      _ documents: ArraySlice<Int32>, of rows: TrainingSet, by table: RefinementTable, least: Float
    ) throws {
      switch table.cells {
      case .rows(let weights, _):
        if rowScores.isEmpty { rowScores = [Float](repeating: 0, count: heldOutChunk * table.stride) }
        rowScores.withUnsafeMutableBufferPointer { scores in
          guard let scores = scores.baseAddress else { return }
          for (position, document) in documents.enumerated() {
            table.scores(of: Int(document), weights, in: rows, into: scores + position * table.stride)
          }
        }
      case .lists(let weights):
        let lists = try lists ?? WeightLists.Scratch(weights)
        self.lists = lists
        lists.score(documents, of: rows, least: least)
      }
    }
  }

  private func bestClasses(
    _ scores: [Float], from start: Int, count: Int
  ) -> [(classIndex: Int, score: Float)] {
    var best: [(classIndex: Int, score: Float)] = []
    // What a class has to be above: the last of a full list.
    var floor = -Float.infinity
    classStarts.withUnsafeBufferPointer { starts in
      scores.withUnsafeBufferPointer { scores in
        for classIndex in 0..<starts.count - 1 {
          var score = -Float.infinity
          for lane in start + Int(starts[classIndex])..<start + Int(starts[classIndex + 1])
          where scores[lane] > score {
            score = scores[lane]
          }
          guard score > floor else { continue }
          best.insert((classIndex, score), at: best.firstIndex { $0.score < score } ?? best.count)
          if best.count > count { best.removeLast() }
          if best.count == count { floor = best[count - 1].score }
        }
      }
    }
    return best
  }
}
