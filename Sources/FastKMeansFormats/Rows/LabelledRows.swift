import FastKMeansCore
import FastKMeansText

/// All rows of a file, as learners take them: texts or vectors, with their labels.
///
/// ```swift
/// let rows = try LabelledRows(contentsOf: "tickets.csv")
/// try learner.fit(rows.texts, labels: rows.labels.map(\.description))
/// ```
public struct LabelledRows: Sendable, Equatable {
  /// The texts; empty where the rows are vectors.
  public let texts: [String]
  /// The vectors; nil where the rows are texts.
  public let vectors: Features?
  /// The label of each row; empty unless every row has one.
  public let labels: [Label]

  /// Reads a file of any format that the command line reads.
  ///
  /// - Parameters:
  ///   - path: the file; `-` is the standard input.
  ///   - options: its format and its columns.
  /// - Throws: ``FileError`` if the file cannot be read; ``FormatError`` if its content is damaged;
  ///   `InputError.badLabels` if the labels are no classes, such as probabilities.
  public init(contentsOf path: String, options: ReaderOptions = ReaderOptions()) throws {
    let data = try LabelledData.read(path, options: options)
    labels = data.labels.map { column in (0..<column.count).map { column[$0] } } ?? []
    switch data {
    case .text(let documents, labels: _):
      (texts, vectors) = ((0..<documents.count).map { documents.text(at: $0) }, nil)
    case .features(let features, labels: _): (texts, vectors) = ([], features)
    }
  }
}
