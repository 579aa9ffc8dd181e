import CFastKMeansKernels

/// Threads of the system, for work that waits or takes long.
///
/// Not those of Dispatch, which sleeps until the system has memory for a thread, and under a limit of the process's memory
/// that may never come.
package enum SystemThread {
  /// Runs `body` on a new thread, which receives no signals.
  ///
  /// - Returns: whether there is one; if not, `body` does not run.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    let work = Unmanaged.passRetained(Work(body))
    let error = fk_start_thread(
      { context in
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    if error != 0 { work.release() }
    return error == 0
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
