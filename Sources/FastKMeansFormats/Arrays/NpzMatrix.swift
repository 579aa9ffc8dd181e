import FastKMeansCore

/// Reads a sparse matrix as `scipy.sparse.save_npz` writes it: some arrays in a zip archive, by rows (CSR), by columns (CSC) or
/// entry by entry (COO).
struct NpzMatrix {
  private let path: String
  private let archive: ZipArchive

  init(path: String) throws {
    self.path = path
    let file = try MappedFile(path: path)
    guard file.count > 0 else { throw FormatError(path: path, place: .file, problem: .empty) }
    archive = try ZipArchive(file)
    let unpacked = archive.entries.values.reduce(0.0) { $0 + Double($1.size) }
    guard unpacked <= max(Self.freeBytes, Self.ratio * Double(file.count)) else {
      throw FormatError(
        path: path, place: .file,
        problem: .unsupported(
          "\(file.count) bytes that unpack to more than \(Int(Self.ratio)) times as many; if that is right, save it with"
            + " compressed=False"))
    }
  }

  /// Rows that differ take more than a hundredth of their size, and a file of a megabyte shall not take a gigabyte.
  private static let ratio = 100.0
  private static let freeBytes = Double(64 << 20)

  /// The whole matrix; with more than one worker its two large arrays are decompressed side by side.
  ///
  /// Rows come out in order of columns, entries of one place added up, as SciPy does where it needs that.
  func read(workers: Int) throws -> CSRMatrix {
    let layout = try layout()
    let shape = try array("shape").integers(Int.self)
    guard shape.count == 2 else { throw error("shape", .badShape("\(shape.count) dimensions, not 2")) }
    let (rows, columns) = (shape[0], shape[1])
    switch layout {
    case .csr:
      let offsets = try offsets(count: rows)
      if let matrix = try inOrder(columns, offsets, workers: workers) { return matrix }
      let indices = try array("indices").integers(UInt32.self)
      try check(offsets, entryCount: indices.count)
      return try matrix(columns, SparseEntries(columns: indices, values: try exactValues()), offsets)
    case .csc:
      let offsets = try offsets(count: columns)
      let indices = try array("indices").integers(UInt32.self)
      try check(offsets, entryCount: indices.count)
      var ofColumn = [UInt32](repeating: 0, count: indices.count)
      for column in 0..<columns {
        for position in offsets[column]..<offsets[column + 1] {
          ofColumn[position] = UInt32(truncatingIfNeeded: column)
        }
      }
      return try byRow(rows: rows, columns: columns, rowOf: indices, columnOf: ofColumn)
    case .coo:
      return try byRow(
        rows: rows, columns: columns, rowOf: try array("row").integers(UInt32.self),
        columnOf: try array("col").integers(UInt32.self))
    }
  }

  private enum Layout: String { case csr, csc, coo }

  private func layout() throws -> Layout {
    guard archive.entries["format.npy"] != nil else {
      throw error("format", .missingEntry(name: "format", found: archive.entries.keys.sorted()))
    }
    var name = ""
    let array = try array("format")
    guard array.header.count == 1, array.header.type.size <= 64 else {
      throw error("format", .corrupt("no name of a format"))
    }
    try array.forEachChunk { bytes in
      name += String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
    }
    guard let layout = Layout(rawValue: name) else {
      throw error("format", .unsupported("a matrix in format '\(excerpt(Array(name.utf8)))'; save X.tocsr()"))
    }
    return layout
  }

  /// The matrix by rows; `nil` if a row's entries stand out of order or several have one place.
  private func inOrder(_ columns: Int, _ offsets: [Int], workers: Int) throws -> CSRMatrix? {
    let (indices, values) = try readNonZeros("indices", workers: workers)
    do {
      return try CSRMatrix(columnCount: columns, rowOffsets: offsets, columns: indices, values: values)
    } catch let error as InputError {
      if error.isAboutOrder { return nil }
      throw FormatError(path: path, place: .file, problem: .rows(error))
    }
  }

  /// Where each row or column begins, and the end of the last one.
  private func offsets(count: Int) throws -> [Int] {
    let offsets = try array("indptr").integers(Int.self)
    guard count < .max, offsets.count == count + 1 else {
      throw error("indptr", .sizeMismatch(what: "rows", declared: count, found: offsets.count - 1))
    }
    return offsets
  }

  private func check(_ offsets: [Int], entryCount: Int) throws {
    guard offsets.first == 0, offsets.last == entryCount, zip(offsets, offsets.dropFirst()).allSatisfy(<=)
    else {
      throw error("indptr", .corrupt("the offsets do not ascend from 0 to \(entryCount)"))
    }
  }

  /// The values in double precision, in which entries of one place are added up.
  private func exactValues() throws -> [Double] { try array("data").doubles() }

