import Synchronization

/// A value that is made when it is first asked for, and kept.
package final class OnDemand<Value: Sendable>: Sendable {
  private let kept = Mutex<Value?>(nil)

  package init() {}

  /// The value; nil as long as nobody asked for it.
  package var existing: Value? { kept.withLock { $0 } }

  /// The value; `make` is called once, unless it throws. Who comes meanwhile waits.
  package func value<Failure: Error>(_ make: () throws(Failure) -> Value) throws(Failure) -> Value {
    try kept.withLock { kept throws(Failure) in
      if let kept { return kept }
      let value = try make()
      kept = value
      return value
    }
  }
}
