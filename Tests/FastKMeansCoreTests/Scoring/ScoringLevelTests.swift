import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// The index on every instruction set that this machine has. Other tests may run meanwhile: all levels give the
/// same bits, so a change of level does not disturb them.
@Suite(.serialized) struct ScoringLevelTests {
  static let levels = [FK_SIMD_SCALAR, FK_SIMD_AVX2, FK_SIMD_AVX512, FK_SIMD_NEON]
    .map { Int32($0) }.filter { fk_simd_is_supported($0) != 0 }

  @Test(arguments: levels) func everyLevelAnswersLikeThePlainTwin(_ level: Int32) throws {
    let before = fk_simd_level()
    #expect(fk_simd_force(level) == 0)
    defer { _ = fk_simd_force(before) }
    for method in ScoringIndex.Method.allCases {
      for seed in 300..<312 as Range<UInt64> {
        try ScoringChecks(ScoringIndexTests.shape(seed), seed: seed, method: method).all()
      }
    }
  }
}
