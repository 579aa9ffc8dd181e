import CFastKMeansKernels

/// Every prototype above a threshold, row by row.
struct AboveConsumer: ScoreConsumer, @unchecked Sendable {
  let threshold: Float
  let scratch: WorkerScratch<AboveScratch>
  let body: @Sendable (Int, Int, UnsafeBufferPointer<PrototypeHit>) throws -> Void

  func threshold(worker: Int, row: Int, first: Int, count: Int) -> Float { threshold }

  func begin(worker: Int, rows: Range<Int>) {
    scratch.with(worker) { $0.prepare(rows: rows) }
  }

  @inline(__always)
  func take(
    worker: Int, row: Int, first: Int, scores: UnsafePointer<Float>, count: Int, kernels: fk_scoring_kernels
  ) {
    scratch.with(worker) { scratch in
      var start = 0
      while start < count {
        let length = min(AboveScratch.step, count - start)
        let above = kernels.positions_above(scores + start, length, threshold, scratch.positions)
        for index in 0..<Int(above) {
          let position = start + Int(scratch.positions[index])
          scratch.append(
            row: row,
            PrototypeHit(prototype: Int32(truncatingIfNeeded: first + position), score: scores[position]))
        }
        start += length
      }
    }
  }

  func end(worker: Int, rows: Range<Int>) throws {
    try scratch.with(worker) { scratch in
      for row in rows {
        try scratch.hits(row).withUnsafeBufferPointer { try body(worker, row, $0) }
      }
    }
  }
}

/// The hits of the rows that one worker is busy with; arrays keep their room from chunk to chunk.
final class AboveScratch {
  static let step = 256
  let positions = UnsafeMutablePointer<UInt32>.allocate(capacity: AboveScratch.step)
  private var firstRow = 0
  private var lists: [[PrototypeHit]] = []

  deinit { positions.deallocate() }

  func prepare(rows: Range<Int>) {
    firstRow = rows.lowerBound
    while lists.count < rows.count { lists.append([]) }
    for index in 0..<rows.count { lists[index].removeAll(keepingCapacity: true) }
  }

  @inline(__always)
  func append(row: Int, _ hit: PrototypeHit) { lists[row - firstRow].append(hit) }

  func clear(row: Int) { lists[row - firstRow].removeAll(keepingCapacity: true) }

  func hits(_ row: Int) -> [PrototypeHit] { lists[row - firstRow] }
}
