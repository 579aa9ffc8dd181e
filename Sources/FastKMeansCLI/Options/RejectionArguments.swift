import ArgumentParser
import FastKMeansCore

/// When to answer "none of these".
struct RejectionArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Reject, so that this share of the documents of unknown classes is accepted.", valueName: "0...1"),
    transform: Value.number)
  var falseAcceptRate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Reject this share of the documents of known classes.", valueName: "0...1"),
    transform: Value.number)
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
