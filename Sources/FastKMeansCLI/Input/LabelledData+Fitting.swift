import FastKMeansCore
import FastKMeansFormats

extension LabelledData {
  /// Turns sparse rows into dense ones, or the reverse, as the format needs it.
  ///
  /// - Throws: `InputError.tooLarge` for sparse rows that would grow beyond 2 GiB.
  func fitting(_ format: RowFormat) throws -> LabelledData {
    switch self {
    case .features(.sparse(let matrix), let labels) where format == .npy:
      .features(.dense(try matrix.dense(maxBytes: 1 << 31)), labels: labels)
    case .features(.dense(let matrix), let labels) where format != .npy:
      .features(.sparse(try matrix.sparse()), labels: labels)
    default: self
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
