import CFastKMeansKernels

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
  /// - Complexity: O(epochs x (non-zeros x prototypes + batches x features x prototypes)).
  package func fit(
    _ prototypes: inout [[Prototype]], rows: FeatureRows, classes: [Int32], norms: RowNorms, weights: [Float]?
  ) throws -> TrainingReport {
    var report = TrainingReport()
    var table = try ReferenceTable(prototypes, featureCount: rows.columnCount, isSparse: isSparse(rows))
    let (total, overflow) = rows.rowCount.multipliedReportingOverflow(by: options.maxEpochs)
    try progress.begin(.training, total: overflow ? .max : total)
    for epoch in 1...options.maxEpochs {
      report.epochs = epoch
      report.shift = 0
      let mergedBefore = report.mergedCount
      for first in stride(from: 0, to: rows.rowCount, by: options.batchSize) {
        let range = first..<min(rows.rowCount, first + options.batchSize)
        let batch = ReferenceBatch(rows, range: range, classes: classes, norms: norms, weights: weights)
        report.shift = max(report.shift, try learn(batch, table: &table, report: &report))
        try progress.advance(by: range.count)
      }
      if report.shift < options.tolerance, report.mergedCount == mergedBefore { break }
    }
    try progress.finish()
    prototypes = table.prototypes()
    report.prototypeCount = table.count
    return report
  }

  /// One batch.
  package func update(
    _ prototypes: inout [[Prototype]], with rows: FeatureRows, classes: [Int32], norms: RowNorms,
    weights: [Float]?
  ) throws -> TrainingReport {
    var report = TrainingReport()
    report.epochs = 1
    try progress.begin(.training, total: rows.rowCount)
    var table = try ReferenceTable(prototypes, featureCount: rows.columnCount, isSparse: isSparse(rows))
    let batch = ReferenceBatch(
      rows, range: 0..<rows.rowCount, classes: classes, norms: norms, weights: weights)
    report.shift = try learn(batch, table: &table, report: &report)
    try progress.finish()
    prototypes = table.prototypes()
    report.prototypeCount = table.count
    return report
  }

  private func isSparse(_ rows: FeatureRows) -> Bool {
    if case .sparse = rows { true } else { false }
  }

  /// Assign, update, truncate, normalise, shift, prune, merge; returns the shift.
  private func learn(_ batch: ReferenceBatch, table: inout ReferenceTable, report: inout TrainingReport)
    throws -> Double
  {
    let added = try ReferenceAssignment(options: options, workers: workers).addShares(
      of: batch, to: table, progress)
    if options.decay < 1 { for lane in table.masses.indices { table.masses[lane] *= options.decay } }
    let shift = try table.step(added: added, options: options, workers: workers)
    try pruneAndMerge(&table, report: &report)
    return shift
  }

  private func pruneAndMerge(_ table: inout ReferenceTable, report: inout TrainingReport) throws {
    let dead = table.masses.filter { $0 <= options.minimumMass }.count
    guard dead > 0 || options.mergeThreshold != nil else { return }
    var prototypes = table.prototypes()
    var pruned = 0
    for classIndex in prototypes.indices {
      let members = prototypes[classIndex]
      var alive = members.filter { $0.mass > options.minimumMass }
      if alive.isEmpty, let heaviest = members.max(by: { $0.mass < $1.mass }) { alive = [heaviest] }
      pruned += members.count - alive.count
      prototypes[classIndex] = alive
    }
    let merged = try Merging(options: options).mergeClosePrototypes(
      of: &prototypes, among: Array(prototypes.indices), report: &report)
    report.prunedCount += pruned
    guard pruned > 0 || !merged.isEmpty else { return }
    let isSparse = prototypes.first { !$0.isEmpty }?[0].center.isSparse ?? true
    table = try ReferenceTable(prototypes, featureCount: table.featureCount, isSparse: isSparse)
  }
}

/// A batch of rows, scaled, in one form for sparse and dense input.
package struct ReferenceBatch: Sendable {
  package let offsets: [Int64]
  package let columns: [UInt32]
  package let values: [Float]
  package let squaredNorms: [Float]
  package let classes: [Int32]
  package let weights: [Float]?

  package var count: Int { classes.count }

  package init(_ rows: FeatureRows, range: Range<Int>, classes: [Int32], norms: RowNorms, weights: [Float]?) {
    var offsets: [Int64] = [0]
    var columns: [UInt32] = []
    var values: [Float] = []
    for row in range {
      let scale = norms.scales[row]
      switch rows {
      case .sparse(let rows):
        columns.append(contentsOf: rows.columns(of: row))
        for value in rows.values(of: row) { values.append(value * scale) }
      case .dense(let rows):
        columns.append(contentsOf: 0..<UInt32(rows.columnCount))
        for value in rows.values(of: row) { values.append(value * scale) }
      }
      offsets.append(Int64(columns.count))
    }
    self.offsets = offsets
    self.columns = columns
    self.values = values
    squaredNorms = Array(norms.squaredNorms[range])
    self.classes = Array(classes[range])
    self.weights = weights.map { Array($0[range]) }
  }
}
