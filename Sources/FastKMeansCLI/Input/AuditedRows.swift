import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// The rows of an audit, as vectors, with what names them.
struct AuditedRows {
  let data: LabelledData
  let features: Features
  let labels: LabelColumn
  /// The rows of the other file, and their labels where each has one.
  private(set) var others: Features?
  private(set) var otherLabels: LabelColumn?
  private let vectorizer: TFIDFVectorizer?

  /// - Parameters:
  ///   - contents: a model, which reads the rows its way; `nil`: their own words make the vectors.
  ///   - text: how texts are read without a model.
  init(
    _ path: String, against: String?, _ reader: ReaderOptions, _ contents: ModelContents?, text: TextOptions,
    workers: Int, _ progress: ProgressDisplay
  ) throws {
    var reader = try contents.map { try $0.readerOptions(reader, labelKind: $0.labelKind) } ?? reader
    let rows = try progress.run("reading \(path)") { [reader] _ in
      try LabelledData.read(path, options: reader)
    }.result
    data = rows
    labels = try rows.requiredLabels.column(kind: contents?.labelKind)
    reader.requiresLabels = false
    if case .features(let vectors, _) = rows { reader.featureCount = vectors.columnCount }
    let other = try against.map { path in
      try progress.run("reading \(path)") { [reader] _ in
        try LabelledData.read(path, options: reader)
      }.result
    }
    otherLabels = other?.labels
    guard let contents else {
      let made = try progress.run("vectorising \(Readable.count(rows.rowCount, "document"))") { _ in
        try Self.vectors(rows, other, text, workers)
      }.result
      (features, others, vectorizer) = made
      return
    }
    features = try contents.features(of: rows)
    others = try other.map(contents.features)
    vectorizer = contents.vectorizer
  }

  /// One vocabulary for both files: what only the other one has tells its rows apart too.
  private static func vectors(
    _ data: LabelledData, _ other: LabelledData?, _ options: TextOptions, _ workers: Int
  ) throws -> (Features, Features?, TFIDFVectorizer?) {
    switch (data, other) {
    case (.features(let vectors, _), .features(let others, _)): return (vectors, others, nil)
    case (.features(let vectors, _), _): return (vectors, nil, nil)
    case (.text(let documents, _), .text(let others, _)):
      var both = documents
      for index in 0..<others.count { both.append(utf8: others[index]) }
      let made = try TFIDFVectorizer.fitTransform(both, options: options, workers: workers)
      let rows = Features.sparse(made.rows)
      return (
        rows.selectingRows(0..<documents.count), rows.selectingRows(documents.count..<both.count),
        made.vectorizer
      )
    case (.text(let documents, _), _):
      let made = try TFIDFVectorizer.fitTransform(documents, options: options, workers: workers)
      return (.sparse(made.rows), nil, made.vectorizer)
    }
  }

  /// The words of some features; those of a row where hashing has left none.
  func words(_ columns: [Int], row: Int?) -> [String] {
    var document: String?
    if let row, case .text(let documents, _) = data { document = documents.text(at: row) }
    let names = FeatureNames(vectorizer, document: document)
    var words: [String] = []
    for word in columns.lazy.flatMap({ names[$0].map(\.word) }) where !words.contains(word) {
      words.append(word)
    }
    return words
  }

  /// The text of a row, shortened; empty for vectors.
  func excerpt(_ row: Int, length: Int) -> String {
    guard case .text(let documents, _) = data else { return "" }
    let text = documents.readableText(at: row)
    return text.count > length ? text.prefix(length) + "..." : text
  }
}
