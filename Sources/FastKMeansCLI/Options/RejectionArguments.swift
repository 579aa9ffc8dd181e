import ArgumentParser
import FastKMeansCore

/// When to answer "none of these".
struct RejectionArguments: ParsableArguments {
  @Option("Reject, so that this share of the documents of unknown classes is accepted.", "0...1")
  var falseAcceptRate: Double?

  @Option("Reject this share of the documents of known classes.", "0...1")
  var falseRejectRate: Double?

  @Flag(help: "Each predicted class keeps the rate on its own, where it has the documents to tell.")
  var perClass = false

  func validate() throws {
    guard falseAcceptRate == nil || falseRejectRate == nil else {
      throw ValidationError("--false-accept-rate and --false-reject-rate name two thresholds; pass one")
    }
    guard !perClass || falseAcceptRate != nil || falseRejectRate != nil else {
      throw ValidationError("--per-class goes with --false-accept-rate or --false-reject-rate")
    }
  }

  /// The rule that was named; `nil`: that of the model, if it has one.
  ///
  /// - Throws: `OptionsError` for a rate that is not between 0 and 1.
  func rule() throws -> RejectionRule? {
    if let falseAcceptRate {
      return try RejectionRule(.falseAccept, rate: falseAcceptRate, isPerClass: perClass)
    }
    return try falseRejectRate.map { try RejectionRule(.falseReject, rate: $0, isPerClass: perClass) }
  }
}
