import FastKMeansCore

/// Reads a sparse matrix as `scipy.sparse.save_npz` writes it: five arrays in a zip archive.
struct NpzMatrix {
  private let path: String
  private let archive: ZipArchive

  init(path: String) throws {
    self.path = path
    let file = try MappedFile(path: path)
    guard file.count > 0 else { throw FormatError(path: path, place: .file, problem: .empty) }
    archive = try ZipArchive(file)
  }

  /// The whole matrix; with more than one worker its two large arrays are decompressed side by side.
  func read(workers: Int) throws -> CSRMatrix {
    try checkFormat()
    let shape = try array("shape").integers(Int.self)
    guard shape.count == 2 else { throw error("shape", .badShape("\(shape.count) dimensions, not 2")) }
    let offsets = try array("indptr").integers(Int.self)
    let (entries, overflow) = shape[0].addingReportingOverflow(1)
    guard !overflow, offsets.count == entries else {
      throw error("indptr", .sizeMismatch(what: "rows", declared: shape[0], found: offsets.count - 1))
    }
    let (columns, values) = try readNonZeros(workers: workers)
    do {
      return try CSRMatrix(columnCount: shape[1], rowOffsets: offsets, columns: columns, values: values)
    } catch let error as InputError {
      throw FormatError(path: path, place: .file, problem: .rows(error))
    }
  }

  private func readNonZeros(workers: Int) throws -> ([UInt32], [Float]) {
    let indices = try array("indices")
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

  private func checkFormat() throws {
    guard archive.entries["format.npy"] != nil else {
      throw error("format", .missingEntry(name: "format", found: archive.entries.keys.sorted()))
    }
    var name = ""
    try array("format").forEachChunk { bytes in
      name += String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
    }
    guard name == "csr" else {
      throw error("format", .unsupported("a matrix in format '\(excerpt(Array(name.utf8)))'; save X.tocsr()"))
    }
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
