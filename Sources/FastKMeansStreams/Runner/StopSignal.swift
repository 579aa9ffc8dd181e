import Synchronization

/// Tells a stream to finish its batch, save and end; set from any thread, as a signal handler's queue.
public final class StopSignal: Sendable {
  private let requested = Atomic<Bool>(false)

  public init() {}

  /// Whether a stop was asked for.
  public var isRequested: Bool { requested.load(ordering: .acquiring) }

  /// Asks for a stop; more than once is the same as once.
  public func request() { requested.store(true, ordering: .releasing) }
}
