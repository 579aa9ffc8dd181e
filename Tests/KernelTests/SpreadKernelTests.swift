import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// A sparse prototype and a document that has some of its columns.
private struct SpreadCase {
  let columns: [UInt32]
  let values: [Double]
  let spread: [Float]
  let marks: [UInt32]
  static let least: Float = 0.1
  static let bias: Float = 0.25

  init(count: Int, share: Double) {
    var random = CounterRandom(seed: 12, stream: UInt64(count))
    var next = 0
    columns = (0..<count).map { _ in
      next += 1 + random.nextIndex(below: 40)
      return UInt32(next)
    }
    // Exact in every precision.
    values = (0..<count).map { _ in Double(random.nextIndex(below: 65) - 32) / 32 }
    var spread = [Float](repeating: 0, count: next + 1)
    var marks = [UInt32](repeating: 0, count: next / 32 + 1)
    for column in columns where random.nextUnit() < share {
      spread[Int(column)] = Float(random.nextUnit() * 2 - 1)
      marks[Int(column) / 32] |= 1 << (column % 32)
    }
    (self.spread, self.marks) = (spread, marks)
  }

  /// The definition: one chain of multiply-adds by ascending column.
  var score: Float {
    zip(columns, values).reduce(Self.bias) { score, entry in
      let value = Float(entry.1)
      return value.magnitude < Self.least
        ? score : score.addingProduct(spread[Int(entry.0)], value)
    }
  }

  func score(_ precision: Precision) -> Float {
    switch StoredValues(values, precision: precision) {
    case .float32(let values):
      fk_score_spread_f32(columns, values, values.count, spread, marks, Self.least, Self.bias)
    case .float64(let values):
      fk_score_spread_f64(columns, values, values.count, spread, marks, Self.least, Self.bias)
    case .float16(let bits):
      fk_score_spread_f16(columns, bits, bits.count, spread, marks, Self.least, Self.bias)
    case .bfloat16(let bits):
      fk_score_spread_bf16(columns, bits, bits.count, spread, marks, Self.least, Self.bias)
    }
  }
}

@Suite struct SpreadKernelTests {
  @Test(arguments: supportedLevels) func sparsePrototypesScoreLikeTheirDefinition(_ level: Int32) {
    let before = fk_simd_level()
    #expect(fk_simd_force(level) == 0)
    defer { _ = fk_simd_force(before) }
    for count in [0, 1, 15, 16, 17, 31, 33, 511, 512, 513, 527, 1100] {
      for share in [0, 0.05, 0.5, 1] {
        let sample = SpreadCase(count: count, share: share)
        for precision in Precision.allCases {
          #expect(
            sample.score(precision).bitPattern == sample.score.bitPattern,
            "level \(level), \(count) columns, share \(share), \(precision)")
        }
      }
    }
  }
}
