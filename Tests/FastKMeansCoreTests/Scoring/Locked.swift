import Synchronization

/// A value behind a lock.
final class Locked<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    value.withLock { value in body(&value) }
  }
}
