extension RefinementTable {
  /// What the table says about documents that it has not learned from.
  ///
  /// - Parameter least: tiles only, weights of a smaller magnitude (a bfloat16 without its sign) count as 0.
  /// - Complexity: O(non-zeros x prototypes).
  package func heldOutScores(
    _ documents: [Int32], of rows: TrainingSet, workers: Int, least: UInt16 = 0
  ) throws -> HeldOutScores {
    let kept = min(HeldOutScores.keptClasses, classStarts.count - 1)
    let scratch = WorkerScratch(workers: workers) { ScoreScratch(count: Self.heldOutChunk * stride) }
    let results = WorkerScratch<(top: [Float], classes: [Int32], place: Int?)>(
      workers: max(1, documents.count)
    ) { ([], [], nil) }
    Parallel.forEachChunk(
      count: documents.count, chunk: Self.heldOutChunk, workers: workers
    ) { worker, range in
      scratch.with(worker) { scratch in
        scores(of: documents[range], in: rows, least: least, scratch)
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
      answer.topScores.append(top)
      answer.truePlaces.append(place)
      answer.topClasses.append(topClasses)
    }
    return answer
  }

  private static let heldOutChunk = 32

  /// One worker's memory for a chunk of documents.
  private final class ScoreScratch {
    var scores: [Float]
    let batch = TileBatch()

    init(count: Int) { scores = [Float](repeating: 0, count: count) }
  }

  private func scores(
    of documents: ArraySlice<Int32>, in rows: TrainingSet, least: UInt16, _ scratch: ScoreScratch
  ) {
    scratch.scores.withUnsafeMutableBufferPointer { scores in
      guard let scores = scores.baseAddress else { return }
      switch cells {
      case .rows(let weights, _):
        for (position, document) in documents.enumerated() {
          self.scores(of: Int(document), weights, in: rows, into: scores + position * stride)
        }
      case .tiles(let cells, let count):
        scratch.batch.fill(documents, of: rows)
        scratch.batch.withBatch { batch in
          withUnsafePointer(to: batch) {
            for tile in 0..<count { self.scores(of: $0, tile: tile, cells, least: least, into: scores) }
          }
        }
        for (position, document) in documents.enumerated() {
          addBiases(of: Int(document), in: rows, to: scores + position * stride)
        }
      }
    }
  }

  private func bestClasses(
    _ scores: [Float], from start: Int, count: Int
  ) -> [(classIndex: Int, score: Float)] {
    var best: [(classIndex: Int, score: Float)] = []
    for classIndex in 0..<classStarts.count - 1 {
      var score = -Float.infinity
      for lane in Int(classStarts[classIndex])..<Int(classStarts[classIndex + 1]) {
        score = max(score, scores[start + lane])
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
