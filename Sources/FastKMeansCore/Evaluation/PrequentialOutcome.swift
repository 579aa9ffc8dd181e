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

  /// - Parameters:
  ///   - documents: the batch.
  ///   - isRight: whether the answer to a document was its class; called with its position among those that count and
  ///     its row.
  package init(_ documents: TrainingSet, isRight: (_ position: Int, _ row: Int) -> Bool) {
    rows = documents.documents
    classIndices = rows.map { documents.classes[Int($0)] }
    self.isRight = rows.enumerated().map { isRight($0, Int($1)) }
    var (wrong, total) = (0.0, 0.0)
    for (position, row) in rows.enumerated() {
      let weight = Double(documents.weight(of: Int(row)))
      total += weight
      if !self.isRight[position] { wrong += weight }
    }
    error = total > 0 ? wrong / total : 0
  }
}
