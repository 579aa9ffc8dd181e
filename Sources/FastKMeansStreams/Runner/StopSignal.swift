import Synchronization

/// Asks a running stream to finish its batch, save the model and return. Any thread may set it.
public final class StopSignal: Sendable {
  private let requested = Atomic<Bool>(false)

  /// Creates a signal that is not set.
  public init() {}

  /// Whether a stop was asked for.
  public var isRequested: Bool { requested.load(ordering: .acquiring) }

  /// Asks for a stop. Further calls change nothing.
  public func request() { requested.store(true, ordering: .releasing) }
}
