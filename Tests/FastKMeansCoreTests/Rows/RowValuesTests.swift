import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Rows in any type read as what a conversion of the whole would have given.
@Suite struct RowValuesTests {
  /// Doubles of every size: those that single precision rounds, those that vanish in it, those too large for it.
  static func doubles(seed: UInt64) -> [Double] {
    var random = CounterRandom(seed: seed, stream: 31)
    return (0..<300).map { _ in
      let sign = random.nextUnit() < 0.5 ? -1.0 : 1
      return sign * (1 + random.nextUnit())
        * Double(sign: .plus, exponent: random.nextIndex(below: 310) - 160, significand: 1)
    } + [0, -0.0, .infinity, -.infinity, 3.4028235677973366e38, 0x1p-149, 0x1p-150]
  }

  @Test(arguments: UInt64(1)...10) func doublesReadAsTheyWouldConvert(seed: UInt64) {
    let doubles = Self.doubles(seed: seed)
    doubles.withUnsafeBufferPointer { memory in
      let values = RowValues(memory)
      #expect(values.count == doubles.count && !values.isSinglePrecision)
      Self.check(values, doubles.map { Float($0).bitPattern }, "seed \(seed)")
    }
    #expect(Float(doubles[304]).isInfinite, "the case of a double that rounds beyond single precision")
  }

  @Test func halvesReadAsTheyWouldConvert() {
    let halves = (0...UInt16.max).map { $0 }
    halves.withUnsafeBufferPointer { memory in
      let values = RowValues(float16: memory)
      #expect(values.count == halves.count && !values.isSinglePrecision)
      Self.check(values, halves.map { HalfPrecision.float16($0).bitPattern }, "halves")
    }
  }

  @Test func singlesAreHandedOutWhereTheyLie() {
    let singles: [Float] = [1, 2, 3, 4]
    singles.withUnsafeBufferPointer { memory in
      let values = RowValues(memory)
      #expect(values.isSinglePrecision)
      values.withSingles(in: 1..<3) {
        #expect($0.baseAddress == memory.baseAddress.map { $0 + 1 } && $0.count == 2)
      }
      Self.check(values, singles.map(\.bitPattern), "singles")
    }
  }

  /// One at a time, ranges short (on the stack) and long (on the heap), and copies.
  private static func check(_ values: RowValues, _ expected: [UInt32], _ name: Comment) {
    #expect((0..<values.count).map { values[$0].bitPattern } == expected, name)
    for range in [0..<0, 1..<4, 0..<values.count, values.count / 2..<values.count] {
      #expect(values.withSingles(in: range) { $0.map(\.bitPattern) } == Array(expected[range]), name)
      let copy = [Float](unsafeUninitializedCapacity: range.count) {
        values.write(range, to: $0)
        $1 = range.count
      }
      #expect(copy.map(\.bitPattern) == Array(expected[range]), name)
    }
  }

  @Test func wideColumnsReadAsNarrowOnes() {
    let wide: [Int64] = [0, 1, 1 << 31, Int64(UInt32.max)]
    wide.withUnsafeBufferPointer { memory in
      let columns = RowColumns(memory)
      #expect(columns.count == 4 && !columns.isNarrow)
      #expect((0..<4).map { columns[$0] } == [0, 1, 1 << 31, .max])
      #expect(columns.withColumns(in: 1..<4) { Array($0) } == [1, 1 << 31, .max])
    }
  }

  /// What would be cut to 32 bits must not pass for a column.
  @Test(arguments: [-1, 3, 1 << 32, 1 << 32 + 1, .min, .max] as [Int64])
  func refusesWideColumnsThatDoNotFit(column: Int64) {
    let (offsets, values) = ([0, 1, 2], [1, 1] as [Float])
    let wide: [Int64] = [2, column]
    offsets.withUnsafeBufferPointer { offsets in
      values.withUnsafeBufferPointer { values in
        wide.withUnsafeBufferPointer { wide in
          let rows = SparseRows(
            rowCount: 2, columnCount: 3, offsets: offsets, columns: RowColumns(wide),
            values: RowValues(values))
          for workers in [1, 2] {
            #expect(throws: InputError.featureOutOfRange(row: 1, column: Int(column), limit: 3)) {
              try rows.validate(workers: workers)
            }
          }
        }
      }
    }
  }

  /// NaN, infinity and what is too large, by row and column, with dense rows in any order and with gaps.
  @Test(arguments: [.nan, .infinity, 1e39, -1e300] as [Double])
  func refusesDoublesThatAreNotFiniteInSinglePrecision(value: Double) {
    // Two rows of three, the last one first, a gap of one between them.
    var memory: [Double] = [1, 1, 1, .nan, 1, 1, 1]
    memory[1] = value
    memory.withUnsafeBufferPointer { memory in
      let rows = DenseRows(rowCount: 2, columnCount: 3, values: RowValues(memory), start: 4, stride: -4)
      #expect(throws: InputError.notFinite(row: 1, column: 1)) { try rows.validate() }
    }
  }

  @Test func denseRowsInAnyOrderSliceAndCopy() throws {
    let memory = (0..<20).map { Double($0) }
    memory.withUnsafeBufferPointer { memory in
      let rows = FeatureRows.dense(
        DenseRows(rowCount: 4, columnCount: 3, values: RowValues(memory), start: 15, stride: -5))
      let expected: [[Float]] = [[15, 16, 17], [10, 11, 12], [5, 6, 7], [0, 1, 2]]
      #expect((0..<4).map { rows.withValues(of: $0) { Array($0) } } == expected)
      #expect(rows.slice(1..<3).withValues(of: 1) { Array($0) } == expected[2])
      guard case .dense(let copy) = rows.slice(1..<4).copied() else { return #expect(Bool(false)) }
      #expect(copy.values == expected[1...].flatMap { $0 })
    }
  }

  /// A part of sparse rows in double precision with wide columns, as memory that kernels take.
  @Test func sparseRowsSliceAndBecomePlain() throws {
    let (offsets, wide, doubles) = (
      [0, 2, 3, 3, 5], [0, 7, 3, 1, 2] as [Int64], [1, 2, 3, 4, 5] as [Double]
    )
    try offsets.withUnsafeBufferPointer { offsets in
      try wide.withUnsafeBufferPointer { wide in
        try doubles.withUnsafeBufferPointer { doubles in
          let rows = FeatureRows.sparse(
            SparseRows(
              rowCount: 4, columnCount: 8, offsets: offsets, columns: RowColumns(wide),
              values: RowValues(doubles)))
          let expected = try CSRMatrix(
            columnCount: 8, rowOffsets: [0, 1, 1, 3], columns: [3, 1, 2], values: [3, 4, 5])
          #expect(rows.slice(1..<4).copied() == .sparse(expected))
          rows.slice(1..<4).withPlainRows { plain in
            guard case .sparse(let plain) = plain else { return #expect(Bool(false)) }
            #expect(plain.columns.isNarrow && plain.values.isSinglePrecision)
            #expect(Array(plain.offsets) == expected.rowOffsets)
          }
        }
      }
    }
  }
}
