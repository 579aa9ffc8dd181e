/// How often an epoch of refinement meets each document.
///
/// A document of weight w is as good as w documents. One step of w times the size would throw its prototypes far beyond what
/// they have to move; so a heavy document is met several times, each time with a part of its weight.
package struct RefinementVisits: Sendable {
  private let weights: [Float]?

  /// The weight of one visit at most.
  package static let largestWeight: Float = 2

  /// - Parameter weights: of all rows, with a mean of 1; nil means 1 each.
  package init(_ weights: [Float]?) { self.weights = weights }

  package func weight(of document: Int32) -> Float { weights?[Int(document)] ?? 1 }

  package func count(of document: Int32) -> Int {
    max(1, Int((weight(of: document) / Self.largestWeight).rounded(.up)))
  }

  package func weightOfVisit(to document: Int32) -> Float {
    weight(of: document) / Float(count(of: document))
  }

  /// Each document as often as it is met.
  package func repeating(_ documents: [Int32]) -> [Int32] {
    guard weights != nil else { return documents }
    return documents.flatMap { repeatElement($0, count: count(of: $0)) }
  }
}