  /// The matrix of entries in any order.
  private func byRow(rows: Int, columns: Int, rowOf: [UInt32], columnOf: [UInt32]) throws -> CSRMatrix {
    let values = try exactValues()
    guard columnOf.count == rowOf.count, values.count == rowOf.count else {
      throw error("data", .sizeMismatch(what: "values", declared: rowOf.count, found: values.count))
    }
    // A row without any entry takes memory that no byte of the file stands for.
    guard rows <= 1 << 24 || rows / 64 <= rowOf.count else {
      throw error("shape", .badShape("\(rows) rows, of which at most \(rowOf.count) have an entry"))
    }
    if let row = rowOf.max(), row >= rows { throw error("shape", .corrupt("row \(row) of \(rows)")) }
    var offsets = [Int](repeating: 0, count: rows + 1)
    for row in rowOf { offsets[Int(row) + 1] += 1 }
    for row in 0..<rows { offsets[row + 1] += offsets[row] }
    var next = offsets
    var entries = SparseEntries(
      columns: [UInt32](repeating: 0, count: rowOf.count), values: [Double](repeating: 0, count: rowOf.count))
    for (entry, row) in rowOf.enumerated() {
      entries.columns[next[Int(row)]] = columnOf[entry]
      entries.values[next[Int(row)]] = values[entry]
      next[Int(row)] += 1
    }
    return try matrix(columns, entries, offsets)
  }

  private func matrix(
    _ columns: Int, _ entries: consuming SparseEntries, _ offsets: [Int]
  ) throws -> CSRMatrix {
    let kept = entries.order(offsets)
    do {
      return try CSRMatrix(
        columnCount: columns, rowOffsets: kept, columns: entries.columns,
        values: entries.values.map(Float.init)
      )
    } catch let error as InputError {
      throw FormatError(path: path, place: .file, problem: .rows(error))
    }
  }

  private func readNonZeros(_ name: String, workers: Int) throws -> ([UInt32], [Float]) {
    let indices = try array(name)
    let data = try array("data")
    guard indices.header.count == data.header.count else {
      throw error(
        "data", .sizeMismatch(what: "values", declared: indices.header.count, found: data.header.count))
    }
    let columns = WorkerScratch<[UInt32]>(workers: 1) { [] }
    let values = WorkerScratch<[Float]>(workers: 1) { [] }
    // Each array is read by one of the two calls alone.
    nonisolated(unsafe) let arrays = (indices, data)
    try Parallel.forEach(count: 2, workers: workers) { _, index in
      if index == 0 {
        try columns.with(0) { $0 = try arrays.0.integers(UInt32.self) }
      } else {
        try values.with(0) { $0 = try arrays.1.floats() }
      }
    }
    return (columns.with(0) { $0 }, values.with(0) { $0 })
  }

  private func array(_ name: String) throws -> NpyReader {
    guard let entry = archive.entries[name + ".npy"] else {
      throw error(name, .missingEntry(name: name, found: archive.entries.keys.sorted()))
    }
    let source = try ZipEntrySource(archive, entry)
    return try NpyReader(source, byteCount: entry.size, path: path, place: .entry(name))
  }

  private func error(_ name: String, _ problem: FormatError.Problem) -> FormatError {
    FormatError(path: path, place: .entry(name), problem: problem)
  }
}

extension InputError {
  /// Whether all is well once the entries of each row are put in order and added up.
  fileprivate var isAboutOrder: Bool {
    switch self {
    case .unsortedColumns, .duplicateColumn: true
    default: false
    }
  }
}

/// The entries of the rows of a matrix, in any order within a row.
struct SparseEntries {
  var columns: [UInt32]
  var values: [Double]

  /// Puts each row's entries in order of columns, and adds up those of one column.
  ///
  /// - Parameter offsets: where each row begins, and the end of the last one.
  /// - Returns: the same afterwards.
  mutating func order(_ offsets: [Int]) -> [Int] {
    var kept = [0]
    var end = 0
    for (start, stop) in zip(offsets, offsets.dropFirst()) {
      let first = end
      let row = start..<stop
      if !zip(columns[row], columns[row].dropFirst()).allSatisfy(<=) {
        // Stable, so that sums do not depend on how the rows are sorted.
        let sorted = row.sorted { (columns[$0], $0) < (columns[$1], $1) }.map { (columns[$0], values[$0]) }
        for (position, entry) in zip(row, sorted) { (columns[position], values[position]) = entry }
      }
      for position in row {
        let (column, value) = (columns[position], values[position])
        if end > first, columns[end - 1] == column {
          values[end - 1] += value
        } else {
          (columns[end], values[end]) = (column, value)
          end += 1
        }
      }
      kept.append(end)
    }
    columns.removeLast(columns.count - end)
    values.removeLast(values.count - end)
    return kept
  }
}
