/// The kind of rows that a model learned from; later rows must have it too.
package struct FeatureShape: Sendable, Equatable {
  package var featureCount: Int
  package var isSparse: Bool

  package init(featureCount: Int, isSparse: Bool) {
    self.featureCount = featureCount
    self.isSparse = isSparse
  }

  /// Dense rows: the number of features; nil for sparse rows.
  package var width: Int? { isSparse ? nil : featureCount }

  package init(_ rows: FeatureRows) {
    self.init(featureCount: rows.columnCount, isSparse: rows.isSparse)
  }

  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``, ``InputError/wrongKindOfInput(expected:found:)``.
  package func check(_ rows: FeatureRows) throws(InputError) {
    guard rows.columnCount == featureCount else {
      throw InputError.featureCountMismatch(expected: featureCount, found: rows.columnCount)
    }
    try check(isSparse: rows.isSparse)
  }

  /// - Throws: ``InputError/wrongKindOfInput(expected:found:)``.
  package func check(isSparse found: Bool) throws(InputError) {
    guard found != isSparse else { return }
    throw InputError.wrongKindOfInput(
      expected: isSparse ? "sparse rows" : "dense rows", found: found ? "sparse rows" : "dense rows")
  }

  /// - Throws: ``InputError/wrongKindOfInput(expected:found:)`` unless all vectors are of this kind.
  package func check(_ vectors: [PrototypeVector]) throws(InputError) {
    guard vectors.allSatisfy({ $0.isSparse == isSparse }) else { return try check(isSparse: !isSparse) }
  }
}
