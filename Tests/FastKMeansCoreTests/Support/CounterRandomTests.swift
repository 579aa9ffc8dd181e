import FastKMeansCore
import Testing

@Suite struct CounterRandomTests {
  /// Frozen, from a second implementation of the definition: models are reproducible from their seed only as long as these numbers hold.
  @Test func givesTheSameNumbersForEver() {
    var random = CounterRandom(seed: 42)
    #expect(
      (0..<4).map { _ in random.next() } == [
        8_231_125_240_936_771_707, 4_491_120_111_480_806_666, 13_304_291_955_296_635_916,
        9_096_452_614_125_143_308,
      ])
    var keyed = CounterRandom(seed: 42, stream: 7, step: 3)
    #expect((0..<2).map { _ in keyed.next() } == [15_990_135_047_248_199_564, 13_355_993_335_933_373_817])
    var extreme = CounterRandom(seed: .max, stream: .max, step: .max)
    #expect(extreme.next() == 8_750_067_017_774_540_000)
    var units = CounterRandom(seed: 1)
    #expect((0..<2).map { _ in units.nextUnit() } == [0.4031673789960992, 0.8382649215811694])
    var indices = CounterRandom(seed: 1)
    #expect((0..<8).map { _ in indices.nextIndex(below: 10) } == [4, 8, 5, 6, 9, 2, 4, 8])
  }

  @Test func keysDrawApart() {
    let keys: [(UInt64, UInt64, UInt64)] = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (0, 0, 0)]
    let first = keys.map { key in
      var random = CounterRandom(seed: key.0, stream: key.1, step: key.2)
      return random.next()
    }
    #expect(Set(first).count == keys.count)
  }

  @Test func indicesAndUnitsStayInRange() {
    var random = CounterRandom(seed: 5)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<7000 { counts[random.nextIndex(below: 7)] += 1 }
    // Binomial with mean 1000 and standard deviation 29: six of them.
    #expect(counts.allSatisfy { abs($0 - 1000) < 176 })
    #expect((0..<1000).allSatisfy { _ in (0..<1).contains(random.nextUnit()) })
    #expect(random.nextIndex(below: 1) == 0)
  }
}
