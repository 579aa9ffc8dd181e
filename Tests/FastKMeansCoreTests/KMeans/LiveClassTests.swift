import FastKMeansTestSupport
import Testing

@testable import FastKMeansCore

@Suite("Live class")
struct LiveClassTests {
  /// Features that came before the last sorting, after it, or both.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func ordersSlotsByFeature(seed: UInt64) {
    var random = CounterRandom(seed: seed)
    var live = LiveClass(width: nil, distance: .cosine)
    live.rearrange(keeping: [], adding: 2)
    for _ in 0..<random.nextIndex(below: 60) { _ = live.insert(UInt32(random.nextIndex(below: 90))) }
    if seed % 3 > 0 { live.tidy() }
    for _ in 0..<random.nextIndex(below: 60) { _ = live.insert(UInt32(random.nextIndex(below: 90))) }
    let order = live.slotsInOrder()
    #expect(order.sorted() == (0..<UInt32(live.slotCount)).map { $0 })
    #expect(order.map { live.vocabulary.features[Int($0)] } == live.vocabulary.features.sorted())
  }
}
