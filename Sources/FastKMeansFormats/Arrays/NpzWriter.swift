import FastKMeansCore

/// Writes a sparse matrix as `scipy.sparse.load_npz` reads it.
struct NpzWriter {
  private let path: String
  private var zip: ZipWriter

  init(path: String, sink: FileSink, isCompressed: Bool = true) {
    self.path = path
    zip = ZipWriter(path: path, sink: sink, isCompressed: isCompressed)
  }

  /// Indices have 32 bits where that is enough, as SciPy chooses them.
  func write(_ matrix: CSRMatrix) throws {
    var zip = zip
    let isSmall = matrix.nonZeroCount <= Int(Int32.max) && matrix.columnCount <= Int(Int32.max)
    let indexType = NpyType(.signed, size: isSmall ? 4 : 8)
    try zip.add("indices.npy", NpyWriter.header(indexType, shape: [matrix.nonZeroCount])) { emit in
      if isSmall {
        try NpyWriter.write(matrix.columns, emit) { Int32(bitPattern: $0) }
      } else {
        try NpyWriter.write(matrix.columns, emit) { Int64($0) }
      }
    }
    try zip.add("indptr.npy", NpyWriter.header(indexType, shape: [matrix.rowCount + 1])) { emit in
      if isSmall {
        try NpyWriter.write(matrix.rowOffsets, emit) { Int32(truncatingIfNeeded: $0) }
      } else {
        try NpyWriter.write(matrix.rowOffsets, emit) { Int64($0) }
      }
    }
    try zip.add("format.npy", NpyWriter.header(NpyType(.bytes, size: 3), shape: [])) { emit in
      try Array("csr".utf8).withUnsafeBytes(emit)
    }
    try zip.add("shape.npy", NpyWriter.header(NpyType(.signed, size: 8), shape: [2])) { emit in
      try NpyWriter.write([matrix.rowCount, matrix.columnCount], emit) { Int64($0) }
    }
    try zip.add("data.npy", NpyWriter.header(NpyType(.float, size: 4), shape: [matrix.nonZeroCount])) {
      emit in
      try NpyWriter.writeFloats(matrix.values, emit)
    }
    try zip.finish()
  }
}
