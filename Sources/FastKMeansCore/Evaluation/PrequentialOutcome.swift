/// What a model said of a batch's documents before it learned them.
///
/// Documents without any feature and those of weight 0 do not count. A document of a class that the batch brings is
/// answered wrongly: no model can name what it has not seen.
///
/// - Source: Gama, Sebastiao and Rodrigues 2013, "On evaluating stream learning algorithms",
///   doi:10.1007/s10994-012-5320-9.
package struct PrequentialOutcome: Sendable, Equatable {
  /// The documents that count, by their rows in the batch, ascending.
  package let rows: [Int32]
  /// For each of these, the index of its class.
  package let classIndices: [Int32]
  /// For each of these, whether the model's answer was its class.
  package let isRight: [Bool]
  /// The share of weight that was answered wrongly; 0 for no document.
  package let error: Double

  package init(rows: [Int32], classIndices: [Int32], isRight: [Bool], weights: [Float]?) {
    self.rows = rows
    self.classIndices = classIndices
    self.isRight = isRight
    var (wrong, total) = (0.0, 0.0)
    for (position, row) in rows.enumerated() {
      let weight = Double(weights?[Int(row)] ?? 1)
      total += weight
      if !isRight[position] { wrong += weight }
    }
    error = total > 0 ? wrong / total : 0
  }
}
