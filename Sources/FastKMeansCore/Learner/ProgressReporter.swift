import Synchronization

/// Carries progress from parallel workers to the caller's handler, and cancellation back.
///
/// The handler runs on the calling thread only (which works along in every parallel loop): callers need not
/// be ready for other threads. `@unchecked Sendable`: the handler and its error are touched by that thread alone.
package final class ProgressReporter: @unchecked Sendable {
  private let handler: ProgressHandler?
  private let whole: ProgressReporter?
  private let callingThread = ThreadIdentity()
  private let completed = Atomic<Int>(0)
  private let isCancelled = Atomic<Bool>(false)
  private var total = 0
  private var phase = TrainingProgress.Phase.training
  private var handlerError: (any Error)?
  private var lastReported = -1

  package init(_ handler: ProgressHandler?) {
    self.handler = handler
    whole = nil
  }

  /// For one of several pieces of work that go on at a time: what it finishes counts in a phase that has begun for all.
  init(partOf whole: ProgressReporter) {
    handler = nil
    self.whole = whole
  }

  /// Whether nobody listens, so that nobody can cancel.
  package var isSilent: Bool { handler == nil }

  /// Starts counting anew; to be called between parallel loops.
  package func begin(_ phase: TrainingProgress.Phase, total: Int) throws {
    if let whole { return try whole.checkpoint() }
    self.phase = phase
    self.total = total
    completed.store(0, ordering: .relaxed)
    lastReported = -1
    try checkpoint()
  }

  /// Counts finished units; from any thread.
  package func advance(by count: Int) throws {
    if let whole { return try whole.advance(by: count) }
    completed.wrappingAdd(count, ordering: .relaxed)
    try checkpoint()
  }

  /// Reports the end of a phase, which the last unit's own thread may not have been allowed to; to be called after
  /// a parallel loop. A phase that stopped early, because it converged, is complete as well.
  package func finish() throws {
    if let whole { return try whole.checkpoint() }
    completed.store(total, ordering: .relaxed)
    try checkpoint()
  }

  /// Reports if this is the calling thread and there is news; throws if the work is to stop. From any thread.
  package func checkpoint(epoch: Int? = nil) throws {
    if let whole { return try whole.checkpoint() }
    guard handler != nil else { return }
    if isCancelled.load(ordering: .relaxed) { throw ClassifierError.cancelled }
    guard callingThread.isCurrent else { return }
    // A refinement that starts again goes through more than was expected.
    let done = min(total, completed.load(ordering: .relaxed))
    // A thousand reports a phase are enough for any bar, and cost nothing.
    let isNews = done != lastReported && (done >= total || done - lastReported > total / 1000)
    guard epoch != nil || lastReported < 0 || isNews else { return }
    lastReported = done
    do {
      try handler?(TrainingProgress(phase: phase, completed: done, total: total, epoch: epoch))
    } catch {
      handlerError = error
      isCancelled.store(true, ordering: .relaxed)
      throw error
    }
  }

  /// Runs `body`; if the handler stopped it, the handler's own error is what the caller gets.
  package func run<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw handlerError ?? error
    }
  }
}
