import FastKMeansCore
import Testing

@Suite struct DenseRowsTests {
  @Test(arguments: [(Float.nan, 4, 1, 1), (.infinity, 0, 0, 0), (-.infinity, 2, 0, 2)])
  func refusesWhatIsNotFinite(value: Float, position: Int, row: Int, column: Int) {
    var values = [Float](repeating: 1, count: 6)
    values[position] = value
    #expect(throws: InputError.notFinite(row: row, column: column)) {
      try DenseMatrix(rowCount: 2, columnCount: 3, values: values)
    }
  }

  @Test func refusesShapesThatTheValuesDoNotFill() {
    #expect(throws: InputError.lengthMismatch(what: "values", expected: 6, found: 5)) {
      try DenseMatrix(rowCount: 2, columnCount: 3, values: [1, 2, 3, 4, 5])
    }
    for (rows, columns) in [(-1, 3), (3, -1), (Int.max, 2), (1, 1 << 33), (1 << 33, 1 << 31)] {
      let error = #expect(throws: InputError.self) {
        try DenseMatrix(rowCount: rows, columnCount: columns, values: [1, 2, 3])
      }
      guard case .badShape = error else {
        Issue.record("\(rows) x \(columns): \(String(describing: error))")
        continue
      }
    }
  }

  @Test func selectsRowsInTheOrderAskedFor() throws {
    let matrix = try DenseMatrix(rowCount: 3, columnCount: 2, values: [1, 2, 3, 4, 5, 6])
    #expect(matrix.selectingRows([2, 0, 2]).values == [5, 6, 1, 2, 5, 6])
  }
}
