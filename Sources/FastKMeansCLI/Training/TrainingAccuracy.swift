import FastKMeansCore

/// How many of the rows that a model was trained on it gives their own class.
struct TrainingAccuracy {
  let model: ClassifierModel<Label>

  private static let blockRows = 8192

  /// The share of right answers, 0...1.
  func measure(
    _ rows: Features, labels: LabelColumn, report: (Int, Int) -> Void
  ) throws -> Double {
    let numbering = ClassNumbering(model.classes)
    let truth = numbering.numbers(of: labels)
    var correct = 0
    for first in stride(from: 0, to: rows.rowCount, by: Self.blockRows) {
      let range = first..<min(rows.rowCount, first + Self.blockRows)
      let predicted = try model.predictedClassIndices(rows.selectingRows(range))
      correct += zip(predicted, truth[range]).count { $0 == $1 }
      report(range.upperBound, rows.rowCount)
    }
    return rows.rowCount > 0 ? Double(correct) / Double(rows.rowCount) : 0
  }
}
