import FastKMeansCore
import FastKMeansText

extension ModelContents {
  /// The type of the classes' labels.
  package var labelKind: Label.Kind? { model.classes.first?.kind }

  /// Adapts reader options to this model: its feature count, where indices start, its threads and the type of the labels.
  ///
  /// - Parameters:
  ///   - options: how the rows are to be read.
  ///   - labelKind: the type of the rows' labels; `nil`: the reader finds it out.
  /// - Throws: `InputError.wrongKindOfInput` for a text format and a model of vectors, or the reverse.
  package func readerOptions(_ options: ReaderOptions, labelKind: Label.Kind?) throws -> ReaderOptions {
    if let format = options.format, format.holdsDocuments != (vectorizer != nil) {
      throw refusal(ofText: format.holdsDocuments, " (\(format.rawValue))")
    }
    let columns = vectorizer?.options.columns ?? []
    let isOther =
      options.columns.isEmpty ? !columns.isEmpty && options.textColumn != "text" : options.columns != columns
    guard !isOther else {
      throw InputError.wrongKindOfInput(
        expected: columns.isEmpty
          ? "one column of text (it was trained on one)"
          : "the columns \(Self.list(columns)) (it was trained on them)",
        found: options.columns.isEmpty ? "'\(options.textColumn)'" : Self.list(options.columns))
    }
    var options = options
    options.columns = columns
    options.labelKind = labelKind
    options.featureCount = model.featureCount
    if options.zeroBased == .auto { options.zeroBased = isZeroBased ? .true : .false }
    options.workers = model.options.threadCount
    return options
  }

  /// Turns rows into the model's features; the vectoriser handles text.
  ///
  /// - Throws: `InputError.wrongKindOfInput` for text given to a model of vectors, and the reverse.
  package func features(of rows: LabelledData) throws -> Features {
    switch rows {
    case .text(let documents, _):
      guard let vectorizer else { throw refusal(ofText: true) }
      return .sparse(try vectorizer.transform(documents, workers: model.options.threadCount).rows)
    case .features(let features, _):
      guard vectorizer == nil else { throw refusal(ofText: false) }
      return features
    }
  }

  private static func list(_ columns: [DocumentColumn]) -> String {
    columns.map(\.description).joined(separator: ", ")
  }

  private func refusal(ofText isText: Bool, _ format: String = "") -> InputError {
    isText
      ? .wrongKindOfInput(
        expected: "vectors (it was trained on svmlight, npz or npy rows)", found: "text\(format)")
      : .wrongKindOfInput(
        expected: "text (it was trained on tsv, csv or jsonl rows)", found: "vectors\(format)")
  }
}
