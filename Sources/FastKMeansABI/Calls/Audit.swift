import CFastKMeans
import FastKMeansCore
import FastKMeansReference

@_cdecl("fkm_audit_labels")
package func auditLabels(
  _ model: OpaquePointer?, _ options: TextPointer?, _ optionsLength: Int64, _ rows: RowsPointer?,
  _ labels: LabelsPointer?, _ folds: Int64, _ progress: fkm_progress_function?,
  _ context: UnsafeMutableRawPointer?, _ suggested: UnsafeMutablePointer<Int32>?,
  _ confidences: UnsafeMutablePointer<Float>?, _ labelConfidences: UnsafeMutablePointer<Float>?,
  _ margins: UnsafeMutablePointer<Float>?, _ probable: UnsafeMutablePointer<UInt8>?,
  _ unknown: UnsafeMutablePointer<UInt8>?, _ similarities: UnsafeMutablePointer<Float>?, _ reasonCount: Int64,
  _ reasonColumns: UnsafeMutablePointer<Int64>?, _ reasonLeads: UnsafeMutablePointer<Float>?,
  _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let storage = try model.map { try ModelHandle.borrowed($0, "model").storage }
    var training = storage?.settings ?? TrainingOptions()
    if storage == nil { try training.set(options, length: optionsLength) }
    var settings = LabelAudit.Settings()
    guard let foldCount = Int(exactly: folds), let reasons = Int(exactly: reasonCount), 0...1000 ~= reasons
    else {
      throw CallError.size("reason_count", reasonCount, allowed: "0 to 1000")
    }
    (settings.foldCount, settings.reasonCount) = (foldCount, reasons)
    let input = try LearningInput(rows, labels, nil, threadCount: training.threadCount)
    let count = input.rows.view.rowCount
    let suggested = try Output(optional: suggested, count: count, "suggested")
    let confidences = try Output(optional: confidences, count: count, "confidences")
    let labelConfidences = try Output(optional: labelConfidences, count: count, "label_confidences")
    let margins = try Output(optional: margins, count: count, "margins")
    let probable = try Output(optional: probable, count: count, "probable")
    let unknown = try Output(optional: unknown, count: count, "unknown")
    let similarities = try Output(optional: similarities, count: count, "similarities")
    let columns = try Output(optional: reasonColumns, count: count * reasons, "reason_columns")
    let leads = try Output(optional: reasonLeads, count: count * reasons, "reason_leads")
    let audit = try input.rows.withView { view in
      if let storage { return try LabelAudit(view, labels: input.labels, model: storage, settings: settings) }
      return try LabelAudit(
        view, labels: input.labels, options: training, settings: settings,
        progress: progressHandler(progress, context))
    }
    for row in 0..<count {
      suggested?[row] = Int32(audit.suggested(row))
      confidences?[row] = audit.confidences[row]
      labelConfidences?[row] = audit.labelConfidences[row]
      margins?[row] = audit.margin(row)
      probable?[row] = audit.isProbable[row] ? 1 : 0
      unknown?[row] = 0
      similarities?[row] = audit.similarity(row)
      let found = audit.reasons(row)
      for place in 0..<reasons {
        columns?[row * reasons + place] = place < found.count ? Int64(found[place].feature) : -1
        leads?[row * reasons + place] = place < found.count ? found[place].lead : 0
      }
    }
    for row in audit.unknownRows { unknown?[row] = 1 }
  }
}

@_cdecl("fkm_audit_duplicates")
package func auditDuplicates(
  _ rows: RowsPointer?, _ labels: LabelsPointer?, _ others: RowsPointer?, _ similarity: Double,
  _ threads: Int32, _ likeRows: UnsafeMutablePointer<Int64>?, _ similarities: UnsafeMutablePointer<Float>?,
  _ conflictRows: UnsafeMutablePointer<Int64>?, _ conflictSimilarities: UnsafeMutablePointer<Float>?,
  _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let workers = Parallel.workerCount(try threadCount(threads, canBeOwn: false) ?? -1)
    let rows = try CallerRows(rows, "rows", workers: workers)
    let others = try others.map { try CallerRows($0, "others", workers: workers) }
    let labels = try labels.map { try LabelColumn($0, "labels") }
    let count = rows.view.rowCount
    let matches = try MatchOutput(likeRows, similarities, count: count, "like_rows", "similarities")
    let conflicts = try MatchOutput(
      conflictRows, conflictSimilarities, count: count, "conflict_rows", "conflict_similarities")
    try rows.withView { view in
      if let others {
        matches.write(
          try others.withView {
            try SimilarRows.leaks(of: view, in: $0, threshold: similarity, workers: workers)
          })
        conflicts.write([])
      } else {
        let found = try SimilarRows(of: view, labels: labels, threshold: similarity, workers: workers)
        matches.write(found.duplicates)
        conflicts.write(found.conflicts)
      }
    }
  }
}

/// Arrays of a caller with the row that each row is like.
private struct MatchOutput {
  private let rows: Output<Int64>?
  private let similarities: Output<Float>?
  private let count: Int

  init(
    _ rows: UnsafeMutablePointer<Int64>?, _ similarities: UnsafeMutablePointer<Float>?, count: Int,
    _ rowsName: String, _ similaritiesName: String
  ) throws {
    self.rows = try Output(optional: rows, count: count, rowsName)
    self.similarities = try Output(optional: similarities, count: count, similaritiesName)
    self.count = count
  }

  func write(_ matches: [SimilarRows.Match]) {
    for row in 0..<count {
      rows?[row] = -1
      similarities?[row] = 0
    }
    for match in matches {
      rows?[match.row] = Int64(match.other)
      similarities?[match.row] = match.similarity
    }
  }
}
