/// Gives classes their first prototypes without training them.
package struct ClassSeeder {
  private let options: TrainingOptions
  private let progress: ProgressReporter

  package init(options: TrainingOptions, progress: ProgressReporter) {
    self.options = options
    self.progress = progress
  }

  /// Gives each class without prototypes its first ones, with mass 1 each.
  ///
  /// - Parameters:
  ///   - prototypes: of each class; those that have some stay as they are.
  ///   - step: which call this is, for the random numbers.
  package func seed(
    _ prototypes: inout [[Prototype]], from set: TrainingSet, wanted: [Int], step: UInt64
  ) throws {
    let unseeded = set.partition.classesByFallingSize().filter { prototypes[$0].isEmpty }
    let workers = Parallel.workerCount(options.threadCount)
    let scratch = WorkerScratch<ColumnMap>(workers: workers) { ColumnMap() }
    try progress.begin(.seeding, total: unseeded.count)
    let chosen = try Parallel.map(count: unseeded.count, workers: workers) { worker, index in
      let classIndex = unseeded[index]
      let rows = scratch.with(worker) {
        set.classRows(of: classIndex, distance: options.distance, columnMap: &$0)
      }
      let own = seeds(of: rows, wanted: wanted[classIndex], classIndex: classIndex, step: step)
      try progress.advance(by: 1)
      return own
    }
    try progress.finish()
    for (classIndex, own) in zip(unseeded, chosen) { prototypes[classIndex] = own }
  }

  private func seeds(of rows: ClassRows, wanted: Int, classIndex: Int, step: UInt64) -> [Prototype] {
    guard rows.count > 0 else { return [.empty(like: rows, mass: 1)] }
    var seeding = Seeding(
      rows: rows, distance: options.distance, isGreedy: options.initialization != .random,
      random: CounterRandom(seed: options.seed, stream: UInt64(classIndex), step: step))
    let order = rows.isSparse ? rows.columnsInGlobalOrder() : []
    return seeding.choose(min(wanted, rows.count)).map { row in
      Prototype(center: rows.vector(ofRow: row, order: order), sumScale: 1, mass: 1)
    }
  }
}

extension ClassRows {
  /// One (scaled) row as a vector over the global columns.
  package func vector(ofRow row: Int, order: [UInt32]) -> PrototypeVector {
    var table = LaneTable(laneCount: 1, for: self)
    table.add(row, of: self, times: 1, toLane: 0)
    return vector(from: table.values.map(Double.init), lane: 0, like: table, order: order)
  }
}

extension Prototype {
  /// The prototype of a class that has documents without any feature only.
  package static func empty(like rows: ClassRows, mass: Double) -> Prototype {
    let center =
      rows.isSparse
      ? PrototypeVector(columns: [], values: [])
      : PrototypeVector(dense: [Double](repeating: 0, count: rows.featureCount))
    return Prototype(center: center, sumScale: 0, mass: mass)
  }
}
