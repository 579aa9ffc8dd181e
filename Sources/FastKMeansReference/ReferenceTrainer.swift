import FastKMeansCore

/// Trains as the PyTorch implementation does: batch after batch, by running averages.
///
/// It is for users who come from that implementation and want to check; docs/migrating.md says what the default mode
/// does better.
struct ReferenceTrainer: ModeTrainer {
  private let options: TrainingOptions
  private let progress: ProgressReporter

  init(options: TrainingOptions, progress: ProgressReporter) {
    self.options = options
    self.progress = progress
  }

  /// Epochs of batches in row order, until no prototype moves further than the tolerance and nothing merges.
  ///
  /// - Complexity: O(epochs x (non-zeros x prototypes + batches x features x prototypes)); hard assignments need
  ///   O(epochs x (non-zeros x prototypes of a class + batches x stored values)).
  func train(
    _ prototypes: inout [[Prototype]], on documents: TrainingSet, isOneBatch: Bool
  ) throws -> TrainingReport {
    let training = ReferenceRows(
      documents: documents, options: options, workers: Parallel.workerCount(options.threadCount))
    return options.isSoft
      ? try train(&prototypes, on: training, isOneBatch, SoftReference.self)
      : try train(&prototypes, on: training, isOneBatch, HardReference.self)
  }

  private func train<State: ReferenceState>(
    _ prototypes: inout [[Prototype]], on rows: ReferenceRows, _ isOneBatch: Bool, _: State.Type
  ) throws -> TrainingReport {
    let rowCount = rows.documents.rows.rowCount
    let (maxEpochs, batchSize) = isOneBatch ? (1, rowCount) : (options.maxEpochs, options.batchSize)
    let (total, overflow) = rowCount.multipliedReportingOverflow(by: maxEpochs)
    try progress.begin(.training, total: overflow ? .max : total)
    var report = TrainingReport()
    var state = try State(prototypes, rows)
    // Made in the first epoch and kept: twice the data, next to a table of features x prototypes.
    var batches: [State.Batch] = []
    for epoch in 1...maxEpochs {
      report.epochs = epoch
      report.shift = 0
      let mergedBefore = report.mergedCount
      for (number, first) in stride(from: 0, to: rowCount, by: batchSize).enumerated() {
        let range = first..<min(rowCount, first + batchSize)
        if number == batches.count { batches.append(try state.batch(range)) }
        report.shift = max(report.shift, try state.learn(batches[number], progress))
        try pruneAndMerge(&state, rows, &report)
        try progress.advance(by: range.count)
      }
      if report.shift < options.tolerance, report.mergedCount == mergedBefore { break }
    }
    try progress.finish()
    prototypes = state.prototypes
    report.prototypeCount = prototypes.reduce(0) { $0 + $1.count }
    return report
  }

  private func pruneAndMerge<State: ReferenceState>(
    _ state: inout State, _ rows: ReferenceRows, _ report: inout TrainingReport
  ) throws {
    guard options.mergeThreshold != nil || state.hasMass(upTo: options.minimumMass) else { return }
    var prototypes = state.prototypes
    var pruned = 0
    for classIndex in prototypes.indices {
      let members = prototypes[classIndex]
      var alive = members.filter { $0.mass > options.minimumMass }
      if alive.isEmpty, let heaviest = members.max(by: { $0.mass < $1.mass }) { alive = [heaviest] }
      pruned += members.count - alive.count
      prototypes[classIndex] = alive
    }
    let merged = Merging(options: options, weighsByMass: true).mergeClosePrototypes(
      of: &prototypes, among: Array(prototypes.indices), report: &report)
    report.prunedCount += pruned
    if pruned > 0 || !merged.isEmpty { state = try State(prototypes, rows) }
  }
}

/// All documents of a call, and how to learn from them.
struct ReferenceRows: Sendable {
  let documents: TrainingSet
  let options: TrainingOptions
  let workers: Int
}

/// The prototypes of all classes in the form that one kind of assignment works on.
protocol ReferenceState {
  /// Some of the rows in the form that it learns from.
  associatedtype Batch

  init(_ prototypes: [[Prototype]], _ rows: ReferenceRows) throws

  /// The prototypes as a learner keeps them.
  var prototypes: [[Prototype]] { get }

  /// Whether any prototype has no more mass than this.
  func hasMass(upTo limit: Double) -> Bool

  func batch(_ range: Range<Int>) throws -> Batch

  /// Assigns, updates, truncates and normalises.
  ///
  /// - Returns: the largest distance that a prototype moved.
  mutating func learn(_ batch: Batch, _ progress: ProgressReporter) throws -> Double
}
