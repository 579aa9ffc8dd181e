/// Training to the letter of the PyTorch implementation: batch after batch, running averages, shares for the
/// prototypes of other classes. For those who move over and want to check; see the default mode for what it mends.
package struct ReferenceTrainer {
  private let options: TrainingOptions
  private let workers: Int
  private let progress: ProgressReporter

  package init(options: TrainingOptions, progress: ProgressReporter) {
    self.options = options
    self.progress = progress
    workers = Parallel.workerCount(options.threadCount)
  }

  /// Epochs of batches in row order, until no prototype moves further than the tolerance and nothing merges.
  ///
  /// - Parameters:
  ///   - prototypes: of each class, all seeded; changed only if nothing is thrown.
  /// - Complexity: O(epochs x (non-zeros x prototypes + batches x features x prototypes)); hard assignments need
  ///   O(epochs x (non-zeros x prototypes of a class + batches x stored values)).
  package func fit(
    _ prototypes: inout [[Prototype]], _ set: TrainingSet
  ) throws -> TrainingReport {
    let rows = set.rows
    let (total, overflow) = rows.rowCount.multipliedReportingOverflow(by: options.maxEpochs)
    try progress.begin(.training, total: overflow ? .max : total)
    var report = TrainingReport()
    var state = try state(prototypes, rows)
    // Made in the first epoch and kept: twice the data, next to a table of features x prototypes.
    var batches: [Batch] = []
    for epoch in 1...options.maxEpochs {
      report.epochs = epoch
      report.shift = 0
      let mergedBefore = report.mergedCount
      for (number, first) in stride(from: 0, to: rows.rowCount, by: options.batchSize).enumerated() {
        let range = first..<min(rows.rowCount, first + options.batchSize)
        if number == batches.count {
          batches.append(try batch(set, range))
        }
        let shift = try learn(&state, batches[number], rows, &report)
        report.shift = max(report.shift, shift)
        try progress.advance(by: range.count)
      }
      if report.shift < options.tolerance, report.mergedCount == mergedBefore { break }
    }
    return try finish(report, state, &prototypes)
  }

  /// One batch.
  package func update(
    _ prototypes: inout [[Prototype]], with set: TrainingSet
  ) throws -> TrainingReport {
    let rows = set.rows
    try progress.begin(.training, total: rows.rowCount)
    var report = TrainingReport()
    report.epochs = 1
    var state = try state(prototypes, rows)
    let batch = try batch(set, 0..<rows.rowCount)
    report.shift = try learn(&state, batch, rows, &report)
    return try finish(report, state, &prototypes)
  }

  private func finish(
    _ report: TrainingReport, _ state: State, _ prototypes: inout [[Prototype]]
  ) throws -> TrainingReport {
    try progress.finish()
    var report = report
    prototypes = state.prototypes
    report.prototypeCount = prototypes.reduce(0) { $0 + $1.count }
    return report
  }
}

extension ReferenceTrainer {
  /// The prototypes in the form that a kind of assignment works on.
  private enum State {
    case hard(ReferenceByClass)
    case soft(ReferenceTable)

    var prototypes: [[Prototype]] {
      switch self {
      case .hard(let classes): classes.prototypes
      case .soft(let table): table.prototypes()
      }
    }

    func hasMass(below limit: Double) -> Bool {
      switch self {
      case .hard(let classes): classes.prototypes.contains { $0.contains { $0.mass <= limit } }
      case .soft(let table): table.masses.contains { $0 <= limit }
      }
    }
  }

  private func state(_ prototypes: [[Prototype]], _ rows: FeatureRows) throws -> State {
    guard options.isSoft else {
      return .hard(ReferenceByClass(prototypes, options: options, workers: workers))
    }
    let isSparse = if case .sparse = rows { true } else { false }
    return .soft(try ReferenceTable(prototypes, featureCount: rows.columnCount, isSparse: isSparse))
  }

  /// A batch in the form that a kind of assignment takes.
  private enum Batch {
    case hard(ReferenceByClass.Batch)
    case soft(ReferenceBatch)
  }

  private func batch(
    _ set: TrainingSet, _ range: Range<Int>
  ) throws -> Batch {
    try options.isSoft
      ? .soft(ReferenceBatch(set, range: range))
      : .hard(ReferenceByClass.Batch(set, range: range, options: options, workers: workers))
  }

  /// Assign, update, truncate, normalise, shift, prune, merge; returns the shift.
  private func learn(
    _ state: inout State, _ batch: Batch, _ rows: FeatureRows, _ report: inout TrainingReport
  ) throws -> Double {
    var shift = 0.0
    switch (state, batch) {
    case (.hard(var byClass), .hard(let batch)):
      shift = try byClass.learn(batch, progress)
      state = .hard(byClass)
    case (.soft(let table), .soft(let batch)):
      try table.reserveSums(features: batch.features.count)
      let added = try ReferenceAssignment(options: options, workers: workers).addShares(
        of: batch, to: table, progress)
      if options.decay < 1 { for lane in table.masses.indices { table.masses[lane] *= options.decay } }
      var step = ReferenceStep(table, batch, options: options, workers: workers)
      shift = try step.run(added: added)
    default:
      // Both kinds follow from `isSoft`.
      break
    }
    try pruneAndMerge(&state, rows, &report)
    return shift
  }

  private func pruneAndMerge(_ state: inout State, _ rows: FeatureRows, _ report: inout TrainingReport) throws
  {
    guard options.mergeThreshold != nil || state.hasMass(below: options.minimumMass) else { return }
    var prototypes = state.prototypes
    var pruned = 0
    for classIndex in prototypes.indices {
      let members = prototypes[classIndex]
      var alive = members.filter { $0.mass > options.minimumMass }
      if alive.isEmpty, let heaviest = members.max(by: { $0.mass < $1.mass }) { alive = [heaviest] }
      pruned += members.count - alive.count
      prototypes[classIndex] = alive
    }
    let merged = Merging(options: options).mergeClosePrototypes(
      of: &prototypes, among: Array(prototypes.indices), report: &report)
    report.prunedCount += pruned
    guard pruned > 0 || !merged.isEmpty else { return }
    state = try self.state(prototypes, rows)
  }
}
