/// One prototype and its score for one document.
package struct PrototypeHit: Sendable, Equatable {
  /// The prototype's index; -1 where there is none to name.
  package var prototype: Int32
  /// The score; minus infinity where there is no prototype.
  package var score: Float

  package init(prototype: Int32, score: Float) {
    self.prototype = prototype
    self.score = score
  }

  /// No prototype at all.
  package static let none = PrototypeHit(prototype: -1, score: -.infinity)
}
