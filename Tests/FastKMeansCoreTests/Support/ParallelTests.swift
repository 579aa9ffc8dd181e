import FastKMeansCore
import Testing

@Suite struct ParallelTests {
  private struct Stop: Error {}

  @Test(arguments: [1, 2, 5]) func resultsComeInTheOrderOfTheirIndices(workers: Int) throws {
    for count in [0, 1, 7, 1_000] {
      let found = Parallel.map(count: count, workers: workers) { worker, index in
        #expect(worker < workers)
        return String(index * index)
      }
      #expect(found == (0..<count).map { String($0 * $0) })
    }
  }

  @Test func resultsMayBeNothing() throws {
    let found: [Int?] = Parallel.map(count: 6, workers: 3) { _, index in index % 2 == 0 ? index : nil }
    #expect(found == [0, nil, 2, nil, 4, nil])
  }

  @Test(arguments: [1, 4]) func theFirstErrorIsThrown(workers: Int) {
    #expect(throws: Stop.self) {
      try Parallel.map(count: 100, workers: workers) { _, index in
        if index == 50 { throw Stop() }
        return index
      }
    }
  }
}
