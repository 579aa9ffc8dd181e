/// One value for each worker of a parallel loop, each touched by its own worker only.
///
/// `@unchecked Sendable`: ``Parallel`` gives a worker number to one thread at a time.
package final class WorkerScratch<Value>: @unchecked Sendable {
  private let values: UnsafeMutableBufferPointer<Value>

  package init(workers: Int, _ make: () -> Value) {
    values = .allocate(capacity: workers)
    for index in 0..<workers { values.initializeElement(at: index, to: make()) }
  }

  deinit {
    values.deinitialize()
    values.deallocate()
  }

  /// Calls `body` with the worker's own value.
  @inline(__always)
  package func with<Result>(_ worker: Int, _ body: (inout Value) throws -> Result) rethrows -> Result {
    try body(&values[worker])
  }
}
