import Synchronization
import Testing

@testable import FastKMeansCore

@Suite struct ThreadPoolTests {
  /// Runs a loop of 1,000 pieces as ``Parallel`` does, and counts how often each was done.
  private static func counts(_ pool: ThreadPool, workers: Int, piece: @Sendable (Int) -> Void = { _ in })
    -> [Int]
  {
    let counts = Mutex([Int](repeating: 0, count: 1000))
    let next = Atomic<Int>(0)
    pool.run(workers: workers) { worker in
      #expect((0..<workers).contains(worker))
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < 1000 else { return }
        piece(index)
        counts.withLock { $0[index] += 1 }
      }
    }
    return counts.withLock { $0 }
  }

  private static let once = [Int](repeating: 1, count: 1000)

  @Test func aPoolThatCannotStartThreadsWorksOnOne() {
    let tries = Atomic<Int>(0)
    let pool = ThreadPool(maxThreads: 4) { _ in
      tries.add(1, ordering: .relaxed)
      return false
    }
    for _ in 0..<3 { #expect(Self.counts(pool, workers: 8) == Self.once) }
    #expect(tries.load(ordering: .relaxed) == 3)
  }

  @Test func aPoolThatCanStartOneThreadWorksOnTwo() {
    let isFirst = Atomic<Bool>(true)
    let pool = ThreadPool(maxThreads: 4) { body in
      isFirst.exchange(false, ordering: .relaxed) && SystemThread.start(body)
    }
    for _ in 0..<100 { #expect(Self.counts(pool, workers: 8) == Self.once) }
  }

  @Test func threadsHelp() {
    let pool = ThreadPool(maxThreads: 1)
    let helped = Mutex(false)
    // Ends when a helper has come.
    pool.run(workers: 2) { worker in
      if worker == 1 { return helped.withLock { $0 = true } }
      while !helped.withLock({ $0 }) {}
    }
    #expect(helped.withLock { $0 })
  }

  @Test func loopsInsideLoopsAndBesideEachOtherEnd() async {
    let pool = ThreadPool(maxThreads: 2)
    await withTaskGroup(of: [Int].self) { group in
      for _ in 0..<4 {
        group.addTask {
          Self.counts(pool, workers: 3) { index in
            if index % 100 == 0 { #expect(Self.counts(pool, workers: 3) == Self.once) }
          }
        }
      }
      for await counts in group { #expect(counts == Self.once) }
    }
  }
}
