import FastKMeansCore
import FastKMeansFormats

extension ModelContents {
  /// The type of the classes' labels.
  var labelKind: Label.Kind? { model.classes.first?.kind }

  /// The word of a feature; its number where it has none, as with vectors and hashing.
  func name(ofFeature column: Int) -> String {
    vectorizer?.term(at: column) ?? "#\(column)"
  }

  /// What a reader of rows for this model needs to know.
  ///
  /// - Parameters:
  ///   - options: how the rows are to be read.
  ///   - labelKind: the type of the rows' labels; `nil`: as they look.
  /// - Throws: `InputError.wrongKindOfInput` where the format cannot fit the model: no row has to be read to see it.
  func readerOptions(_ options: ReaderOptions, labelKind: Label.Kind?) throws -> ReaderOptions {
    if let format = options.format, format.holdsDocuments != (vectorizer != nil) {
      throw refusal(ofText: format.holdsDocuments, " (\(format.rawValue))")
    }
    var options = options
    options.labelKind = labelKind
    options.featureCount = model.featureCount
    options.workers = model.options.threadCount
    return options
  }

  /// Rows as the model takes them: text goes through the vectoriser.
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
  /// The labels of rows that must have them.
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

extension LabelColumn {
  /// The same labels in the type that a model has: numbers are also texts.
  ///
  /// - Throws: `InputError.badLabels` for texts where the model has integers.
  func column(kind: Label.Kind?) throws -> LabelColumn {
    guard let kind, let found = labels.first?.kind, kind != found else { return self }
    guard kind == .text else {
      throw InputError.badLabels(found: "texts", expected: "integers, as the model's classes are")
    }
    return try LabelColumn(labels: labels.map { .text($0.description) }, indices: indices)
  }
}

extension Features {
  /// Asks about some thousands of rows at a time, so that memory stays bounded and progress is seen.
  ///
  /// - Parameters:
  ///   - report: gets the number of rows that are done, and of all.
  ///   - body: gets some of the rows, without a copy, and their numbers; gives an answer for each.
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
