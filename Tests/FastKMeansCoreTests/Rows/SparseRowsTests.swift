import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// Sparse rows are checked once, when they are put together.
@Suite struct SparseRowsTests {
  struct Broken: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var width = 4
    var offsets = [0, 2, 3]
    var columns: [UInt32] = [0, 2, 1]
    var values: [Float] = [1, 2, 3]
    let error: InputError
  }

  static let broken: [Broken] = [
    Broken(testDescription: "NaN", values: [1, .nan, 3], error: .notFinite(row: 0, column: 2)),
    Broken(testDescription: "infinity", values: [1, 2, .infinity], error: .notFinite(row: 1, column: 1)),
    Broken(testDescription: "-infinity", values: [-.infinity, 2, 3], error: .notFinite(row: 0, column: 0)),
    Broken(testDescription: "unsorted", columns: [2, 0, 1], error: .unsortedColumns(row: 0, column: 0)),
    Broken(testDescription: "duplicate", columns: [2, 2, 1], error: .duplicateColumn(row: 0, column: 2)),
    Broken(
      testDescription: "too large", columns: [0, 4, 1], error: .featureOutOfRange(row: 0, column: 4, limit: 4)
    ),
    Broken(
      testDescription: "negative", columns: [0, UInt32(bitPattern: -1), 1],
      error: .featureOutOfRange(row: 0, column: 4_294_967_295, limit: 4)),
    Broken(testDescription: "falling", offsets: [0, 3, 2, 3], error: .badRowOffsets(position: 2, value: 2)),
    Broken(testDescription: "late start", offsets: [1, 2, 3], error: .badRowOffsets(position: 0, value: 1)),
    Broken(
      testDescription: "negative start", offsets: [-1, 2, 3], error: .badRowOffsets(position: 0, value: -1)),
    Broken(testDescription: "early end", offsets: [0, 1, 2], error: .badRowOffsets(position: 2, value: 2)),
    Broken(testDescription: "late end", offsets: [0, 2, 4], error: .badRowOffsets(position: 2, value: 4)),
    Broken(testDescription: "beyond", offsets: [0, 9, 3], error: .badRowOffsets(position: 1, value: 9)),
    Broken(testDescription: "no offsets", offsets: [], error: .badRowOffsets(position: 0, value: 0)),
    Broken(
      testDescription: "fewer values", values: [1, 2],
      error: .lengthMismatch(what: "values", expected: 3, found: 2)),
    Broken(
      testDescription: "no columns allowed", width: 0,
      error: .featureOutOfRange(row: 0, column: 2, limit: 0)),
    Broken(
      testDescription: "negative width", width: -1,
      error: .badShape("2 x -1; columns are limited to 2^32 - 1")),
    Broken(
      testDescription: "width beyond 32 bits", width: 1 << 33,
      error: .badShape("2 x 8589934592; columns are limited to 2^32 - 1")),
  ]

  @Test(arguments: broken) func refuses(_ broken: Broken) {
    #expect(throws: broken.error) {
      try CSRMatrix(
        columnCount: broken.width, rowOffsets: broken.offsets, columns: broken.columns, values: broken.values)
    }
    #expect(!broken.error.description.contains("\n"))
  }

  @Test func takesEmptyRowsAndStoredZeros() throws {
    let matrix = try CSRMatrix(
      columnCount: 3, rowOffsets: [0, 0, 2, 2], columns: [0, 2], values: [0, -1])
    #expect(matrix.rowCount == 3)
    #expect(matrix.nonZeroCount == 2)
    let taken = matrix.selectingRows([2, 1, 1])
    #expect(taken.rowOffsets == [0, 0, 2, 4])
    #expect(taken.columns == [0, 2, 0, 2])
  }

  /// A stored zero means nothing.
  @Test func storedZerosChangeNoPrediction() throws {
    let plain = try CSRMatrix(columnCount: 3, rowOffsets: [0, 1, 2], columns: [0, 1], values: [1, 1])
    let padded = try CSRMatrix(
      columnCount: 3, rowOffsets: [0, 3, 5], columns: [0, 1, 2, 0, 1], values: [1, 0, 0, 0, 1])
    for mode in Mode.allCases {
      var options = TrainingOptions.prototypesOnly
      options.mode = mode
      var classifier = try FastKMeansClassifier<Int>(options)
      try classifier.fit(.sparse(padded), labels: [0, 1])
      #expect(try classifier.model.prototypes.writtenOut(class: 0) == [[1, 0, 0]])
      #expect(try classifier.model.predict(.sparse(plain)) == [0, 1])
    }
  }
}
