import Dispatch
import Synchronization

/// Threads that help with loops: as many as there are cores, started when a loop first needs them.
///
/// A loop never waits for a thread to come. Whoever calls it works on it, and at its end takes back what no thread has
/// begun. So loops run on one thread where the system has no memory for more, and loops inside loops cannot lock each
/// other up.
///
/// `@unchecked Sendable`: the state is touched under the lock. That is a semaphore, since a `Mutex` of Swift knows the threads of
/// Linux by their numbers before a `fork`.
final class ThreadPool: @unchecked Sendable {
  private struct State {
    /// Loops that wait for helpers.
    var loops: [Loop] = []
    var threadCount = 0
    var busyCount = 0
  }

  /// All but `body` changes under the pool's lock; `body` goes when the last helper has returned from it.
  private final class Loop: @unchecked Sendable {
    let workers: Int
    var body: (@Sendable (Int) -> Void)?
    /// The number of the next helper.
    var next = 1
    var running = 0
    var isOver = false
    let done = DispatchSemaphore(value: 0)

    init(workers: Int, _ body: @escaping @Sendable (Int) -> Void) {
      (self.workers, self.body) = (workers, body)
    }

    /// A separate function, so that nothing holds the closure after it.
    @inline(never)
    func run(_ worker: Int) { body?(worker) }
  }

  private var state = State()
  private let lock = DispatchSemaphore(value: 1)
  private let work = DispatchSemaphore(value: 0)
  private let maxThreads: Int
  private let start: @Sendable (@escaping @Sendable () -> Void) -> Bool
  private let process = ProcessIdentity()

  /// - Parameters:
  ///   - maxThreads: how many threads it starts at most.
  ///   - start: starts a thread and returns true; returns false if the system gives it none.
  init(
    maxThreads: Int, start: @escaping @Sendable (@escaping @Sendable () -> Void) -> Bool = SystemThread.start
  ) {
    self.maxThreads = maxThreads
    self.start = start
  }

  private static let shared = Atomic<Unmanaged<ThreadPool>?>(nil)

  /// The pool of this process. A child after `fork` has none of its parent's threads, and gets its own pool.
  static var current: ThreadPool {
    let found = shared.load(ordering: .acquiring)
    if let pool = found?.takeUnretainedValue(), pool.process.isCurrent { return pool }
    let made = Unmanaged.passRetained(ThreadPool(maxThreads: Parallel.coreCount))
    let (isOurs, other) = shared.compareExchange(
      expected: found, desired: made, ordering: .acquiringAndReleasing)
    guard !isOurs, let other else { return made.takeUnretainedValue() }
    made.release()
    return other.takeUnretainedValue()
  }

  private func locked<Result>(_ body: (inout State) -> Result) -> Result {
    lock.wait()
    defer { lock.signal() }
    return body(&state)
  }

  /// Calls `body` with 0, and with further numbers below `workers` on as many threads as have time before that call ends.
  func run(workers: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      let loop = Loop(workers: workers, body)
      for _ in 0..<callHelpers(loop) { work.signal() }
      loop.run(0)
      let isAlone = locked { state in
        state.loops.removeAll { $0 === loop }
        loop.isOver = true
        return loop.running == 0
      }
      if !isAlone { loop.done.wait() }
      loop.body = nil
    }
  }

  /// Lets threads see a loop, and starts those that are missing.
  ///
  /// - Returns: how many may help.
  private func callHelpers(_ loop: Loop) -> Int {
    var missing = locked { state in
      state.loops.append(loop)
      let wanted = state.loops.reduce(0) { $0 + $1.workers - $1.next }
      let missing = max(
        0, min(wanted - (state.threadCount - state.busyCount), maxThreads - state.threadCount))
      state.threadCount += missing
      return missing
    }
    while missing > 0, start({ [self] in help() }) { missing -= 1 }
    return locked { state in
      state.threadCount -= missing
      return min(loop.workers - 1, state.threadCount)
    }
  }

  private func help() {
    while true {
      work.wait()
      let task: (loop: Loop, worker: Int)? = locked { state in
        guard let loop = state.loops.first else { return nil }
        defer { loop.next += 1 }
        if loop.next + 1 == loop.workers { state.loops.removeFirst() }
        loop.running += 1
        state.busyCount += 1
        return (loop, loop.next)
      }
      guard let task else { continue }
      task.loop.run(task.worker)
      let isLast = locked { state in
        state.busyCount -= 1
        task.loop.running -= 1
        return task.loop.isOver && task.loop.running == 0
      }
      if isLast { task.loop.done.signal() }
    }
  }
}
