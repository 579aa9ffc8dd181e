/// The processor's own engine behind the device interface: what others are compared with, in tests and in time.
package struct CPUDevice: ScoringDevice {
  private let workers: Int

  package init(workers: Int = 1) { self.workers = workers }

  package var name: String { "cpu" }

  package func upload(_ prototypes: DevicePrototypes) throws -> any DeviceTable {
    Table(
      index: try ScoringIndex(
        prototypes: prototypes.set, biases: prototypes.biases, classCount: prototypes.classCount,
        truncation: prototypes.truncation, workers: workers),
      workers: workers)
  }

  private struct Table: DeviceTable {
    let index: ScoringIndex
    let workers: Int

    func batchRows(for question: DeviceQuestion, valuesPerRow: Double) throws -> Int {
      guard case .scores = question else { return 8192 }
      return max(1, (1 << 22) / max(1, index.prototypeCount))
    }

    /// Computes at once: the processor has nothing to overlap with itself.
    func submit(_ batch: DeviceBatch, _ question: DeviceQuestion) throws -> any DeviceJob {
      Job(answer: try answer(batch, question))
    }

    private func answer(_ batch: DeviceBatch, _ question: DeviceQuestion) throws -> DeviceAnswer {
      let rows = batch.rows.slice(batch.range)
      let scales = batch.scales.map { UnsafeBufferPointer(rebasing: $0[batch.range]) }
      var answer = DeviceAnswer()
      switch question {
      case .topPrototypes(let count):
        answer.hits = try hits(rows.rowCount * count) {
          try index.topPrototypes(count, of: rows, scales: scales, workers: workers, into: $0)
        }
      case .topClasses(let count):
        answer.hits = try hits(rows.rowCount * count) {
          try index.topClasses(count, of: rows, scales: scales, workers: workers, into: $0)
        }
      case .ownAndOther(let classes):
        answer.hits = try hits(rows.rowCount) { own in
          answer.others = try hits(rows.rowCount) { other in
            try classes.withUnsafeBufferPointer {
              try index.bestOwnAndOther(
                of: rows, scales: scales, classes: $0, workers: workers, own: own, other: other)
            }
          }
        }
      case .above(let threshold):
        let found = WorkerScratch<[PrototypeHit]>(workers: max(1, rows.rowCount)) { [] }
        try index.forEachAbove(threshold: threshold, of: rows, scales: scales, workers: workers) {
          _, row, hits in
          found.with(row) { $0 = Array(hits) }
        }
        answer.offsets = [0]
        for row in 0..<rows.rowCount {
          found.with(row) { answer.hits += $0 }
          answer.offsets.append(answer.hits.count)
        }
      case .scores:
        let count = index.prototypeCount
        answer.scores = [Float](repeating: 0, count: rows.rowCount * count)
        try answer.scores.withUnsafeMutableBufferPointer { target in
          nonisolated(unsafe) let target = target
          try index.forEachScoreBlock(of: rows, scales: scales, workers: workers) { _, range, scores in
            let own = UnsafeMutableBufferPointer(
              rebasing: target[range.lowerBound * count..<range.upperBound * count])
            _ = own.update(fromContentsOf: scores[..<own.count])
          }
        }
      }
      return answer
    }

    private func hits(
      _ count: Int, _ body: (UnsafeMutableBufferPointer<PrototypeHit>) throws -> Void
    ) throws -> [PrototypeHit] {
      var hits = [PrototypeHit](repeating: .none, count: count)
      try hits.withUnsafeMutableBufferPointer { try body($0) }
      return hits
    }
  }

  private struct Job: DeviceJob {
    let answer: DeviceAnswer
    func wait() throws -> DeviceAnswer { answer }
  }
}
