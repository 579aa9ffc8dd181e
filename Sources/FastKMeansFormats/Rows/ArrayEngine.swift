import FastKMeansCore

/// Reads matrices from array files, with labels from a file of their own.
final class ArrayEngine: RowEngine {
  private enum Matrix {
    case sparse(CSRMatrix)
    case dense(NpyMatrix)
  }

  private let matrix: Matrix
  private let labels: LabelColumn?
  private let rowCount: Int
  private var row: Int
  /// The end of the rows that are gathered.
  private var gatheredEnd: Int

  init(path: String, format: RowFormat, options: ReaderOptions, position: ReaderPosition) throws {
    if options.requiresLabels, options.labelsFile == nil {
      throw FormatError(
        path: path, place: .file,
        problem: .unsupported(
          "the format holds no labels; pass them with --labels FILE (.npy of integers, or a label a line)"))
    }
    if format == .npz {
      let read = try NpzMatrix(path: path).read(workers: Parallel.workerCount(options.workers))
      matrix = .sparse(read)
      rowCount = read.rowCount
    } else {
      let mapped = try NpyMatrix(path: path)
      matrix = .dense(mapped)
      rowCount = mapped.rowCount
    }
    labels = try options.labelsFile.map { try LabelsFile.read($0, kind: options.labelKind) }
    if let labels, let labelsFile = options.labelsFile, labels.count != rowCount {
      throw FormatError(
        path: labelsFile, place: .file, problem: .labelCount(rows: rowCount, labels: labels.count))
    }
    row = min(max(0, position.row), rowCount)
    gatheredEnd = row
  }

  var position: ReaderPosition { ReaderPosition(byte: 0, line: 0, row: row) }

  var gatheredCount: Int { gatheredEnd - row }
  var hasGathered: Bool { gatheredEnd > row }

  /// What a row takes in memory; of sparse rows, the mean.
  private var rowBytes: Int {
    switch matrix {
    case .sparse(let matrix): max(1, 8 * matrix.nonZeroCount / max(1, matrix.rowCount))
    case .dense(let matrix): max(1, 4 * matrix.columnCount)
    }
  }

  func gather(maxRows: Int, maxBytes: Int) -> Gathering {
    let limit = min(maxRows, max(1, maxBytes / rowBytes))
    gatheredEnd = max(gatheredEnd, row + min(limit, rowCount - row))
    return gatheredEnd - row >= limit ? .complete : .ended
  }

  func takeBatch() throws -> RowBatch? {
    guard row < gatheredEnd else { return nil }
    let range = row..<gatheredEnd
    let isWhole = range == 0..<rowCount
    let features: Features =
      switch matrix {
      case .sparse(let matrix): .sparse(isWhole ? matrix : matrix.selectingRows(range))
      case .dense(let matrix): .dense(try matrix.rows(range))
      }
    row = range.upperBound
    return RowBatch(
      data: .features(features, labels: isWhole ? labels : labels?.selectingRows(range)), rejected: [],
      unlabelledCount: labels == nil ? range.count : 0)
  }
}
