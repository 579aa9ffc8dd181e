import FastKMeansCore

/// How a file of rows is to be understood.
public struct ReaderOptions: Sendable, Equatable {
  /// Where the indices of an SVMlight file start.
  public enum ZeroBased: String, Sendable, CaseIterable {
    /// At 1, unless an index 0 occurs among the rows read first.
    case auto
    case `true`
    case `false`
  }

  /// `nil`: by the file's ending.
  public var format: RowFormat?
  /// The column of a CSV file, or the field of a JSON object, with the text.
  public var textColumn = "text"
  /// The same for the label.
  public var labelColumn = "label"
  public var zeroBased = ZeroBased.auto
  /// The labels of an `npz` or `npy` file: `.npy` of integers, or text with one label a line.
  public var labelsFile: String?
  /// Every row must have a label. Else rows without one are taken too, and there are labels only where each row
  /// of a batch has one.
  public var requiresLabels = true
  /// The number of features of the model that the rows are for; `nil`: the largest index counts. SVMlight
  /// files do not say it themselves.
  public var featureCount: Int?
  /// The type of the labels, where it is known; `nil`: integers if all labels of the first rows are.
  public var labelKind: Label.Kind?
  /// A row that cannot be read is set aside in ``RowBatch/rejected`` and reading goes on; text formats only.
  public var setsBadRowsAside = false
  /// A longer row is set aside or refused without being held in memory; only for text formats.
  public var maxRecordBytes = Int.max
  /// A last line without its line break is half a line, to be set aside or refused: right for pipes, whose writer
  /// may have died, wrong for files, where many leave it out.
  public var refusesUnfinishedLine = false
  /// Threads to parse with; -1: all cores. The result is the same.
  public var workers = -1

  public init(format: RowFormat? = nil) { self.format = format }
}
