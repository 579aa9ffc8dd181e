import CFastKMeansKernels

/// A table of rows in single precision: a document reads its features' rows, one document a worker.
struct RowRefinementEngine: RefinementEngine {
  let table: RefinementTable
  let weights: AlignedMemory<Float>
  let rows: TrainingSet
  let workers: Int
  private let scratch: WorkerScratch<[Float]>

  /// 64 to 2,048 documents a batch give the same accuracy.
  static let batchSize = 64
  var batchSize: Int { Self.batchSize }

  init(table: RefinementTable, weights: AlignedMemory<Float>, rows: TrainingSet, workers: Int) {
    self.table = table
    self.weights = weights
    self.rows = rows
    self.workers = workers
    scratch = WorkerScratch(workers: workers) { [Float](repeating: 0, count: table.stride) }
  }

  func forEachScores(
    of batch: ArraySlice<Int32>,
    _ body: @escaping @Sendable (_ position: Int, _ scores: UnsafePointer<Float>) -> Void
  ) throws {
    Parallel.forEachChunk(count: batch.count, chunk: 16, workers: workers) { worker, range in
      scratch.with(worker) { scores in
        scores.withUnsafeMutableBufferPointer { scores in
          guard let scores = scores.baseAddress else { return }
          for position in range {
            table.scores(of: Int(batch[batch.startIndex + position]), weights, in: rows, into: scores)
            body(position, scores)
          }
        }
      }
    }
  }

  /// In parallel over lanes, so that each cell is written by one worker in document order.
  func move(_ steps: RefinementSteps, along batch: ArraySlice<Int32>, rates: [Float]) throws {
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

  /// Completes the products of one row with every lane.
  @inline(__always)
  func addBiases(of row: Int, in rows: TrainingSet, to scores: UnsafeMutablePointer<Float>) {
    guard let biases else { return }
    // Scores are scaled later, biases are not to be.
    let inverse = 1 / rows.scale(of: row)
    for lane in 0..<laneCount { scores[lane] += biases.pointer[lane] * inverse }
  }
}
