import FastKMeansCore
import Testing

@Suite struct StoredSumTests {
  /// Scaled, rounded to single precision and scaled back, a coordinate is the one it was.
  @Test func whatAFileHoldsGivesTheCoordinateBack() {
    var random = CounterRandom(seed: 3)
    for _ in 0..<200_000 {
      let exponent = Double(random.nextIndex(below: 40)) - 20
      let value = StoredSum.rounded((random.nextUnit() - 0.5) * naturalExponential(exponent))
      let factor = naturalExponential(random.nextUnit() * 20 - 10)
      let stored = Float(Double(value) * factor)
      #expect(StoredSum.rounded(Double(stored) / factor) == value)
    }
  }

  @Test func roundingIsToTheNearestAndTinyOnesAreZero() {
    var random = CounterRandom(seed: 4)
    for _ in 0..<10_000 {
      let value = random.nextUnit() * 3 - 1.5
      let rounded = StoredSum.rounded(value)
      #expect(rounded.bitPattern & 1 == 0)
      #expect((Double(rounded) - value).magnitude <= value.magnitude * 0x1p-23)
    }
    #expect(StoredSum.rounded(0x1p-61) == 0)
    #expect(StoredSum.rounded(1) == 1)
  }

  @Test func slotsAreThoseOfADictionary() {
    for seed in 0..<20 as Range<UInt64> {
      var random = CounterRandom(seed: seed, stream: 8)
      var (table, twin) = (SlotTable(), [UInt32: UInt32]())
      for _ in 0..<2000 {
        // Some features fall together in a small table.
        let feature = UInt32(random.nextIndex(below: 700)) &* (seed % 2 == 0 ? 1 : 1 << 20)
        #expect(table.slot(of: feature) == twin[feature] ?? SlotTable.missing)
        if random.nextUnit() < 0.5 {
          let slot = table.insert(feature)
          #expect(slot == twin[feature] ?? UInt32(twin.count))
          twin[feature] = slot
        }
      }
      #expect(table.count == twin.count)
      let again = SlotTable(features: table.features)
      for (feature, slot) in twin { #expect(again.slot(of: feature) == slot) }
    }
  }
}
