import FastKMeansCore

/// The rows of an array file, with labels from a separate file.
struct ArrayRows {
  private enum Matrix {
    case sparse(CSRMatrix)
    case dense(NpyMatrix)
  }

  let rowCount: Int
  /// The memory that a row takes; of sparse rows, the mean.
  let rowBytes: Int
  private let matrix: Matrix
  private let labels: LabelColumn?

  init(path: String, format: RowFormat, options: ReaderOptions) throws {
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
      rowBytes = max(1, 8 * read.nonZeroCount / max(1, rowCount))
    } else {
      let mapped = try NpyMatrix(path: path)
      matrix = .dense(mapped)
      rowCount = mapped.rowCount
      rowBytes = max(1, 4 * mapped.columnCount)
    }
    labels = try options.labelsFile.map { try LabelsFile.read($0, kind: options.labelKind) }
    if let labels, let labelsFile = options.labelsFile, labels.count != rowCount {
      throw FormatError(
        path: labelsFile, place: .file, problem: .labelCount(rows: rowCount, labels: labels.count))
    }
  }

  /// Some of the rows.
  func batch(_ range: Range<Int>) throws -> RowBatch {
    let isWhole = range == 0..<rowCount
    let features: Features =
      switch matrix {
      case .sparse(let matrix): .sparse(isWhole ? matrix : matrix.selectingRows(range))
      case .dense(let matrix): .dense(try matrix.rows(range))
      }
    return RowBatch(
      data: .features(features, labels: isWhole ? labels : labels?.selectingRows(range)),
      unlabelledCount: labels == nil ? range.count : 0)
  }
}
