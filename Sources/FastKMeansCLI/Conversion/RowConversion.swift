import FastKMeansCore
import FastKMeansFormats

/// Rows from one file format to another.
struct RowConversion {
  let inputPath: String
  let reader: ReaderOptions
  let outputPath: String
  let outputFormat: RowFormat
  /// Where the labels of npz and npy rows go.
  let labelsPath: String?

  /// A sparse matrix grows to so many bytes at most when it is made dense.
  private static let maxDenseBytes = 1 << 31

  /// - Throws: errors of the readers and the file system; ``CallError`` for formats that have nothing in common.
  /// - Returns: the number of rows.
  func run(_ progress: ProgressDisplay) throws -> Int {
    for path in [outputPath, labelsPath ?? "-"] { try OutputFile.check(path) }
    try refuseDifferentKinds()
    let rows = try progress.run("reading \(inputPath)") { _ in
      try LabelledData.read(inputPath, options: reader)
    }.result
    let fitting = try fitted(rows)
    try progress.run("writing \(outputPath)") { _ in
      try Interruption.tidily(writing: outputPath) {
        try RowWriter.write(fitting, to: outputPath, format: outputFormat, labelsPath: labelsPath)
      }
    }
    return rows.rowCount
  }

  /// Text cannot become vectors here, nor the reverse.
  private func refuseDifferentKinds() throws {
    guard let input = reader.format, input.holdsDocuments != outputFormat.holdsDocuments else { return }
    let reason =
      input.holdsDocuments
      ? "texts become vectors when a model is trained; use tsv, csv or jsonl"
      : "vectors cannot become texts; use svmlight, npz or npy"
    throw CallError("cannot convert \(input.rawValue) to \(outputFormat.rawValue): \(reason)")
  }

  /// The rows as the output format can hold them.
  private func fitted(_ rows: LabelledData) throws -> LabelledData {
    switch rows {
    case .features(.sparse(let matrix), let labels) where outputFormat == .npy:
      .features(.dense(try matrix.dense(maxBytes: Self.maxDenseBytes)), labels: labels)
    case .features(.dense(let matrix), let labels) where outputFormat != .npy:
      .features(.sparse(try matrix.sparse()), labels: labels)
    default: rows
    }
  }
}

extension CSRMatrix {
  /// The same rows with every zero written out.
  ///
  /// - Throws: `InputError.tooLarge`.
  fileprivate func dense(maxBytes: Int) throws -> DenseMatrix {
    let (cells, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    guard !overflow, cells <= maxBytes / 4 else {
      throw InputError.tooLarge(
        what: "a dense matrix of \(rowCount) x \(columnCount)",
        neededBytes: overflow ? .max : cells.multipliedReportingOverflow(by: 4).partialValue,
        allowedBytes: maxBytes)
    }
    var values = [Float](repeating: 0, count: cells)
    for row in 0..<rowCount {
      for position in rowOffsets[row]..<rowOffsets[row + 1] {
        values[row * columnCount + Int(columns[position])] = self.values[position]
      }
    }
    return try DenseMatrix(rowCount: rowCount, columnCount: columnCount, values: values)
  }
}

extension DenseMatrix {
  /// The same rows without their zeros.
  fileprivate func sparse() throws -> CSRMatrix {
    var offsets = [0]
    var columns: [UInt32] = []
    var kept: [Float] = []
    for row in 0..<rowCount {
      for column in 0..<columnCount where values[row * columnCount + column] != 0 {
        columns.append(UInt32(column))
        kept.append(values[row * columnCount + column])
      }
      offsets.append(columns.count)
    }
    return try CSRMatrix(columnCount: columnCount, rowOffsets: offsets, columns: columns, values: kept)
  }
}
