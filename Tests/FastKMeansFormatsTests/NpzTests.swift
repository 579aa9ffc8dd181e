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
    guard case .unsortedColumns(row: 0, _) = try input("unsorted") else {
      throw Mismatch(description: "unsorted")
    }
    guard case .duplicateColumn(row: 0, _) = try input("duplicate") else {
      throw Mismatch(description: "duplicate")
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

  @Test func refusesOtherMatrixFormatsWithTheWayOut() throws {
    #expect(
      formatError(try fixture("bad-csc.npz"), unlabelled())?.problem
        == .unsupported("a matrix in format 'csc'; save X.tocsr()"))
    #expect(
      formatError(try fixture("bad-arrays.npz"), unlabelled())?.problem
        == .missingEntry(name: "format", found: ["a.npy"]))
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
