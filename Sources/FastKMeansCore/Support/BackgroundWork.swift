import Dispatch
import Synchronization

/// Runs long work for a task without blocking a thread of Swift's cooperative pool.
package enum BackgroundWork {
  /// The number of documents after which work looks whether it has been cancelled.
  package static let batchSize = 4096

  /// Throws `CancellationError` once the task that waits for the work has been cancelled.
  package typealias Check = @Sendable () throws -> Void

  /// Runs `body` on a dispatch queue and returns what it returns.
  ///
  /// - Parameters:
  ///   - body: long work calls the function that it gets now and then.
  /// - Throws: what `body` throws; `CancellationError` without calling `body` if the task is cancelled already.
  package static func run<Result: Sendable>(
    _ body: @escaping @Sendable (_ checkCancellation: @escaping Check) throws -> Result
  ) async throws -> Result {
    try Task.checkCancellation()
    let isCancelled = Flag()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
        DispatchQueue.global().async {
          continuation.resume(
            with: Swift.Result {
              try body { if isCancelled.value.load(ordering: .relaxed) { throw CancellationError() } }
            })
        }
      }
    } onCancel: {
      isCancelled.value.store(true, ordering: .relaxed)
    }
  }

  /// Changes a learner on a dispatch queue, in place: no copy of it is made.
  ///
  /// - Parameters:
  ///   - learner: nobody else can see it meanwhile, because the caller has exclusive access.
  ///   - placeholder: what stands in its place while it is changed.
  ///   - progress: hears of all that `body` reports.
  ///   - body: gets a handler of progress, which also ends the work once it is cancelled.
  package static func change<Learner: Sendable, Result: Sendable>(
    _ learner: inout Learner, placeholder: Learner, progress: (@Sendable (TrainingProgress) -> Void)?,
    _ body: @escaping @Sendable (inout Learner, _ progress: @escaping ProgressHandler) throws -> Result
  ) async throws -> Result {
    let moved = Moved(learner)
    learner = placeholder
    defer { learner = moved.value }
    return try await run { checkCancellation in
      try body(&moved.value) {
        try checkCancellation()
        progress?($0)
      }
    }
  }

  private final class Flag: Sendable {
    let value = Atomic<Bool>(false)
  }

  /// `@unchecked Sendable`: the task that made it waits while the dispatch queue uses it.
  private final class Moved<Value: Sendable>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) { self.value = value }
  }
}

extension Range<Int> {
  /// Consecutive parts of `size` elements each but the last.
  package func inBatches(of size: Int) -> [Range<Int>] {
    stride(from: lowerBound, to: upperBound, by: size).map { $0..<Swift.min(upperBound, $0 + size) }
  }
}
