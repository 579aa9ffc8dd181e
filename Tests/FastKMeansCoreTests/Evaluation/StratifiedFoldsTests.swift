import FastKMeansCore
import Testing

@Suite struct StratifiedFoldsTests {
  @Test(arguments: 0..<10 as Range<UInt64>) func everyFoldHasItsShareOfEveryClass(seed: UInt64) throws {
    var random = CounterRandom(seed: seed)
    let count = 2 + random.nextIndex(below: 6)
    let rows = count + random.nextIndex(below: 200)
    let labels = LabelColumn((0..<rows).map { _ in random.nextIndex(below: 5) })
    let folds = try StratifiedFolds(labels, count: count, seed: seed)
    #expect(folds.foldOfRow.count == rows)
    let sizes = (0..<count).map { folds.rows(of: $0).count }
    #expect(sizes.reduce(0, +) == rows)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1, "seed \(seed): \(sizes)")
    for position in labels.labels.indices {
      let byFold = (0..<count).map { fold in
        folds.rows(of: fold).count { labels.indices[$0] == Int32(position) }
      }
      #expect((byFold.max() ?? 0) - (byFold.min() ?? 0) <= 1, "seed \(seed), class \(position): \(byFold)")
    }
    for fold in 0..<count {
      #expect((folds.rows(of: fold) + folds.rows(butOf: fold)).sorted() == Array(0..<rows))
    }
  }

  @Test func theSeedDecides() throws {
    let labels = LabelColumn((0..<50).map { $0 % 3 })
    let one = try StratifiedFolds(labels, count: 5, seed: 1)
    #expect(try StratifiedFolds(labels, count: 5, seed: 1) == one)
    #expect(try StratifiedFolds(labels, count: 5, seed: 2) != one)
  }

  @Test(arguments: [-1, 0, 1, 11]) func countsOutOfRangeAreRefused(count: Int) {
    let labels = LabelColumn((0..<10).map { $0 % 2 })
    #expect(throws: OptionsError.self) { try StratifiedFolds(labels, count: count, seed: 0) }
  }
}
