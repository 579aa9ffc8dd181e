import CFastKMeansKernels
import Testing

@testable import FastKMeansStreams

@Suite("Checksum")
struct CRC32CTests {
  /// One bit after the other, as the polynomial says.
  private func plain(_ bytes: [UInt8]) -> UInt32 {
    var state: UInt32 = ~0
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0x82F6_3B78 : state >> 1 }
    }
    return ~state
  }

  @Test func agreesWithPublishedValues() {
    // RFC 3720, B.4, and the check value of the CRC catalogue.
    #expect(CRC32C(Array("123456789".utf8)).value == 0xE306_9283)
    #expect(CRC32C([UInt8](repeating: 0, count: 32)).value == 0x8A91_36AA)
    #expect(CRC32C([UInt8](repeating: 0xFF, count: 32)).value == 0x62A8_AB43)
    #expect(CRC32C(Array(0..<32)).value == 0x46DD_794E)
    #expect(CRC32C([]).value == 0)
  }

  @Test func everyLevelAgreesWithItsDefinition() {
    for seed in 0..<60 as Range<UInt64> {
      var random = SplitMix(seed: seed)
      let bytes = (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let expected = plain(bytes)
      for level in [Int32(0), 1, 3]
      where fk_simd_is_supported(level) == 1 {
        #expect(fk_simd_force(level) == 0)
        let cut = random.below(bytes.count + 1)
        var checksum = CRC32C(Array(bytes[..<cut]))
        checksum.update(Array(bytes[cut...]))
        #expect(checksum.value == expected, "seed \(seed), level \(level)")
      }
    }
  }
}
