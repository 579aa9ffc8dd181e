import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_predict_sets")
package func modelPredictSets(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32, _ coverage: Double, _ isPerClass: Int32,
  _ sets: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    let target = try require(sets, "sets")
    let thresholds = try input.storage.setThresholds(coverage: coverage, isPerClass: isPerClass != 0)
    let slots = WorkerScratch<[(index: UInt32, confidence: Float)]>(workers: max(1, input.rowCount)) { [] }
    try input.answer { view in
      let count = min(Calibration.nearCount, input.classCount)
      try input.scoring.forEachAnswer(view, top: count, parts: []) { row, answer in
        let kept = answer.classes.enumerated().filter { place, hit in
          place == 0 || hit.confidence >= thresholds[hit.classIndex]
        }
        slots.with(row) {
          $0 = kept.map { (UInt32($1.classIndex), $1.confidence) }.sorted { $0.index < $1.index }
        }
      }
    }
    let found = (0..<input.rowCount).map { row in slots.with(row) { $0 } }
    let offsets = found.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    try put(
      MatrixHandle(
        CSRMatrix(
          columnCount: input.classCount, rowOffsets: offsets, columns: found.joined().map(\.index),
          values: found.joined().map(\.confidence))), in: target, "sets")
  }
}
