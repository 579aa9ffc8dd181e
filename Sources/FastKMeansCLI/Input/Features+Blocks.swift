import FastKMeansCore
import FastKMeansFormats

extension LabelledData {
  /// The labels, where every row must have one.
  ///
  /// - Throws: `InputError.badLabels` where a row has none.
  var requiredLabels: LabelColumn {
    get throws {
      guard let labels else {
        throw InputError.badLabels(found: "missing", expected: "a label for each row")
      }
      return labels
    }
  }
}

extension Features {
  /// Calls `body` with some thousands of rows at a time, which bounds the memory and shows progress.
  ///
  /// - Parameters:
  ///   - report: receives the number of finished rows and of all rows.
  ///   - body: receives rows, which are not copied, and their numbers; returns one answer for each row.
  /// - Returns: the answers in the order of the rows.
  func mapBlocks<Answer>(
    _ report: (Int, Int) -> Void, _ body: (FeatureRows, Range<Int>) throws -> [Answer]
  ) throws -> [Answer] {
    let blockRows = 8192
    var answers: [Answer] = []
    answers.reserveCapacity(rowCount)
    try withRows { rows in
      for first in stride(from: 0, to: rowCount, by: blockRows) {
        let range = first..<min(rowCount, first + blockRows)
        answers += try body(rows.slice(range), range)
        report(range.upperBound, rowCount)
      }
    }
    return answers
  }
}
