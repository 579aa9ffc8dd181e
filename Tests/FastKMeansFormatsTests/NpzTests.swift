import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct NpzTests {
  @Test(arguments: fixtures("sparse-")) func readsWhatSciPySaves(_ name: String) throws {
    let matrix = try LabelledData.read(fixture(name), options: unlabelled()).sparse
    #expect(matrix.rowCount == 13 && matrix.columnCount == 7)
    var position = 0
    for row in 0..<13 {
      for column in 0..<7 where (row * 5 + column * 3) % 4 == 0 && row != 4 && fixtureCell(row, column) != 0 {
        try #require(position < matrix.nonZeroCount)
        #expect(matrix.columns[position] == column)
        #expect(matrix.values[position] == Float(fixtureCell(row, column)) / 4)
        position += 1
      }
      #expect(matrix.rowOffsets[row + 1] == position)
    }
    #expect(matrix.nonZeroCount == position)
  }

  @Test func refusesRowsThatContradictThemselves() throws {
    func problem(_ name: String) throws -> FormatError.Problem? {
      formatError(try fixture("bad-\(name).npz"), unlabelled())?.problem
    }
    func input(_ name: String) throws -> InputError? {
      if case .rows(let error) = try problem(name) { error } else { nil }
    }
    #expect(try input("out-of-range") == .featureOutOfRange(row: 0, column: 7, limit: 7))
    guard case .badRowOffsets = try input("not-monotone") else { throw Mismatch(description: "offsets") }
    guard case .notFinite = try input("infinite") else { throw Mismatch(description: "infinite") }
    guard case .badShape = try input("huge-shape") else { throw Mismatch(description: "shape") }
    #expect(try problem("negative") == .corrupt("the number -1 is negative or too large"))
    guard case .sizeMismatch(what: "values", _, _) = try problem("short-data") else {
      throw Mismatch(description: "data")
    }
    #expect(try problem("short-indptr") == .sizeMismatch(what: "rows", declared: 13, found: 12))
  }

  /// As SciPy leaves them: by columns, out of order, with several entries of one place.
  @Test(arguments: ["csc", "unsorted", "duplicate"]) func readsWhatSciPyReads(_ name: String) throws {
    let matrix = try LabelledData.read(fixture("bad-\(name).npz"), options: unlabelled()).sparse
    #expect(matrix.rowCount == 13 && matrix.columnCount == 7)
    for row in 0..<13 {
      let columns = matrix.columns[matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1]]
      #expect(zip(columns, columns.dropFirst()).allSatisfy(<))
    }
    if name != "csc" { return }
    #expect(matrix == (try LabelledData.read(fixture("sparse-stored.npz"), options: unlabelled()).sparse))
  }

  @Test(arguments: 0..<8) func entriesInAnyOrderAreThoseOfThePlainTable(_ seed: UInt64) throws {
    var random = CounterRandom(seed: seed)
    let (rows, columns) = (9, 6)
    var table = [Double](repeating: 0, count: rows * columns)
    var entries: [(row: Int, column: Int, value: Double)] = []
    for _ in 0..<(30 + Int(seed)) {
      let entry = (
        row: random.nextIndex(below: rows), column: random.nextIndex(below: columns),
        value: Double(random.nextIndex(below: 1000)) / 7
      )
      entries.append(entry)
      table[entry.row * columns + entry.column] += entry.value
    }
    let folder = try ScratchFolder()
    let path = folder.file("coo.npz")
    try OutputFile.write(to: path) { sink in
      var zip = ZipWriter(path: path, sink: sink, isCompressed: true)
      func add(_ name: String, _ values: [Int]) throws {
        try zip.add("\(name).npy", NpyWriter.header(NpyType(.signed, size: 8), shape: [values.count])) {
          try NpyWriter.write(values, $0) { Int64($0) }
        }
      }
      try add("row", entries.map(\.row))
      try add("col", entries.map(\.column))
      try add("shape", [rows, columns])
      try zip.add("format.npy", NpyWriter.header(NpyType(.bytes, size: 3), shape: [])) {
        try Array("coo".utf8).withUnsafeBytes($0)
      }
      try zip.add("data.npy", NpyWriter.header(NpyType(.float, size: 8), shape: [entries.count])) {
        try NpyWriter.write(entries.map(\.value), $0) { $0.bitPattern }
      }
      try zip.finish()
    }
    let matrix = try LabelledData.read(path, options: unlabelled()).sparse
    var found = [Float](repeating: 0, count: table.count)
    for row in 0..<rows {
      for position in matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1] {
        found[row * columns + Int(matrix.columns[position])] = matrix.values[position]
      }
    }
    #expect(found == table.map(Float.init), "seed \(seed)")
  }

  @Test func refusesOtherMatrixFormatsWithTheWayOut() throws {
    #expect(
      formatError(try fixture("bad-arrays.npz"), unlabelled())?.problem
        == .missingEntry(name: "format", found: ["a.npy"]))
  }

  @Test func aFileThatUnpacksToManyTimesItsSizeIsRefused() throws {
    let folder = try ScratchFolder()
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    /// Of an archive with this many zeros and no matrix.
    func problem(mebibytes: Int) throws -> FormatError.Problem? {
      let path = folder.file("\(mebibytes).npz")
      try OutputFile.write(to: path) { sink in
        var zip = ZipWriter(path: path, sink: sink, isCompressed: true)
        try zip.add("data.npy", []) { write in for _ in 0..<mebibytes { try zeros.withUnsafeBytes(write) } }
        try zip.finish()
      }
      return formatError(path, unlabelled())?.problem
    }
    guard case .unsupported = try problem(mebibytes: 65) else { throw Mismatch(description: "65 MiB") }
    #expect(try problem(mebibytes: 64) == .missingEntry(name: "format", found: ["data.npy"]))
  }

  @Test func labelsOfAnotherLengthAreRefused() throws {
    let folder = try ScratchFolder()
    var options = ReaderOptions()
    options.labelsFile = try folder.file("y.txt", "1\n2\n")
    #expect(
      formatError(try fixture("sparse-stored.npz"), options)?.problem == .labelCount(rows: 13, labels: 2))
    _ = formatError(try fixture("sparse-stored.npz"))
  }

  @Test func batchesCarryTheirRowsAndLabels() throws {
    var options = ReaderOptions()
    options.labelsFile = try fixture("labels-i4.npy")
    let whole = try LabelledData.read(fixture("sparse-stored.npz"), options: options)
    let reader = try RowReader(
      path: fixture("sparse-stored.npz"), options: options, from: ReaderPosition(row: 3))
    let batch = try #require(try reader.next(maxRows: 5))
    #expect(try batch.data.sparse == whole.sparse.selectingRows(3..<8))
    #expect(batch.data.labels?.rowLabels == (whole.labels?.rowLabels[3..<8]).map(Array.init))
  }
}
