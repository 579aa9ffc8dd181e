import FastKMeans

/// The features that say most about a prototype.
struct PrototypeWords {
  let model: LoadedModel
  /// Words not to show: they are frequent everywhere.
  var hidden: Set<String> = []

  struct Word: Equatable {
    let name: String
    let weight: Double
  }

  /// The features with the largest weights, ties to the lower column.
  ///
  /// - Complexity: O(stored values of the prototype x log).
  func top(_ count: Int, of prototype: Int) -> [Word] {
    largest(count, model.model.prototypes.row(prototype))
  }

  /// The features by which a prototype stands out from the others of its class: its weight less the largest weight
  /// that a feature has in another of these prototypes.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - prototype: one of `siblings`.
  ///   - siblings: the prototypes of the class.
  func distinctive(_ count: Int, of prototype: Int, among siblings: Range<Int>) -> [Word] {
    var elsewhere: [Int: Double] = [:]
    for sibling in siblings where sibling != prototype {
      for (column, value) in model.model.prototypes.row(sibling) {
        elsewhere[column] = max(elsewhere[column] ?? 0, value)
      }
    }
    return largest(
      count, model.model.prototypes.row(prototype).map { ($0.column, $0.value - (elsewhere[$0.column] ?? 0)) }
    )
  }

  private func largest(_ count: Int, _ row: [(column: Int, value: Double)]) -> [Word] {
    row.filter { $0.value > 0 }.sorted { ($1.value, $0.column) < ($0.value, $1.column) }.lazy
      .map { Word(name: model.name(ofFeature: $0.column), weight: $0.value) }
      .filter { !hidden.contains($0.name) }.prefix(count).map { $0 }
  }
}
