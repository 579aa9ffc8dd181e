import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Lengths round every lane width and every unrolled block.
let kernelLengths = [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 144, 257]

let supportedLevels = [FK_SIMD_SCALAR, FK_SIMD_AVX2, FK_SIMD_AVX512, FK_SIMD_NEON]
  .map { Int32($0) }.filter { fk_simd_is_supported($0) != 0 }

/// Small whole numbers, whose products and sums are exact in any order.
func wholeNumbers(_ count: Int, seed: UInt64) -> [Float] {
  var random = CounterRandom(seed: seed)
  return (0..<count).map { _ in Float(random.nextIndex(below: 17)) - 8 }
}

func fractions(_ count: Int, seed: UInt64) -> [Float] {
  var random = CounterRandom(seed: seed)
  return (0..<count).map { _ in Float(random.nextUnit() * 2 - 1) }
}

@Suite struct ScoringKernelTests {
  @Test(arguments: supportedLevels) func rowsScoreLikeTheScalarLevel(_ level: Int32) {
    let kernels = fk_scoring_for(level).pointee
    let plain = fk_scoring_for(Int32(FK_SIMD_SCALAR)).pointee
    for count in kernelLengths {
      for terms in [0, 1, 5] {
        // One value off a natural boundary.
        let rows = fractions(terms * (count + 3) + 1, seed: UInt64(count))
        let x = fractions(terms, seed: 2)
        let bias = wholeNumbers(count + 1, seed: 3)
        let starts = (0..<terms).map { $0 * (count + 3) }
        var found = [Float](repeating: 99, count: count + 2)
        var wanted = found
        rows.withUnsafeBufferPointer { rows in
          bias.withUnsafeBufferPointer { bias in
            guard let row = rows.baseAddress, let bias = bias.baseAddress else { return }
            kernels.score_rows_f32(row + 1, starts, x, terms, bias + 1, &found, count)
            plain.score_rows_f32(row + 1, starts, x, terms, bias + 1, &wanted, count)
          }
        }
        #expect(found == wanted, "level \(level), count \(count), terms \(terms)")
      }
    }
  }

  @Test(arguments: supportedLevels) func halfRowsScoreLikeTheirWidenedRows(_ level: Int32) {
    let kernels = fk_scoring_for(level).pointee
    for count in kernelLengths {
      let values = fractions(3 * count, seed: UInt64(count))
      let half = values.map(HalfPrecision.float16Bits)
      let brain = values.map(HalfPrecision.bfloat16Bits)
      let starts = [0, count, 2 * count]
      let x: [Float] = [0.3, -1.7, 2.9]
      let bias = fractions(max(count, 1), seed: 5)
      var found = [Float](repeating: 99, count: count + 1)
      var wanted = found
      kernels.score_rows_f16(half, starts, x, 3, bias, &found, count)
      kernels.score_rows_f32(half.map(HalfPrecision.float16), starts, x, 3, bias, &wanted, count)
      #expect(found == wanted, "float16, level \(level), count \(count)")
      kernels.score_rows_bf16(brain, starts, x, 3, bias, &found, count)
      kernels.score_rows_f32(brain.map(HalfPrecision.bfloat16), starts, x, 3, bias, &wanted, count)
      #expect(found == wanted, "bfloat16, level \(level), count \(count)")
    }
  }

  @Test(arguments: supportedLevels) func everyHalfPatternWidensExactly(_ level: Int32) {
    let kernels = fk_scoring_for(level).pointee
    // 1 * w + -0 is w itself, for each finite pattern.
    let patterns = (0...UInt16.max).filter { HalfPrecision.float16($0).isFinite }
    var scores = [Float](repeating: 0, count: patterns.count)
    let bias = [Float](repeating: 0, count: patterns.count)
    kernels.score_rows_f16(patterns, [0], [1], 1, bias, &scores, patterns.count)
    #expect(scores == patterns.map(HalfPrecision.float16))
  }

  @Test(arguments: supportedLevels) func listsAddLikeTheirDefinition(_ level: Int32) {
    let kernels = fk_scoring_for(level).pointee
    for count in kernelLengths {
      let ids = (0..<count).map { UInt32($0 * 2) }
      let values = fractions(count, seed: UInt64(count))
      var scores = fractions(2 * count + 1, seed: 8)
      var wanted = scores
      for (id, value) in zip(ids, values) { wanted[Int(id)].addProduct(0.37, value) }
      kernels.add_list(ids, values, count, 0.37, &scores)
      #expect(scores == wanted, "level \(level), count \(count)")
    }
  }

  @Test(arguments: supportedLevels) func theFirstOfEqualMaximaWins(_ level: Int32) {
    let kernels = fk_scoring_for(level).pointee
    for count in kernelLengths {
      for seed in 0..<5 as Range<UInt64> {
        let scores = wholeNumbers(count, seed: seed)
        let wanted = scores.max().flatMap { scores.firstIndex(of: $0) } ?? -1
        #expect(kernels.first_max(scores, count) == wanted, "level \(level), count \(count), seed \(seed)")
      }
    }
  }

  @Test(arguments: supportedLevels) func notANumberNeverWins(_ level: Int32) {
    let kernels = fk_scoring_for(level).pointee
    for count in kernelLengths where count > 0 {
      var scores = [Float](repeating: .nan, count: count)
      #expect(kernels.first_max(scores, count) == -1, "level \(level), count \(count)")
      var positions = [UInt32](repeating: 0, count: count)
      #expect(kernels.positions_above(scores, count, -.infinity, &positions) == 0)
      scores[count / 2] = -3
      #expect(kernels.first_max(scores, count) == count / 2, "level \(level), count \(count)")
    }
  }

  @Test(arguments: supportedLevels) func positionsAboveAreAllAndAscend(_ level: Int32) {
    let kernels = fk_scoring_for(level).pointee
    for count in kernelLengths {
      let scores = wholeNumbers(count, seed: UInt64(count))
      var positions = [UInt32](repeating: 0, count: count)
      let found = Int(kernels.positions_above(scores, count, 2, &positions))
      let wanted = scores.indices.filter { scores[$0] > 2 }.map { UInt32($0) }
      #expect(Array(positions.prefix(found)) == wanted, "level \(level), count \(count)")
    }
  }
}
