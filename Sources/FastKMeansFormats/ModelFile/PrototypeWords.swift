import FastKMeansCore
import FastKMeansText

/// Finds the features that characterise a prototype.
package struct PrototypeWords {
  private let names: FeatureNames
  private let prototypes: PrototypeSet
  /// Words to leave out because they are frequent everywhere.
  private let hidden: Set<String>
  /// The mean weight of each feature over all prototypes, weighted by mass. It is a dictionary because hashed columns
  /// and those of vectors may go into the billions.
  private let background: [Int: Double]

  /// - Complexity: O(stored values of the model).
  package init(_ contents: ModelContents, hidden: Set<String> = []) {
    names = FeatureNames(contents.vectorizer, document: nil)
    self.hidden = hidden
    prototypes = contents.model.prototypes
    let total = prototypes.masses.reduce(0, +)
    var background: [Int: Double] = [:]
    for index in 0..<prototypes.count where total > 0 {
      let share = prototypes.masses[index] / total
      for (column, value) in prototypes.row(index) { background[column, default: 0] += share * value }
    }
    self.background = background
  }

  package struct Word: Equatable, Sendable {
    package let name: String
    package let weight: Double
  }

  /// The features whose weight lies furthest above their mean over all prototypes; the lower column wins ties. So words
  /// that are frequent everywhere come late, in any language. The weights in the result are the prototype's.
  ///
  /// - Complexity: O(stored values of the prototype x log).
  package func top(_ count: Int, of prototype: Int) -> [Word] {
    largest(count, prototypes.row(prototype)) { $0.value - (background[$0.column] ?? 0) }
  }

  /// The features that set a prototype apart from the others of its class: those whose weight lies furthest above the
  /// largest weight in any other of these prototypes.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - prototype: one of `siblings`.
  ///   - siblings: the prototypes of the class.
  package func distinctive(_ count: Int, of prototype: Int, among siblings: Range<Int>) -> [Word] {
    var elsewhere: [Int: Double] = [:]
    for sibling in siblings where sibling != prototype {
      for (column, value) in prototypes.row(sibling) {
        elsewhere[column] = max(elsewhere[column] ?? 0, value)
      }
    }
    return largest(count, prototypes.row(prototype)) { $0.value - (elsewhere[$0.column] ?? 0) }
  }

  private func largest(
    _ count: Int, _ row: [(column: Int, value: Double)], by excess: ((column: Int, value: Double)) -> Double
  ) -> [Word] {
    let rated = row.map { (column: $0.column, weight: $0.value, excess: excess($0)) }.filter { $0.excess > 0 }
    return rated.sorted { ($1.excess, $0.column) < ($0.excess, $1.column) }.lazy
      .map { Word(name: names[$0.column][0].word, weight: $0.weight) }
      .filter { !hidden.contains($0.name) }.prefix(count).map { $0 }
  }
}
