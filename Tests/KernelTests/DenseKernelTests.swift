import CFastKMeansKernels
import FastKMeans
import FastKMeansTestSupport
import Testing

@Suite struct DenseKernelTests {
  static let height = Int(FK_TILE_ROWS)
  static let width = Int(FK_TILE_COLUMNS)

  @Test(arguments: supportedLevels) func tilesMultiplyLikeTheirDefinition(_ level: Int32) {
    let kernels = fk_dense_for(level).pointee
    for features in [0, 1, 2, 7, 64, 193] {
      let documents = fractions(features * Self.height + 1, seed: UInt64(features))
      let panel = fractions(features * Self.width + 1, seed: 4)
      var tile = fractions(Self.height * Self.width, seed: 5)
      var wanted = tile
      for feature in 0..<features {
        for row in 0..<Self.height {
          for column in 0..<Self.width {
            wanted[row * Self.width + column]
              .addProduct(documents[feature * Self.height + row], panel[feature * Self.width + column])
          }
        }
      }
      kernels.tile_f32(documents, panel, features, &tile)
      #expect(tile == wanted, "level \(level), features \(features)")
    }
  }

  @Test(arguments: supportedLevels) func halfTilesMultiplyLikeTheirWidenedTiles(_ level: Int32) {
    let kernels = fk_dense_for(level).pointee
    for features in [1, 3, 65] {
      let documents = fractions(features * Self.height, seed: 1)
      let values = fractions(features * Self.width, seed: 2)
      let half = values.map(HalfPrecision.float16Bits)
      let brain = values.map(HalfPrecision.bfloat16Bits)
      let start = fractions(Self.height * Self.width, seed: 3)
      var (found, wanted) = (start, start)
      kernels.tile_f16(documents, half, features, &found)
      kernels.tile_f32(documents, half.map(HalfPrecision.float16), features, &wanted)
      #expect(found == wanted, "float16, level \(level), features \(features)")
      (found, wanted) = (start, start)
      kernels.tile_bf16(documents, brain, features, &found)
      kernels.tile_f32(documents, brain.map(HalfPrecision.bfloat16), features, &wanted)
      #expect(found == wanted, "bfloat16, level \(level), features \(features)")
    }
  }

  @Test(arguments: supportedLevels) func rowsAboveTheirThresholdAreFound(_ level: Int32) {
    let kernels = fk_dense_for(level).pointee
    for seed in 0..<20 as Range<UInt64> {
      var tile = wholeNumbers(Self.height * Self.width, seed: seed)
      // A NaN is above nothing and hides nothing.
      tile[Int(seed) * 7] = .nan
      let thresholds = wholeNumbers(Self.height, seed: seed + 100).map { ($0 + 16) / 2 }
      let wanted = (0..<Self.height).reduce(UInt32(0)) { mask, row in
        let scores = tile[row * Self.width..<(row + 1) * Self.width]
        return scores.contains { $0 > thresholds[row] } ? mask | 1 << UInt32(row) : mask
      }
      #expect(kernels.rows_above(tile, thresholds) == wanted, "level \(level), seed \(seed)")
    }
  }

  @Test func packingFillsMissingDocumentsWithZeros() {
    for features in [1, 127, 128, 129, 300] {
      let rows = fractions(5 * features, seed: 1)
      let scales: [Float] = [1, 2, 0.5, -1, 3]
      var packed = [Float](repeating: 7, count: features * Self.height)
      fk_pack_documents(rows, features, 5, scales, features, &packed)
      let wanted = (0..<features).flatMap { feature in
        (0..<Self.height).map { $0 < 5 ? rows[$0 * features + feature] * scales[$0] : 0 }
      }
      #expect(packed == wanted, "features \(features)")
    }
  }
}
