import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_rejecting")
package func modelRejecting(
  _ model: OpaquePointer?, _ measure: Int32, _ rate: Double, _ isPerClass: Int32, _ rejecting: HandlePointer?,
  _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try ModelHandle.borrowed(model, "model")
    let rule = try RejectionRule(measure: measure, rate: rate, isPerClass: isPerClass)
    let storage = try ClassifierModel<Label>(storage: handle.storage).rejecting(rule).storage
    try put(ModelHandle(storage, vectorizer: handle.vectorizer), in: rejecting, "rejecting")
  }
}

@_cdecl("fkm_model_get_open_set")
package func modelGetOpenSet(
  _ model: OpaquePointer?, _ info: UnsafeMutablePointer<fkm_open_set>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    let info = try checkOutput(info, "info", size: \.struct_size)
    let openSet = try storage.requiredOpenSet
    let rule = storage.rejection?.rule
    info.pointee.measure = rule?.measure.constant ?? Int32(FKM_ACCEPT_ALL)
    info.pointee.is_per_class = rule?.isPerClass == true ? 1 : 0
    info.pointee.rate = rule?.rate ?? .nan
    info.pointee.known_count = Int64(openSet.knownCount)
    info.pointee.unknown_count = Int64(openSet.unknownCount)
    info.pointee.separation = openSet.separation
  }
}

@_cdecl("fkm_model_open_set_scores")
package func modelOpenSetScores(
  _ model: OpaquePointer?, _ rows: RowsPointer?, _ threads: Int32, _ scores: UnsafeMutablePointer<Float>?,
  _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let input = try AnswerInput(model, rows, threads)
    _ = try input.storage.requiredOpenSet
    let target = try Output<Float>(scores, count: input.rowCount, "scores")
    try input.answer { if let found = try input.scoring.openSetScores($0) { target.write(found) } }
  }
}

extension RejectionRule {
  /// The rule of a caller; nil for ``FKM_ACCEPT_ALL``.
  fileprivate init?(measure: Int32, rate: Double, isPerClass: Int32) throws {
    switch Int(measure) {
    case FKM_ACCEPT_ALL: return nil
    case FKM_FALSE_ACCEPT: try self.init(.falseAccept, rate: rate, isPerClass: isPerClass != 0)
    case FKM_FALSE_REJECT: try self.init(.falseReject, rate: rate, isPerClass: isPerClass != 0)
    default:
      throw CallError.constant(
        "measure", measure, allowed: "FKM_ACCEPT_ALL, FKM_FALSE_ACCEPT, FKM_FALSE_REJECT")
    }
  }
}

extension RejectionRule.Measure {
  fileprivate var constant: Int32 {
    switch self {
    case .falseAccept: Int32(FKM_FALSE_ACCEPT)
    case .falseReject: Int32(FKM_FALSE_REJECT)
    }
  }
}

extension ModelStorage {
  fileprivate var requiredOpenSet: OpenSet {
    get throws {
      guard let openSet else {
        throw ClassifierError.unsupported(
          "this model cannot tell unknown classes; train it with refinement, at least three classes and some dozens"
            + " of documents")
      }
      return openSet
    }
  }
}
