import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Rows as a model takes them.
struct PreparedRows {
  var features: Features
  var labels: LabelColumn?
  /// Sequences of bytes that were no UTF-8 and were read as U+FFFD.
  var repairCount = 0
}

extension LabelledData {
  /// The rows for a model that has been trained: text goes through its vectoriser.
  ///
  /// - Throws: `InputError.wrongKindOfInput` for text given to a model of vectors, and the reverse.
  func prepared(with vectorizer: TFIDFVectorizer?, workers: Int) throws -> PreparedRows {
    switch (self, vectorizer) {
    case (.text(let documents, let labels), let vectorizer?):
      let text = try vectorizer.transform(documents, workers: workers)
      return PreparedRows(features: .sparse(text.rows), labels: labels, repairCount: text.repairCount)
    case (.features(let features, let labels), nil):
      return PreparedRows(features: features, labels: labels)
    case (.text, nil):
      throw InputError.wrongKindOfInput(
        expected: "vectors (it was trained on svmlight, npz or npy rows)", found: "text")
    case (.features, .some):
      throw InputError.wrongKindOfInput(
        expected: "text (it was trained on tsv, csv or jsonl rows)", found: "vectors")
    }
  }
}
