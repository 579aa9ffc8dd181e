/// How much each document counts, as a caller gives it.
package enum SampleWeights {
  /// The weights in single precision, in which sums are taken.
  ///
  /// - Parameters:
  ///   - canAllBeZero: whether a call is fine in which no row counts.
  /// - Throws: ``InputError/lengthMismatch(what:expected:found:)``, ``InputError/badSampleWeight(row:value:)``.
  package static func checked(
    _ weights: [Double]?, rowCount: Int, canAllBeZero: Bool = false
  ) throws -> [Float]? {
    guard let weights else { return nil }
    guard weights.count == rowCount else {
      throw InputError.lengthMismatch(what: "sample weights", expected: rowCount, found: weights.count)
    }
    for (row, weight) in weights.enumerated() where !(0...RowNorms.largestWeight).contains(weight) {
      throw InputError.badSampleWeight(row: row, value: weight)
    }
    let rounded = weights.map { Float($0) }
    guard canAllBeZero || rounded.contains(where: { $0 > 0 }) else {
      throw InputError.badSampleWeight(row: 0, value: weights.first ?? 0)
    }
    return rounded
  }
}
