import CFastKMeansKernels

/// A table of rows in single precision: a document reads its features' rows, one document a worker.
struct RowRefinementEngine: RefinementEngine {
  let table: RefinementTable
  let weights: AlignedMemory<Float>
  let rows: TrainingSet
  let workers: Int
  private let scratch: WorkerScratch<[Float]>
  static let largestBatch = 64
  var largestBatch: Int { Self.largestBatch }

  init(table: RefinementTable, weights: AlignedMemory<Float>, rows: TrainingSet, workers: Int) {
    self.table = table
    self.weights = weights
    self.rows = rows
    self.workers = workers
    scratch = WorkerScratch(workers: workers) { [Float](repeating: 0, count: table.stride) }
  }

  func findRivals(of batch: ArraySlice<Int32>, _ questions: RefinementQuestions, into steps: RefinementSteps)
  {
    Parallel.forEachChunk(count: batch.count, chunk: 16, workers: workers) { worker, range in
      scratch.with(worker) { scores in
        scores.withUnsafeMutableBufferPointer { scores in
          guard let scores = scores.baseAddress else { return }
          for position in range {
            let document = Int(batch[batch.startIndex + position])
            table.scores(of: document, weights, in: rows, into: scores)
            steps.find(position, among: scores, questions.question(about: document))
          }
        }
      }
    }
  }

  /// In parallel over lanes, so that each cell is written by one worker in document order.
  func move(_ steps: RefinementSteps, along batch: ArraySlice<Int32>, rates: [Float]) {
    let blocks = max(1, min(workers, table.stride / 8))
    Parallel.forEach(count: blocks, workers: workers) { _, block in
      let (begin, end) = (table.stride * block / blocks, table.stride * (block + 1) / blocks)
      var scratch: [Float] = []
      for (position, document) in batch.enumerated() where steps.counts[position] > 0 {
        rows.withMove(along: Int(document), &scratch) { columns, values in
          fk_refine_apply(
            columns.baseAddress, values.baseAddress, values.count, steps.moves(of: position),
            steps.counts[position], rates[position], weights.pointer, table.stride, begin, end)
        }
      }
    }
  }
}

extension RefinementTable {
  /// The score of every lane for one row, not scaled; `scores` has room for `stride`.
  @inline(__always)
  func scores(
    of row: Int, _ weights: AlignedMemory<Float>, in rows: TrainingSet,
    into scores: UnsafeMutablePointer<Float>
  ) {
    rows.withRow(row) { columns, values in
      fk_refine_scores(
        columns.baseAddress, values.baseAddress, values.count, weights.pointer, stride, scores)
    }
    addBiases(of: row, in: rows, to: scores)
  }
}
