import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// `--descriptions`: texts about classes, each with the label of its class.
enum ClassDescriptions {
  /// - Parameters:
  ///   - path: a file of text; tsv unless its ending says otherwise.
  ///   - rows: how the rows are read that the descriptions are for.
  ///   - format: theirs.
  /// - Throws: ``CallError`` for rows that are vectors or have several columns; errors of the readers; ``DataError`` for an empty text.
  static func read(
    _ path: String, besides rows: ReaderOptions, _ format: RowFormat
  ) throws -> (documents: UTF8Documents, labels: LabelColumn) {
    guard format.holdsDocuments else {
      throw CallError(
        "--descriptions go with rows of text; \(format.rawValue) rows are vectors, leave it out")
    }
    guard rows.columns.isEmpty else {
      throw CallError(
        "--descriptions are single texts, these rows have \(rows.columns.count) columns; leave them out, or read one column"
      )
    }
    var options = ReaderOptions(format: RowFormat(path: path) ?? .tsv)
    options.labelKind = rows.labelKind
    guard case .text(let documents, let labels?) = try LabelledData.read(path, options: options) else {
      throw DataError("\(path): descriptions are texts; write a class, a tab and a text in each line")
    }
    for row in 0..<documents.count where documents[row].allSatisfy({ $0 <= UInt8(ascii: " ") }) {
      throw DataError("\(path): the description of the class '\(TextLabel.cell(labels[row]))' is empty")
    }
    return (documents, labels)
  }
}
