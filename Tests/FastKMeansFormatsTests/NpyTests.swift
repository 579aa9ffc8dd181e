import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct NpyTests {
  @Test(arguments: fixtures("dense-")) func readsEveryElementType(_ name: String) throws {
    let matrix = try LabelledData.read(fixture(name), options: unlabelled()).dense
    #expect(matrix.rowCount == 13 && matrix.columnCount == 7)
    for row in 0..<13 {
      for column in 0..<7 {
        let cell = fixtureCell(row, column)
        let isFloat = name.contains("-f") || name.contains("version")
        let isUnsigned = name.contains("-u")
        let expected =
          name.contains("bool") ? (cell > 0 ? 1 : 0) : Float(isUnsigned ? cell + 5 : cell) / (isFloat ? 4 : 1)
        #expect(matrix.values[row * 7 + column] == expected, "\(name) \(row) \(column)")
      }
    }
  }

  @Test func halvesBecomeTheSameNumbersAsInNumPy() throws {
    let halves = try LabelledData.read(fixture("halves.npy"), options: unlabelled()).dense
    let singles = try LabelledData.read(fixture("halves-as-singles.npy"), options: unlabelled()).dense
    #expect(halves.values.map(\.bitPattern) == singles.values.map(\.bitPattern))
    #expect(halves.rowCount > 1000)
  }

  @Test(arguments: ["dense-fortran-f4.npy", "dense-little-f4.npy"])
  func batchesOfRowsAreTheRowsOfTheWhole(_ name: String) throws {
    let whole = try LabelledData.read(fixture(name), options: unlabelled()).dense
    let reader = try RowReader(path: fixture(name), options: unlabelled())
    var values: [Float] = []
    while let batch = try reader.next(maxRows: 4) { values += try batch.data.dense.values }
    #expect(values == whole.values)
    #expect(reader.position.row == 13)
  }

  @Test func refusesWhatIsNoMatrixOfNumbers() throws {
    for name in ["bad-structured.npy", "bad-object.npy"] {
      guard case .unsupported = formatError(try fixture(name), unlabelled())?.problem else {
        Issue.record("\(name)")
        continue
      }
    }
    #expect(
      formatError(try fixture("bad-one-dimension.npy"), unlabelled())?.problem
        == .badShape("1 dimensions (6); pass rows x features"))
    #expect(
      formatError(try fixture("bad-nan.npy"), unlabelled())?.problem == .rows(.notFinite(row: 1, column: 1)))
  }

  @Test func namesTheRowOfANaNInALaterBatch() throws {
    let reader = try RowReader(path: fixture("bad-nan.npy"), options: unlabelled())
    _ = try reader.next(maxRows: 1)
    let error = #expect(throws: FormatError.self) { try reader.next(maxRows: 1) }
    #expect(error?.problem == .rows(.notFinite(row: 1, column: 1)))
  }

  @Test(arguments: [
    "(1099511627776, 1)", "(4611686018427387904, 4)", "(9223372036854775807, 9223372036854775807)", "(-1, 4)",
    "(3, 0)", "(1099511627776, 0)", "(99999999999999999999, 1)", "(2, 4)", "()",
  ])
  func refusesShapesThatTheFileCannotHold(_ shape: String) throws {
    let folder = try ScratchFolder()
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }\n"
    let start = NpyHeader.magic + [1, 0, UInt8(text.utf8.count), 0]
    let path = try folder.file("x.npy", start + Array(text.utf8) + [UInt8](repeating: 0, count: 16))
    _ = formatError(path, unlabelled())
  }

  @Test func refusesAHeaderLongerThanTheFile() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("x.npy", NpyHeader.magic + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7B])
    _ = formatError(path, unlabelled())
  }
}
