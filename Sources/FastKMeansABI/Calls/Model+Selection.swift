import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_select")
package func modelSelect(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32, _ count: Int64, _ similarity: Double,
  _ seed: UInt64, _ chosen: UnsafeMutablePointer<Int64>?, _ classIndices: UnsafeMutablePointer<Int32>?,
  _ confidences: UnsafeMutablePointer<Float>?, _ margins: UnsafeMutablePointer<Float>?,
  _ chosenCount: UnsafeMutablePointer<Int64>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    let threads = try threadCount(threads) ?? storage.settings.threadCount
    let rows = try CallerRows(rows, "rows", workers: Parallel.workerCount(threads))
    var settings = RowSelection.Settings()
    (settings.count, settings.similarity, settings.seed) = (Int(clamping: count), similarity, seed)
    let length = max(0, min(settings.count, rows.view.rowCount))
    let chosen = try Output<Int64>(chosen, count: length, "chosen")
    let classIndices = try Output(optional: classIndices, count: length, "class_indices")
    let confidences = try Output(optional: confidences, count: length, "confidences")
    let margins = try Output(optional: margins, count: length, "margins")
    let target = try require(chosenCount, "chosen_count")
    let choices = try rows.withView {
      try RowSelection(from: $0, model: storage, settings: settings, threadCount: threads).choices
    }
    for (place, choice) in choices.enumerated() {
      chosen[place] = Int64(choice.row)
      classIndices?[place] = Int32(choice.classIndex)
      confidences?[place] = choice.confidence
      margins?[place] = choice.margin
    }
    target.pointee = Int64(choices.count)
  }
}
