extension RefinementTable {
  /// What the table says about documents that it has not learned from.
  ///
  /// - Parameter least: weights of a smaller magnitude count as 0, in lists.
  /// - Complexity: O(non-zeros x prototypes).
  package func heldOutScores(
    _ documents: [Int32], of rows: TrainingSet, workers: Int, least: Float = 0
  ) throws -> HeldOutScores {
    let scratch = WorkerScratch(workers: workers) { ScoreScratch() }
    let results = WorkerScratch<HeldOutScores.Best>(workers: max(1, documents.count)) { [] }
    try Parallel.forEachChunk(
      count: documents.count, chunk: Self.heldOutChunk, workers: workers
    ) { worker, range in
      try scratch.with(worker) { scratch in
        try scratch.score(documents[range], of: rows, by: self, least: least)
        for position in range {
          let best = bestClasses(scratch.scores, from: (position - range.lowerBound) * stride)
          results.with(position) { $0 = best }
        }
      }
    }
    var answer = HeldOutScores()
    for position in documents.indices {
      let row = Int(documents[position])
      let best = results.with(position) { $0 }
      answer.append(
        best, scale: rows.scale(of: row), trueClass: rows.classes[row], weight: rows.weight(of: row))
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

  private func bestClasses(_ scores: [Float], from start: Int) -> HeldOutScores.Best {
    classStarts.withUnsafeBufferPointer { starts in
      scores.withUnsafeBufferPointer { scores in
        HeldOutScores.best(classCount: starts.count - 1) { classIndex in
          var score = -Float.infinity
          for lane in start + Int(starts[classIndex])..<start + Int(starts[classIndex + 1])
          where scores[lane] > score {
            score = scores[lane]
          }
          return score
        }
      }
    }
  }
}
