/// One batch of a stream in the default mode: classes that the batch brings start, the others move and grow.
///
/// Assignments use the prototypes as they lie at the batch's start. A class below its wanted number of prototypes
/// takes new ones from the batch's own rows, by k-means++ beside those it has.
package struct BatchUpdater {
  private let options: TrainingOptions
  private let progress: ProgressReporter
  /// Counts batches, so that each draws its own random numbers.
  private let step: UInt64

  package init(options: TrainingOptions, step: UInt64, progress: ProgressReporter) {
    self.options = options
    self.step = step
    self.progress = progress
  }

  /// - Parameters:
  ///   - prototypes: of each class, empty for a class that this batch brings; changed only if nothing is thrown.
  ///   - wanted: the number of prototypes of each class.
  /// - Complexity: O(non-zeros of the batch x prototypes per class + stored values of the classes touched).
  package func update(
    _ prototypes: inout [[Prototype]], with rows: FeatureRows, partition: ClassPartition, norms: RowNorms,
    weights: [Float]?, wanted: [Int]
  ) throws -> TrainingReport {
    let before = faded(prototypes)
    let touched = partition.classesByFallingSize()
    let workers = Parallel.workerCount(options.threadCount)
    let scratch = WorkerScratch<ColumnMap>(workers: workers) { ColumnMap() }
    let results = WorkerScratch<ClassKMeans.Result?>(workers: touched.count) { nil }
    try progress.begin(.training, total: rows.rowCount)
    try Parallel.forEach(count: touched.count, workers: workers) { worker, index in
      let classIndex = touched[index]
      let result = scratch.with(worker) { columnMap in
        partition.withRows(of: classIndex) { rowIndices in
          let local = ClassRows(
            rowIndices, of: rows, norms: norms, weights: weights, distance: options.distance,
            columnMap: &columnMap)
          return update(
            before[classIndex], with: local, wanted: wanted[classIndex], classIndex: classIndex,
            columnMap: columnMap)
        }
      }
      results.with(index) { $0 = result }
      try progress.advance(by: partition.count(of: classIndex))
    }
    try progress.finish()
    var report = TrainingReport()
    report.epochs = 1
    var after = before
    for (index, classIndex) in touched.enumerated() {
      guard let result = results.with(index, { $0 }) else { continue }
      after[classIndex] = result.prototypes
      report.add(result)
    }
    report.prunedCount += prune(&after)
    _ = try Merging(options: options).mergeClosePrototypes(
      of: &after, among: touched.sorted(), report: &report)
    report.prototypeCount = after.reduce(0) { $0 + $1.count }
    prototypes = after
    return report
  }

  /// Forgetting: masses and sums of all prototypes shrink; the centres stay where they are.
  private func faded(_ prototypes: [[Prototype]]) -> [[Prototype]] {
    guard options.decay < 1 else { return prototypes }
    return prototypes.map { members in
      members.map {
        Prototype(
          center: $0.center, sumScale: $0.sumScale * options.decay, mass: $0.mass * options.decay)
      }
    }
  }

  private func update(
    _ known: [Prototype], with rows: ClassRows, wanted: Int, classIndex: Int, columnMap: ColumnMap
  ) -> ClassKMeans.Result? {
    guard rows.count > 0 else { return known.isEmpty ? .withoutFeatures(of: rows) : nil }
    // A prototype without mass or length came from empty documents; it makes room for the first real one.
    let known = known.filter { $0.mass > 0 || $0.center.squaredNorm > 0 }
    let members =
      known
      + newMembers(beside: known, rows: rows, wanted: wanted, classIndex: classIndex, columnMap: columnMap)
    let centers = ClassCenters(
      rows.table(of: members.map(\.center), columnMap: columnMap),
      fullSquaredNorms: members.map { Float($0.center.squaredNorm) }, distance: options.distance)
    var assignment = ClassAssignment(rows: rows, options: options)
    _ = assignment.assign(to: centers)
    let masses = assignment.masses(laneCount: centers.count, stride: centers.table.stride)
    let sums = assignment.exactSums(like: centers.table)
    let order = rows.isSparse ? rows.columnsInGlobalOrder() : []
    var result = ClassKMeans.Result(
      prototypes: [], epochs: 1, shift: 0, objective: 0, reseeded: 0, pruned: 0)
    for (lane, member) in members.enumerated() {
      guard masses[lane] > 0 else {
        if member.mass > 0 { result.prototypes.append(member) }
        continue
      }
      let delta = rows.vector(from: sums, lane: lane, like: centers.table, order: order)
      let moved = Prototype(
        sum: member.center.combined(times: member.sumScale, with: delta, times: 1),
        mass: member.mass + masses[lane], distance: options.distance, precision: options.precision)
      result.shift = max(result.shift, moved.center.squaredDistance(to: member.center).squareRoot())
      result.prototypes.append(moved)
    }
    result.objective = assignment.objective
    return result
  }

  /// Prototypes on rows of the batch, for a class that has fewer than it wants.
  private func newMembers(
    beside known: [Prototype], rows: ClassRows, wanted: Int, classIndex: Int, columnMap: ColumnMap
  ) -> [Prototype] {
    guard known.count < wanted else { return [] }
    var seeding = Seeding(
      rows: rows, distance: options.distance, isGreedy: options.initialization != .random,
      random: CounterRandom(seed: options.seed, stream: UInt64(classIndex), step: step))
    if !known.isEmpty {
      let norms = known.map { Float($0.center.squaredNorm) }
      seeding.exclude(rows.table(of: known.map(\.center), columnMap: columnMap), squaredNorms: norms)
    }
    let order = rows.isSparse ? rows.columnsInGlobalOrder() : []
    return seeding.choose(min(wanted - known.count, rows.count)).map { row in
      Prototype(center: rows.vector(ofRow: row, order: order), sumScale: 0, mass: 0)
    }
  }

  /// Drops prototypes that faded to nothing; a class keeps its heaviest.
  private func prune(_ prototypes: inout [[Prototype]]) -> Int {
    var pruned = 0
    for classIndex in prototypes.indices where prototypes[classIndex].count > 1 {
      let members = prototypes[classIndex]
      var alive = members.filter { $0.mass > options.minimumMass }
      if alive.isEmpty, let heaviest = members.max(by: { $0.mass < $1.mass }) { alive = [heaviest] }
      pruned += members.count - alive.count
      if alive.count < members.count { prototypes[classIndex] = alive }
    }
    return pruned
  }
}

extension ClassKMeans.Result {
  /// A new class whose documents in this batch are all empty: it exists, and waits for features.
  fileprivate static func withoutFeatures(of rows: ClassRows) -> Self {
    Self(
      prototypes: [.empty(like: rows, mass: 0)], epochs: 1, shift: 0, objective: 0, reseeded: 0, pruned: 0)
  }
}
