import FastKMeansTestSupport
import Testing

@testable import FastKMeansCore

@Suite("Sums of a class")
struct ClassSumsTests {
  /// Features that came before the last sorting, after it, or both.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func ordersSlotsByFeature(seed: UInt64) {
    var random = CounterRandom(seed: seed)
    var sums = ClassSums(width: nil, distance: .cosine)
    sums.rearrange(keeping: [], adding: 2)
    for _ in 0..<random.nextIndex(below: 60) { _ = sums.insert(UInt32(random.nextIndex(below: 90))) }
    if seed % 3 > 0 { sums.sortAndMeasure() }
    for _ in 0..<random.nextIndex(below: 60) { _ = sums.insert(UInt32(random.nextIndex(below: 90))) }
    let order = sums.slotsInOrder()
    #expect(order.sorted() == (0..<UInt32(sums.slotCount)).map { $0 })
    #expect(order.map { sums.vocabulary.features[Int($0)] } == sums.vocabulary.features.sorted())
  }
}
