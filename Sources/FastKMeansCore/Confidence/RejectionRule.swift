/// When a model is to answer "none of these".
package struct RejectionRule: Sendable, Equatable {
  /// What a rate is a rate of.
  package enum Measure: String, Sendable, CaseIterable {
    /// Of documents of unknown classes, the share that is accepted.
    case falseAccept = "false_accept"
    /// Of documents of known classes, the share that is rejected.
    case falseReject = "false_reject"
  }

  package let measure: Measure
  /// Above 0, below 1.
  package let rate: Double
  /// Whether each predicted class keeps the rate on its own; classes with too few held-out documents share one
  /// threshold.
  package let isPerClass: Bool

  /// - Throws: ``OptionsError`` for a rate that is not between 0 and 1.
  package init(_ measure: Measure, rate: Double, isPerClass: Bool = false) throws(OptionsError) {
    guard rate > 0, rate < 1 else {
      throw OptionsError(
        parameter: measure.rawValue + "_rate", value: "\(rate)", allowed: "a number above 0 and below 1")
    }
    self.measure = measure
    self.rate = rate
    self.isPerClass = isPerClass
  }
}

/// A rule with the thresholds that it comes to for a model.
package struct Rejection: Sendable, Equatable {
  package let rule: RejectionRule
  /// Of each class: what the score of a document must exceed to be accepted.
  package let thresholds: [Float]

  /// - Throws: ``OptionsError`` for a rate that the model's held-out documents cannot tell.
  package init(_ rule: RejectionRule, openSet: OpenSet, classCount: Int) throws(OptionsError) {
    self.rule = rule
    thresholds = try openSet.thresholds(for: rule, classCount: classCount)
  }
}
