/// What is wrong with the parts of a prototype set that came from outside, such as a file.
package struct PrototypeSetError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

extension PrototypeSet {
  /// Puts parts together that are not trusted.
  ///
  /// - Parameters:
  ///   - classCount: every class index is below it, and every class has a prototype.
  /// - Throws: ``PrototypeSetError`` for the first thing that does not fit.
  /// - Complexity: O(stored values).
  package init(
    validating featureCount: Int, rows: Rows, classIndices: [Int32], masses: [Double], sumScales: [Double],
    classCount: Int
  ) throws {
    try self.init(
      validating: featureCount, rows: rows, classIndices: classIndices, masses: masses, sumScales: sumScales,
      streamSums: nil, classCount: classCount)
  }

  /// The same with what a stream has to go on from.
  package init(
    validating featureCount: Int, rows: Rows, classIndices: [Int32], masses: [Double], sumScales: [Double],
    streamSums: [Prototype.Sum?]?, classCount: Int
  ) throws {
    self.init(
      featureCount: featureCount, rows: rows, classIndices: classIndices, masses: masses,
      sumScales: sumScales,
      streamSums: streamSums)
    guard streamSums == nil || streamSums?.count == classIndices.count,
      streamSums?.allSatisfy({ $0?.isValid ?? true }) ?? true
    else {
      throw PrototypeSetError("the units and lengths of sums are not one finite pair for each prototype")
    }
    guard featureCount >= 0, featureCount <= Int(UInt32.max) else {
      throw PrototypeSetError("feature count \(featureCount) is not in 0 ..< 2^32")
    }
    try checkCounts(classCount: classCount)
    switch rows {
    case .sparse(let offsets, let columns, let values):
      try checkSparse(offsets: offsets, columns: columns, values: values)
    case .dense(let values):
      let (cells, overflow) = count.multipliedReportingOverflow(by: featureCount)
      guard !overflow, values.count == cells else {
        throw PrototypeSetError("\(values.count) values do not fill \(count) x \(featureCount)")
      }
    }
    if let position = values.firstNonFinite {
      throw PrototypeSetError("value \(position) of the prototypes is NaN or infinite")
    }
  }

  private func checkCounts(classCount: Int) throws {
    guard masses.count == count, sumScales.count == count else {
      throw PrototypeSetError(
        "\(count) prototypes, but \(masses.count) masses and \(sumScales.count) sum scales")
    }
    guard (masses + sumScales).allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw PrototypeSetError("a mass is negative, NaN or infinite")
    }
    var expected: Int32 = 0
    for (position, index) in classIndices.enumerated() {
      guard index == expected || index == expected + 1 && position > 0 else {
        throw PrototypeSetError("the classes of the prototypes do not ascend at \(position), or one has none")
      }
      expected = index
    }
    guard classIndices.isEmpty ? classCount == 0 : Int(expected) == classCount - 1 else {
      throw PrototypeSetError("\(classCount) classes, but prototypes for \(Int(expected) + 1)")
    }
  }

  private func checkSparse(offsets: [Int], columns: [UInt32], values: StoredValues) throws {
    guard offsets.count == count + 1, offsets.first == 0, offsets.last == columns.count,
      values.count == columns.count
    else {
      throw PrototypeSetError("the row offsets, columns and values of the prototypes disagree in length")
    }
    for row in 0..<count {
      guard offsets[row] <= offsets[row + 1], offsets[row + 1] <= columns.count else {
        throw PrototypeSetError("the row offsets of the prototypes fall at row \(row)")
      }
      var previous = -1
      for position in offsets[row]..<offsets[row + 1] {
        let column = Int(columns[position])
        guard column > previous, column < featureCount else {
          throw PrototypeSetError("prototype \(row): column \(column) is out of order or out of range")
        }
        previous = column
      }
    }
  }
}
