import FastKMeansCore

/// Rows whose values are whole multiples of a step for each row, as a file stores them: a byte a value.
struct EightBitWeights {
  /// Row after row, -127...127.
  let codes: [Int8]
  /// One for each row, a power of two.
  let steps: [Float]

  init(codes: [Int8], steps: [Float]) {
    self.codes = codes
    self.steps = steps
  }

  /// nil where a value is no multiple of its row's step: then nothing would be the same when read.
  ///
  /// - Complexity: O(stored values); values that were never rounded are found out within the first row.
  init?(_ set: PrototypeSet) {
    guard set.precision != .float64, set.storedValueCount > 0 else { return nil }
    var (codes, steps): ([Int8], [Float]) = ([], [])
    for row in 0..<set.count {
      let range = set.rowRange(row)
      let step = EightBitGrid.step(of: range.lazy.map { set.values[$0] })
      guard Double(Float(step)) == step else { return nil }
      for position in range {
        let code = EightBitGrid.code(of: set.values[position], step: step)
        guard code * step == set.values[position], let byte = Int8(exactly: code) else { return nil }
        codes.append(byte)
      }
      steps.append(Float(step))
    }
    self.init(codes: codes, steps: steps)
  }

  /// The values that the codes stand for.
  ///
  /// - Parameter rows: row `i` has the codes `rows[i] ..< rows[i + 1]`; from a file, so it may be anything.
  /// - Throws: `ModelFileError.Problem` for offsets that do not fit the codes and steps that are no powers of two.
  func values(rows: [Int], precision: Precision) throws -> StoredValues {
    var values: [Double] = []
    values.reserveCapacity(codes.count)
    for row in steps.indices {
      let step = Double(steps[row])
      guard step.isFinite, step > 0, step.significand == 1 else {
        throw ModelFileError.Problem.badContent(reason: "step \(steps[row]) of row \(row) is no power of two")
      }
      guard rows[row] == values.count, rows[row] <= rows[row + 1], rows[row + 1] <= codes.count else {
        throw ModelFileError.Problem.badContent(reason: "the offsets of the 8-bit weights fall at row \(row)")
      }
      for position in rows[row]..<rows[row + 1] { values.append(Double(codes[position]) * step) }
    }
    guard values.count == codes.count else {
      throw ModelFileError.Problem.badContent(reason: "the 8-bit weights are more than their rows")
    }
    return StoredValues(values, precision: precision)
  }
}
