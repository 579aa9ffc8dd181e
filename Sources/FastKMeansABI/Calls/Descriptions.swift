import CFastKMeans
import FastKMeansCore
import FastKMeansReference

@_cdecl("fkm_description_weights")
package func descriptionWeights(
  _ options: TextPointer?, _ optionsLength: Int64, _ rows: RowsPointer?, _ labels: LabelsPointer?,
  _ sampleWeights: UnsafePointer<Double>?, _ descriptionCount: Int64,
  _ weights: UnsafeMutablePointer<Double>?,
  _ json: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    var training = TrainingOptions()
    try training.set(options, length: optionsLength)
    let workers = Parallel.workerCount(training.threadCount)
    let rows = try CallerRows(rows, "rows", workers: workers)
    let labels = try LabelColumn(labels, "labels")
    let count = rows.view.rowCount
    guard 0...Int64(count) ~= descriptionCount else {
      throw CallError.size(
        "description_count", descriptionCount, allowed: "0 to \(count), the number of rows")
    }
    let own = try sampleWeights.map {
      Array(try array($0, count: count - Int(descriptionCount), of: Double.self, "sample_weights"))
    }
    let target = try Output<Double>(weights, count: count, "weights")
    let found = try rows.withView {
      try DescriptionWeights(
        $0, labels: labels, descriptionCount: Int(descriptionCount), sampleWeights: own,
        options: training.validated().options, progress: nil)
    }
    if json != nil {
      try put(BufferHandle(JSON.array(found.choices.map(\.json)).compactText), in: json, "json")
    }
    target.write(found.weights)
  }
}
