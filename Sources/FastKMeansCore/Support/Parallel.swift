import CFastKMeansKernels
import Synchronization

/// Parallel loops over independent pieces of work, which an atomic counter hands out to the threads of a ``ThreadPool``.
package enum Parallel {
  /// The number of workers that a request means: -1 all cores, else itself; at least one.
  package static func workerCount(_ requested: Int) -> Int {
    requested > 0 ? requested : coreCount
  }

  static let coreCount = Int(fk_available_cores())

  /// Runs `body` for every index in `0 ..< count`, on up to `workers` threads, in no fixed order.
  ///
  /// `body` gets the worker's number (`0 ..< workers`, for scratch memory) and the index. The first error stops
  /// the handing out of further indices and is thrown; which one is first is not fixed. A `body` that cannot throw makes
  /// a loop that cannot.
  package static func forEach<Failure: Error>(
    count: Int, workers: Int, _ body: @Sendable (_ worker: Int, _ index: Int) throws(Failure) -> Void
  ) throws(Failure) {
    let workers = min(workers, count)
    guard workers > 1 else {
      for index in 0..<max(0, count) { try body(0, index) }
      return
    }
    let next = Atomic<Int>(0)
    let failure = Mutex<Failure?>(nil)
    ThreadPool.current.run(workers: workers) { worker in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        do throws(Failure) {
          try body(worker, index)
        } catch {
          next.store(count, ordering: .relaxed)
          failure.withLock { if $0 == nil { $0 = error } }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// What `body` gives for every index in `0 ..< count`, in the order of the indices, whichever is done first.
  ///
  /// - Throws: as ``forEach(count:workers:_:)``.
  package static func map<Result, Failure: Error>(
    count: Int, workers: Int, _ body: @Sendable (_ worker: Int, _ index: Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    let results = WorkerScratch<Result?>(workers: max(0, count)) { nil }
    try forEach(count: count, workers: workers) { worker, index throws(Failure) in
      let result = try body(worker, index)
      results.with(index) { $0 = result }
    }
    return (0..<max(0, count)).compactMap { index in results.with(index) { $0 } }
  }

  /// Runs `body` for consecutive ranges that cover `0 ..< count`, each of `chunk` indices but the last.
  package static func forEachChunk<Failure: Error>(
    count: Int, chunk: Int, workers: Int,
    _ body: @Sendable (_ worker: Int, _ range: Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    let chunkCount = (count + chunk - 1) / chunk
    try forEach(count: chunkCount, workers: workers) { worker, index throws(Failure) in
      try body(worker, index * chunk..<min(count, (index + 1) * chunk))
    }
  }

  /// Calls `check` for each of `0 ..< count`; what it throws is the first index's error, for any number of workers.
  static func checkEach(
    _ count: Int, chunk: Int, workers: Int, _ check: @Sendable (_ index: Int) throws -> Void
  ) throws {
    if workers > 1 {
      do {
        return try forEachChunk(count: count, chunk: chunk, workers: workers) { _, range in
          for index in range { try check(index) }
        }
      } catch {
        // Whichever thread found a fault: the first one is looked for again, in order.
      }
    }
    for index in 0..<count { try check(index) }
  }
}
