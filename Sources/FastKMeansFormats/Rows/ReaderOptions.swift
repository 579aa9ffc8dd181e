import FastKMeansCore
import FastKMeansText

/// Says how to read a file of rows.
public struct ReaderOptions: Sendable, Equatable {
  /// Where the indices of an SVMlight file start.
  package enum ZeroBased: String, Sendable, CaseIterable {
    /// At 1, unless an index 0 occurs among the rows read first.
    case auto
    case `true`
    case `false`
  }

  /// The format; `nil` means that the file's ending decides.
  public var format: RowFormat?
  /// The column of a CSV file, or the field of a JSON object, with the text.
  public var textColumn = "text"
  /// The column of a CSV file, or the field of a JSON object, with the label.
  public var labelColumn = "label"
  /// The columns of documents that have several, of formats that name them; ``textColumn`` then says nothing. A document has
  /// their fields, as ``TextOptions/document(_:)`` puts them together.
  public var columns: [DocumentColumn] = []
  /// The byte between two fields of a CSV file.
  public var delimiter = UInt8(ascii: ",")
  /// Whether a TSV file begins with the names of its columns, which say where text and label stand, as in CSV. The reader
  /// skips a first line that has just the names of label and text even if this is false.
  public var hasHeader = false
  /// Where the indices of an SVMlight file start.
  package var zeroBased = ZeroBased.auto
  /// The file with the labels of an `npz` or `npy` file: a `.npy` array, or text with one label a line.
  public var labelsFile: String?
  /// Whether every row must have a label. If not, a batch has labels only if each of its rows has one.
  public var requiresLabels = true
  /// The number of features of the model that an SVMlight file is for; `nil` means that the largest index decides.
  package var featureCount: Int?
  /// The type of the labels, which takes every spelling of an integer; `nil` means integers if all labels of a batch are
  /// written as integers are, and none of a batch before was a text.
  package var labelKind: Label.Kind?
  /// Whether reading goes on after a bad row, which is then in ``RowBatch/rejected``; for text formats.
  package var setsBadRowsAside = false
  /// The length above which a row counts as bad and is not held in memory; for text formats.
  package var maxRecordBytes = defaultMaxRecordBytes
  /// A row of text is shorter; a compressed file of some kilobytes may claim gigabytes.
  package static let defaultMaxRecordBytes = 16 << 20
  /// Whether a last line without a line break is a bad row. Set it for pipes, whose writer may have died in the
  /// middle of a line. Many files lack the last line break.
  package var refusesUnfinishedLine = false
  /// The number of threads that parse; -1 means all cores. The result does not depend on it.
  package var workers = -1

  /// Creates options for rows that all have labels.
  public init(format: RowFormat? = nil) { self.format = format }
}

extension ReaderOptions {
  /// The format that was named, or else the one that the file's ending tells.
  package func format(of path: String) throws(FormatError) -> RowFormat {
    guard let format = format ?? RowFormat(path: path) else {
      throw FormatError(path: path, place: .file, problem: .unknownFormat)
    }
    return format
  }

  /// Whether names before the first row say how rows of a format are to be understood.
  package func needsHeader(_ format: RowFormat) -> Bool { format == .csv || format == .tsv && hasHeader }

  /// Refuses columns that the rows of a format cannot have, and a column that is text and label at once.
  func check(_ format: RowFormat, path: String) throws(FormatError) {
    func refuse(_ problem: String) throws(FormatError) {
      throw FormatError(path: path, place: .file, problem: .unsupported(problem))
    }
    guard needsHeader(format) || format == .jsonl else {
      guard columns.isEmpty else {
        return try refuse(
          format == .tsv
            ? "columns have names only where the tsv file begins with them; pass --header"
            : "\(format.rawValue) rows have no named columns; use csv, tsv with a header, or jsonl")
      }
      return
    }
    let names = columns.isEmpty ? [textColumn] : columns.map(\.name)
    if requiresLabels, names.contains(labelColumn) {
      try refuse(
        "the column '\(labelColumn)' is the label, and cannot be read as text too; name another --label-column"
      )
    }
  }
}
