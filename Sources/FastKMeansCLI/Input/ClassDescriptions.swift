import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// `--descriptions`: texts about classes, each with the label of its class.
enum ClassDescriptions {
  /// - Parameters:
  ///   - path: a file of text; tsv unless its ending says otherwise.
  ///   - format: of the rows that the descriptions are for.
  ///   - labelKind: the type that labels must have; nil: any.
  /// - Throws: ``CallError`` for rows that are vectors; errors of the readers; ``DataError`` for an empty text.
  static func read(
    _ path: String, besides format: RowFormat, labelKind: Label.Kind?
  ) throws -> (documents: UTF8Documents, labels: LabelColumn) {
    guard format.holdsDocuments else {
      throw CallError(
        "--descriptions go with rows of text; \(format.rawValue) rows are vectors, leave it out")
    }
    var options = ReaderOptions(format: RowFormat(path: path) ?? .tsv)
    options.labelKind = labelKind
    guard case .text(let documents, let labels?) = try LabelledData.read(path, options: options) else {
      throw DataError("\(path): descriptions are texts; write a class, a tab and a text in each line")
    }
    for row in 0..<documents.count where documents[row].allSatisfy({ $0 <= UInt8(ascii: " ") }) {
      throw DataError("\(path): the description of the class '\(TextLabel.cell(labels[row]))' is empty")
    }
    return (documents, labels)
  }
}
