import FastKMeansCore

/// A dense matrix in an `.npy` file, mapped; rows are converted when they are asked for.
struct NpyMatrix {
  let rowCount: Int
  let columnCount: Int
  private let file: MappedFile
  private let header: NpyHeader
  private let dataOffset: Int

  init(path: String) throws {
    file = try MappedFile(path: path)
    let reader = try NpyReader(file)
    header = reader.header
    dataOffset = reader.dataOffset
    guard header.type.isNumber else {
      throw reader.error(.unsupported("a matrix of texts; pass numbers"))
    }
    guard header.shape.count == 2 else {
      let shape = header.shape.map(String.init).joined(separator: " x ")
      throw reader.error(.badShape("\(header.shape.count) dimensions (\(shape)); pass rows x features"))
    }
    rowCount = header.shape[0]
    columnCount = header.shape[1]
    guard columnCount > 0 || rowCount == 0, columnCount <= Int(UInt32.max) else {
      throw reader.error(.badShape("\(rowCount) x \(columnCount)"))
    }
  }

  /// Some of the rows; `range` lies within `0 ..< rowCount`.
  func rows(_ range: Range<Int>) throws -> DenseMatrix {
    let values = try file.withBytes(at: dataOffset, count: header.count * header.type.size) { bytes in
      [Float](unsafeUninitializedCapacity: range.count * columnCount) { target, count in
        guard let from = bytes.baseAddress, let to = target.baseAddress else { return }
        convert(range, from: from, to: to)
        count = range.count * columnCount
      }
    }
    do {
      return try DenseMatrix(rowCount: range.count, columnCount: columnCount, values: values)
    } catch InputError.notFinite(let row, let column) {
      let error = InputError.notFinite(row: row + range.lowerBound, column: column)
      throw FormatError(path: file.path, place: .file, problem: .rows(error))
    }
  }

  private func convert(
    _ range: Range<Int>, from source: UnsafeRawPointer, to target: UnsafeMutablePointer<Float>
  ) {
    let size = header.type.size
    guard header.isFortranOrder else {
      let start = source + range.lowerBound * columnCount * size
      return header.type.floats(start, stride: size, count: range.count * columnCount, into: target)
    }
    for column in 0..<columnCount {
      let start = source + (column * rowCount + range.lowerBound) * size
      header.type.floats(
        start, stride: size, count: range.count, into: target + column, targetStride: columnCount)
    }
  }
}
