import FastKMeansCore
import FastKMeansFormats

extension ModelContents {
  /// The type of the classes' labels.
  var labelKind: Label.Kind? { model.classes.first?.kind }

  /// The word of a feature, or `#` and its number where the model has no words (vectors, hashing).
  func name(ofFeature column: Int) -> String {
    vectorizer?.term(at: column) ?? "#\(column)"
  }

  /// Adapts reader options to this model: its feature count, where indices start, its threads and the type of the labels.
  ///
  /// - Parameters:
  ///   - options: how the rows are to be read.
  ///   - labelKind: the type of the rows' labels; `nil`: the reader finds it out.
  /// - Throws: `InputError.wrongKindOfInput` for a text format and a model of vectors, or the reverse.
  func readerOptions(_ options: ReaderOptions, labelKind: Label.Kind?) throws -> ReaderOptions {
    if let format = options.format, format.holdsDocuments != (vectorizer != nil) {
      throw refusal(ofText: format.holdsDocuments, " (\(format.rawValue))")
    }
    var options = options
    options.labelKind = labelKind
    options.featureCount = model.featureCount
    if options.zeroBased == .auto { options.zeroBased = isZeroBased ? .true : .false }
    options.workers = model.options.threadCount
    return options
  }

  /// Turns rows into the model's features; the vectoriser handles text.
  ///
  /// - Throws: `InputError.wrongKindOfInput` for text given to a model of vectors, and the reverse.
  func features(of rows: LabelledData) throws -> Features {
    switch rows {
    case .text(let documents, _):
      guard let vectorizer else { throw refusal(ofText: true) }
      return .sparse(try vectorizer.transform(documents, workers: model.options.threadCount).rows)
    case .features(let features, _):
      guard vectorizer == nil else { throw refusal(ofText: false) }
      return features
    }
  }

  private func refusal(ofText isText: Bool, _ format: String = "") -> InputError {
    isText
      ? .wrongKindOfInput(
        expected: "vectors (it was trained on svmlight, npz or npy rows)", found: "text\(format)")
      : .wrongKindOfInput(
        expected: "text (it was trained on tsv, csv or jsonl rows)", found: "vectors\(format)")
  }
}

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
