import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_classifier_fit")
package func classifierFit(
  _ classifier: OpaquePointer?, _ rows: RowsPointer?, _ labels: LabelsPointer?,
  _ sampleWeights: UnsafePointer<Double>?, _ progress: fkm_progress_function?,
  _ context: UnsafeMutableRawPointer?, _ report: UnsafeMutablePointer<fkm_report>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let report = try report.map { try checkOutput($0, "report", size: \.struct_size) }
    let done = try ClassifierHandle.borrowed(classifier, "classifier").changing { learner in
      let input = try LearningInput(
        rows, labels, sampleWeights, threadCount: learner.options.options.threadCount)
      return try input.rows.withView { rows in
        try learner.fit(
          rows, labels: input.labels, sampleWeights: input.weights,
          progress: progressHandler(progress, context))
      }
    }
    if let report { done.write(to: &report.pointee) }
  }
}

@_cdecl("fkm_classifier_fit_batch")
package func classifierFitBatch(
  _ classifier: OpaquePointer?, _ rows: RowsPointer?, _ labels: LabelsPointer?,
  _ sampleWeights: UnsafePointer<Double>?, _ initial: RowsPointer?, _ initialLabels: LabelsPointer?,
  _ progress: fkm_progress_function?, _ context: UnsafeMutableRawPointer?,
  _ report: UnsafeMutablePointer<fkm_report>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let report = try report.map { try checkOutput($0, "report", size: \.struct_size) }
    let done = try ClassifierHandle.borrowed(classifier, "classifier").changing { learner in
      let initialization = try Initialization(initial, initialLabels)
      let input = try LearningInput(
        rows, labels, sampleWeights, threadCount: learner.options.options.threadCount)
      return try input.rows.withView { rows in
        try learner.fitBatch(
          rows, labels: input.labels, sampleWeights: input.weights, initialization: initialization,
          progress: progressHandler(progress, context))
      }
    }
    if let report { done.write(to: &report.pointee) }
  }
}

@_cdecl("fkm_classifier_seed")
package func classifierSeed(
  _ classifier: OpaquePointer?, _ rows: RowsPointer?, _ labels: LabelsPointer?,
  _ sampleWeights: UnsafePointer<Double>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    try ClassifierHandle.borrowed(classifier, "classifier").changing { learner in
      let input = try LearningInput(
        rows, labels, sampleWeights, threadCount: learner.options.options.threadCount)
      try input.rows.withView { try learner.seed($0, labels: input.labels, sampleWeights: input.weights) }
    }
  }
}

/// What a call gets that learns.
struct LearningInput {
  let rows: CallerRows
  let labels: LabelColumn
  let weights: [Double]?

  init(
    _ rows: RowsPointer?, _ labels: LabelsPointer?, _ sampleWeights: UnsafePointer<Double>?, threadCount: Int
  ) throws {
    self.rows = try CallerRows(rows, "rows", workers: Parallel.workerCount(threadCount))
    self.labels = try LabelColumn(labels, "labels")
    let count = self.rows.view.rowCount
    weights = try sampleWeights.map {
      Array(try array($0, count: count, of: Double.self, "sample_weights"))
    }
  }
}

/// Carries progress to a caller's function, and its wish to stop back.
func progressHandler(
  _ progress: fkm_progress_function?, _ context: UnsafeMutableRawPointer?
) -> ProgressHandler? {
  guard let progress else { return nil }
  return { now in
    var content = fkm_progress()
    content.struct_size = UInt32(MemoryLayout<fkm_progress>.size)
    content.phase = now.phase.constant
    content.completed = Int64(now.completed)
    content.total = Int64(now.total)
    content.epoch = Int64(now.epoch ?? 0)
    guard progress(context, &content) == 0 else { throw CallError.cancelled }
  }
}

extension TrainingProgress.Phase {
  fileprivate var constant: Int32 {
    switch self {
    case .seeding: Int32(FKM_SEEDING)
    case .training: Int32(FKM_TRAINING)
    case .merging: Int32(FKM_MERGING)
    case .refining: Int32(FKM_REFINING)
    case .scoring: Int32(FKM_SCORING)
    }
  }
}

extension TrainingReport {
  /// Fills the caller's report.
  func write(to report: inout fkm_report) {
    report.epochs = Int64(epochs)
    report.merged_count = Int64(mergedCount)
    report.prototype_count = Int64(prototypeCount)
    report.reseeded_count = Int64(reseededCount)
    report.pruned_count = Int64(prunedCount)
    report.new_class_count = Int64(newClasses.count)
    report.empty_row_count = Int64(emptyDocumentCount)
    report.shift = shift
    report.objective = objective
    report.error_before_update = errorBeforeUpdate ?? .nan
    report.refinement_epochs = 0
    report.rate_halvings = 0
    report.held_out_count = 0
    report.held_out_accuracy = .nan
    report.prototype_accuracy = .nan
    report.refinement_bytes_needed = 0
    var recipe = ""
    switch refinement {
    case .off: report.refinement = Int32(FKM_REFINEMENT_OFF)
    case .done(let done):
      report.refinement = Int32(FKM_REFINEMENT_DONE)
      report.refinement_epochs = Int64(done.epochs)
      report.rate_halvings = Int64(done.rateHalvings)
      report.held_out_count = Int64(done.heldOutCount)
      report.held_out_accuracy = done.heldOutAccuracy
      report.prototype_accuracy = done.prototypeAccuracy
      recipe = done.recipe
    case .noBetter(let heldOut, let prototypes):
      report.refinement = Int32(FKM_REFINEMENT_NO_BETTER)
      report.held_out_accuracy = heldOut
      report.prototype_accuracy = prototypes
    case .skipped(let bytes):
      report.refinement = Int32(FKM_REFINEMENT_SKIPPED)
      report.refinement_bytes_needed = Int64(bytes ?? 0)
    }
    withUnsafeMutableBytes(of: &report.refinement_recipe) { recipe.copy(to: $0) }
  }
}
