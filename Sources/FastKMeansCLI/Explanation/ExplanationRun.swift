import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Explains documents one after the other.
struct ExplanationRun {
  let model: LoadedModel
  /// Words to show of each document.
  let wordCount: Int
  let isJSON: Bool

  /// Few at a time: an explanation is much larger than its document.
  private static let batchRows = 256
  private static let batchBytes = 4 << 20

  /// - Throws: `InputError.wrongKindOfInput` for a model of vectors.
  func explain(_ text: String) throws {
    try explain(.text(UTF8Documents(CollectionOfOne(text)), labels: nil), firstRow: 0)
  }

  /// - Throws: errors of the readers and the library.
  func explain(_ path: String, _ options: ReaderOptions) throws {
    let rows = try RowReader(path: path, options: options)
    var rowCount = 0
    while let batch = try rows.next(maxRows: Self.batchRows, maxBytes: Self.batchBytes) {
      try explain(batch.data, firstRow: rowCount)
      rowCount += batch.data.rowCount
    }
    guard rowCount > 0 else { throw FormatError(path: path, place: .file, problem: .empty) }
  }

  private func explain(_ data: LabelledData, firstRow: Int) throws {
    guard data.rowCount > 0 else { return }
    let features = try data.prepared(with: model.vectorizer, workers: model.model.options.threadCount)
      .features
    for (row, explanation) in try model.model.explain(features).enumerated() {
      let output = ExplanationOutput(
        explanation: explanation, names: names(of: row, in: data), wordCount: wordCount)
      if isJSON {
        try StandardOutput.write([output.json.text])
      } else {
        try StandardOutput.write((firstRow + row > 0 ? [""] : []) + output.lines)
      }
    }
  }

  private func names(of row: Int, in data: LabelledData) -> FeatureNames {
    guard case .text(let documents, _) = data else { return FeatureNames(model: model) }
    return FeatureNames(model: model, document: documents.text(at: row))
  }
}
