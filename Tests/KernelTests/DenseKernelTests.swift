import CFastKMeansKernels
import FastKMeansCore
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

  /// Whole numbers: a bound is exact whether its multiply-add is fused or not.
  @Test(arguments: supportedLevels) func boundsThatReachAreFound(_ level: Int32) {
    let kernels = fk_dense_for(level).pointee
    for count in [0, 1, 15, 16, 17, 31, 32, 33, 64, 100, 131] {
      var scores = wholeNumbers(count + 1, seed: UInt64(count))
      let norms = wholeNumbers(count + 1, seed: 8)
      for position in stride(from: 3, to: count, by: 17) { scores[position] = .nan }
      for lowest in [-Float.infinity, -20, -4, 0, 5, 20, .infinity, .nan] {
        let wanted = (0..<count).filter { !(scores[$0] + norms[$0] * 2 < lowest) }
        var positions = [UInt32](repeating: .max, count: count + 1)
        let found = kernels.reach(scores, norms, 2, lowest, count, &positions)
        #expect(positions[..<found].map(Int.init) == wanted, "level \(level), count \(count), \(lowest)")
        #expect(positions[count] == .max)
      }
    }
  }

  @Test func someRowsAreScoredByTheirDefinition() {
    let features = 37
    let rows = fractions(20 * features, seed: 1)
    let document = fractions(features, seed: 2)
    let biases = fractions(20, seed: 3)
    for (count, least) in [(1, 0), (7, 0.3), (8, 0), (9, 0.1), (20, 0)] as [(Int, Float)] {
      let numbers = (0..<count).map { UInt32($0 * 7 % 20) }
      func scores(_ rows: [Float]) -> [Float] {
        numbers.map { number in
          var score = biases[Int(number)]
          for feature in 0..<features {
            let value = rows[Int(number) * features + feature]
            score.addProduct(document[feature], value.magnitude >= least ? value : 0)
          }
          return score
        }
      }
      var found = [Float](repeating: .nan, count: count)
      fk_score_dense_f32(rows, features, numbers, count, document, least, biases, &found)
      #expect(found == scores(rows), "float32, \(count)")
      fk_score_dense_f64(rows.map(Double.init), features, numbers, count, document, least, biases, &found)
      #expect(found == scores(rows), "float64, \(count)")
      let half = rows.map(HalfPrecision.float16Bits)
      fk_score_dense_f16(half, features, numbers, count, document, least, biases, &found)
      #expect(found == scores(half.map(HalfPrecision.float16)), "float16, \(count)")
      let brain = rows.map(HalfPrecision.bfloat16Bits)
      fk_score_dense_bf16(brain, features, numbers, count, document, least, biases, &found)
      #expect(found == scores(brain.map(HalfPrecision.bfloat16)), "bfloat16, \(count)")
    }
  }
}
