import Dispatch
import Synchronization

extension Parallel {
  /// Runs `body` for every index in `0 ..< count`, on up to `workers` threads, in no fixed order; it cannot fail.
  package static func forEachSurely(
    count: Int, workers: Int, _ body: @Sendable (_ worker: Int, _ index: Int) -> Void
  ) {
    let workers = min(workers, count)
    guard workers > 1 else {
      for index in 0..<max(0, count) { body(0, index) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(worker, index)
      }
    }
  }
}
