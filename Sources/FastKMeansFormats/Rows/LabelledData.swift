import FastKMeansCore
import FastKMeansText

/// Rows of a file, with their labels if they have any.
public enum LabelledData: Sendable, Equatable {
  /// Texts, to be vectorised.
  case text(UTF8Documents, labels: LabelColumn?)
  case features(Features, labels: LabelColumn?)

  public var rowCount: Int {
    switch self {
    case .text(let documents, _): documents.count
    case .features(let features, _): features.rowCount
    }
  }

  /// The labels; `nil` unless every row has one.
  public var labels: LabelColumn? {
    switch self {
    case .text(_, let labels), .features(_, let labels): labels
    }
  }

  /// Reads a whole file; `-` is the standard input. Rows that are set aside are dropped; ``RowReader`` has them.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - options: how to understand it.
  /// - Throws: ``FileError``, ``FormatError``, or `InputError.badLabels` for labels that are no class labels.
  /// - Returns: all its rows.
  /// - Complexity: O(bytes) time; memory for the result and a buffer that holds the longest line.
  public static func read(_ path: String, options: ReaderOptions = ReaderOptions()) throws -> LabelledData {
    let reader = try RowReader(path: path, options: options)
    guard let batch = try reader.next(), batch.data.rowCount > 0 || !batch.rejected.isEmpty else {
      throw FormatError(path: path, place: .file, problem: .empty)
    }
    return batch.data
  }
}

/// Some rows of a file, in the file's order.
public struct RowBatch: Sendable, Equatable {
  public var data: LabelledData
  /// Rows that could not be read; empty unless ``ReaderOptions/setsBadRowsAside`` is set.
  public var rejected: [RejectedRow]
  /// How many of the rows have no label; if any, the labels of the others are not in `data` either.
  public var unlabelledCount: Int

  /// For sources of rows that are no files.
  public init(data: LabelledData, rejected: [RejectedRow] = [], unlabelledCount: Int = 0) {
    self.data = data
    self.rejected = rejected
    self.unlabelledCount = unlabelledCount
  }
}

/// A row that could not be read.
public struct RejectedRow: Sendable, Equatable {
  /// The row as it stands in the file, without its line break.
  public var bytes: [UInt8]
  public var reason: FormatError

  public init(bytes: [UInt8], reason: FormatError) {
    self.bytes = bytes
    self.reason = reason
  }
}

/// A place between two rows of a file, to go on from.
public struct ReaderPosition: Sendable, Equatable, Codable {
  /// Bytes before it, after decompression.
  public var byte: Int
  /// Lines before it.
  public var line: Int
  /// Rows before it.
  public var row: Int

  public init(byte: Int = 0, line: Int = 0, row: Int = 0) {
    self.byte = byte
    self.line = line
    self.row = row
  }
}
