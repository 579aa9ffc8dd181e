/// What refinement did.
package struct RefinementReport: Sendable, Equatable {
  /// `feature-rates` or `one-rate`.
  package let recipe: String
  package let epochs: Int
  /// How often learning diverged and started again at half the rate.
  package let rateHalvings: Int
  /// Rows that were held out to judge and to calibrate.
  package let heldOutCount: Int
  /// The share of them that the refined prototypes got right, 0...1.
  package let heldOutAccuracy: Double
  /// The share of them that the k-means prototypes got right, 0...1.
  package let prototypeAccuracy: Double
  /// The share of the weights that the model keeps, 0...1: of very many, the smallest are left out where held-out rows do
  /// not miss them.
  package var keptShare = 1.0
}

/// How refinement ended.
package enum RefinementOutcome: Sendable, Equatable {
  /// It was not asked for.
  case off
  /// It was better on held-out rows, or there were none to ask.
  case done(RefinementReport)
  /// The k-means prototypes were better on held-out rows, and stay.
  case noBetter(heldOutAccuracy: Double, prototypeAccuracy: Double)
  /// The k-means prototypes stay: the weights of dense rows, or on a device, would need more memory than is allowed; or,
  /// where no number is given, thousands of classes have one document each and none can be held out to judge by.
  case skipped(neededBytes: Int?)
}
