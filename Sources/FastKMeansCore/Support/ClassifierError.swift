/// A call that the classifier cannot answer in its present state.
public enum ClassifierError: Error, Equatable, Sendable {
  /// Nothing has been learned yet.
  case notFitted
  /// The caller's progress handler or cancellation flag stopped the work; the classifier is as it was before.
  case cancelled
  /// The labels of this call are of another type than those learned before.
  case labelTypeChanged(expected: String, found: String)
  /// The operation is defined for some models only.
  case unsupported(String)
}

extension ClassifierError: CustomStringConvertible {
  /// One line: what is wrong and how to go on.
  public var description: String {
    switch self {
    case .notFitted: "the classifier has not been fitted; call fit or fitBatch first"
    case .cancelled: "cancelled; the classifier is as it was before the call"
    case .labelTypeChanged(let expected, let found):
      "the classifier has learned \(expected) labels, this call brings \(found) labels"
    case .unsupported(let text): text
    }
  }
}
