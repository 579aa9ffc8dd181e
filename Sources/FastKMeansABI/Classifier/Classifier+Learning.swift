import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_classifier_fit")
package func classifierFit(
  _ classifier: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ labels: UnsafePointer<fkm_labels>?,
  _ sampleWeights: UnsafePointer<Double>?, _ progress: fkm_progress_function?,
  _ context: UnsafeMutableRawPointer?, _ report: UnsafeMutablePointer<fkm_report>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let report = try report.map { try checkOutput($0, "report", size: \.struct_size) }
    let done = try ClassifierHandle.borrowed(classifier, "classifier").withLearner { learner in
      let input = try LearningInput(rows, labels, sampleWeights, learner)
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
  _ classifier: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ labels: UnsafePointer<fkm_labels>?,
  _ sampleWeights: UnsafePointer<Double>?, _ initial: UnsafePointer<fkm_rows>?,
  _ initialLabels: UnsafePointer<fkm_labels>?, _ progress: fkm_progress_function?,
  _ context: UnsafeMutableRawPointer?, _ report: UnsafeMutablePointer<fkm_report>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let report = try report.map { try checkOutput($0, "report", size: \.struct_size) }
    let done = try ClassifierHandle.borrowed(classifier, "classifier").withLearner { learner in
      let initialization = try Initialization(initial, initialLabels)
      let input = try LearningInput(rows, labels, sampleWeights, learner)
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
  _ classifier: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ labels: UnsafePointer<fkm_labels>?,
  _ sampleWeights: UnsafePointer<Double>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    try ClassifierHandle.borrowed(classifier, "classifier").withLearner { learner in
      let input = try LearningInput(rows, labels, sampleWeights, learner)
      try input.rows.withView { try learner.seed($0, labels: input.labels, sampleWeights: input.weights) }
    }
  }
}

/// What a learning call gets.
private struct LearningInput {
  let rows: BorrowedRows
  let labels: LabelColumn
  let weights: [Double]?

  init(
    _ rows: UnsafePointer<fkm_rows>?, _ labels: UnsafePointer<fkm_labels>?,
    _ sampleWeights: UnsafePointer<Double>?, _ learner: Learner
  ) throws {
    self.rows = try BorrowedRows(
      rows, "rows", workers: Parallel.workerCount(learner.options.options.threadCount))
    self.labels = try LabelColumn(labels, "labels")
    weights = try sampleWeightList(sampleWeights, count: self.rows.view.rowCount)
  }
}

/// The weights of a caller; nil for NULL.
func sampleWeightList(_ weights: UnsafePointer<Double>?, count: Int) throws -> [Double]? {
  try weights.map { Array(try array($0, count: count, of: Double.self, "sample_weights")) }
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
    guard progress(context, &content) == 0 else { throw CancelledByCaller() }
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
