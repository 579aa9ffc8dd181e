import CFastKMeansKernels

/// A table of tiles: a large batch goes through one tile after the other, tiles in parallel.
///
/// With 6,400 prototypes of 100,000 features a row-major table in single precision reads 2.3 MB from memory for each
/// document of 90 features; in tiles that is what the rare features need, some tenth of it. `RefinementTwin` is the
/// plain twin, as for rows.
final class TileRefinementEngine: RefinementEngine, @unchecked Sendable {
  let batchSize: Int
  private let table: RefinementTable
  private let cells: AlignedMemory<UInt16>
  private let tileCount: Int
  private let rows: TrainingSet
  private let workers: Int
  private let batchRows = TileBatch()
  private let scores: AlignedMemory<Float>
  /// Of the lots that round weights; goes on with every document.
  private var random: CounterRandom

  /// As many as have 32 MiB of scores, no more than cost no accuracy, and at least 64 batches an epoch: with fewer
  /// steps the rate would have to be another one.
  private static func batchSize(stride: Int, documentCount: Int) -> Int {
    max(64, min(1024, (8 << 20) / stride, documentCount / 64))
  }

  init(
    _ table: RefinementTable, cells: AlignedMemory<UInt16>, tileCount: Int, rows: TrainingSet,
    documentCount: Int, seed: UInt64, workers: Int
  ) throws {
    self.table = table
    self.cells = cells
    self.tileCount = tileCount
    self.rows = rows
    self.workers = workers
    batchSize = Self.batchSize(stride: table.stride, documentCount: documentCount)
    scores = try AlignedMemory(
      count: checkedProduct(batchSize, table.stride, for: "a batch's scores"), repeating: 0,
      for: "a batch's scores")
    random = CounterRandom(seed: seed, stream: 0x0710_7E)
  }

  func forEachScores(
    of batch: ArraySlice<Int32>,
    _ body: @escaping @Sendable (_ position: Int, _ scores: UnsafePointer<Float>) -> Void
  ) throws {
    batchRows.fill(batch, of: rows)
    batchRows.withBatch { documents in
      nonisolated(unsafe) let documents = documents
      Parallel.forEach(count: tileCount, workers: workers) { _, tile in
        withUnsafePointer(to: documents) { table.scores(of: $0, tile: tile, cells, into: scores.pointer) }
      }
    }
    Parallel.forEachChunk(count: batch.count, chunk: 16, workers: workers) { _, range in
      for position in range {
        let own = scores.pointer + position * table.stride
        table.addBiases(of: Int(batch[batch.startIndex + position]), in: rows, to: own)
        body(position, own)
      }
    }
  }

  /// In parallel over tiles, so that each cell is written by one worker in document order.
  func move(_ steps: RefinementSteps, along batch: ArraySlice<Int32>, rates: [Float]) throws {
    let noise = batch.map { _ in UInt32(truncatingIfNeeded: random.next()) }
    // More parts than workers: tiles of large classes have more to do.
    let parts = min(tileCount, 4 * workers)
    Parallel.forEach(count: parts, workers: workers) { _, part in
      let (begin, end) = (tileCount * part / parts, tileCount * (part + 1) / parts)
      var scratch: [Float] = []
      for (position, document) in batch.enumerated() where steps.counts[position] > 0 {
        rows.withMove(along: Int(document), &scratch) { columns, values in
          fk_tile_move(
            columns.baseAddress, values.baseAddress, values.count, steps.moves(of: position),
            steps.counts[position], rates[position], noise[position], cells.pointer, table.featureCount,
            begin, end)
        }
      }
    }
  }
}

extension RefinementTable {
  /// The scores of a batch's documents for the lanes of one tile, not scaled, without biases; a document has `stride`.
  ///
  /// - Parameter least: weights of a smaller magnitude (a bfloat16 without its sign) count as 0.
  func scores(
    of batch: UnsafePointer<fk_tile_batch>, tile: Int, _ cells: AlignedMemory<UInt16>, least: UInt16 = 0,
    into scores: UnsafeMutablePointer<Float>
  ) {
    fk_tile_scores(
      batch, cells.pointer + tile * featureCount * RefinementCells.tileLanes, least,
      scores + tile * RefinementCells.tileLanes, stride)
  }
}
