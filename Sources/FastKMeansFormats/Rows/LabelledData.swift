import FastKMeansCore
import FastKMeansText

/// The rows of a file: texts or vectors, with their labels.
package enum LabelledData: Sendable, Equatable {
  /// Texts, which a vectorizer turns into vectors. `labels` is `nil` unless every row has one.
  case text(UTF8Documents, labels: LabelColumn?)
  /// Vectors. `labels` is `nil` unless every row has one.
  case features(Features, labels: LabelColumn?)

  /// The number of rows.
  package var rowCount: Int {
    switch self {
    case .text(let documents, _): documents.count
    case .features(let features, _): features.rowCount
    }
  }

  /// The label of each row; `nil` unless every row has one.
  package var labels: LabelColumn? {
    switch self {
    case .text(_, let labels), .features(_, let labels): labels
    }
  }

  /// Reads all rows of a file; `-` is the standard input.
  ///
  /// If ``ReaderOptions/setsBadRowsAside`` is set, bad rows are left out. ``RowReader`` reports them.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - options: its format, its columns, and what to do with bad rows.
  /// - Throws: ``FileError`` if the file cannot be read, ``FormatError`` if its content is damaged,
  ///   `InputError.badLabels` if the labels are no classes, such as probabilities.
  /// - Returns: the rows in the file's order.
  /// - Complexity: O(bytes) time; memory for the result and a buffer that holds the longest line.
  package static func read(_ path: String, options: ReaderOptions = ReaderOptions()) throws -> LabelledData {
    try readAll(path, options: options).rows
  }

  /// Reads all rows of a file, as ``read(_:options:)``.
  ///
  /// - Returns: the rows, and whether indices start at 0, which only SVMlight rows say.
  package static func readAll(
    _ path: String, options: ReaderOptions
  ) throws -> (rows: LabelledData, zeroBased: Bool?) {
    let reader = try RowReader(path: path, options: options)
    guard let batch = try reader.next(), batch.data.rowCount > 0 || !batch.rejected.isEmpty else {
      throw FormatError(path: path, place: .file, problem: .empty)
    }
    return (batch.data, reader.zeroBased)
  }
}

/// Consecutive rows of a file.
package struct RowBatch: Sendable, Equatable {
  /// The rows that could be read.
  package var data: LabelledData
  /// Rows that could not be read; empty unless ``ReaderOptions/setsBadRowsAside`` is set.
  package var rejected: [RejectedRow]
  /// The number of rows in ``data`` without a label. If it is not 0, `data` has no labels at all.
  package var unlabelledCount: Int

  /// Creates a batch for a source of rows that is not a file.
  package init(data: LabelledData, rejected: [RejectedRow] = [], unlabelledCount: Int = 0) {
    self.data = data
    self.rejected = rejected
    self.unlabelledCount = unlabelledCount
  }
}

/// A row that could not be read.
package struct RejectedRow: Sendable, Equatable {
  /// The row's bytes in the file.
  package var bytes: [UInt8]
  /// What is wrong, and where.
  package var reason: FormatError

  package init(bytes: [UInt8], reason: FormatError) {
    self.bytes = bytes
    self.reason = reason
  }
}

/// A place between two rows of a file, from which a reader can go on.
package struct ReaderPosition: Sendable, Equatable, Codable {
  /// The number of bytes before it, after decompression.
  package var byte: Int
  /// The number of lines before it.
  package var line: Int
  /// The number of rows before it.
  package var row: Int

  package init(byte: Int = 0, line: Int = 0, row: Int = 0) {
    self.byte = byte
    self.line = line
    self.row = row
  }
}
