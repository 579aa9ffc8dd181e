import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// The fast steps against the plain twin.
@Suite struct RefinementTwinTests {
  /// Single precision keeps 7 digits; a batch adds at most 64 moves to weights of about 5.
  static let batchTolerance = 2e-5
  /// Errors of one batch go into the scores of the next; a share changes 4 times as fast as a score, and at a rate of 1
  /// weights as fast as shares.
  static let epochTolerance = 1e-3

  @Test func aBatchMovesWhatItsDefinitionSays() throws {
    try checkBatches(0..<150)
  }

  @Test func epochsGoTheWayOfTheirDefinition() throws {
    try checkEpochs(0..<60)
  }

  /// In a separate process: other levels round differently, and tests that compare bits run at the same time.
  @Test(arguments: [FK_SIMD_SCALAR, FK_SIMD_AVX2, FK_SIMD_AVX512, FK_SIMD_NEON].map { Int32($0) })
  func everyInstructionSetAgrees(_ level: Int32) async {
    guard fk_simd_is_supported(level) != 0 else { return }
    await #expect(processExitsWith: .success) { [level = level as Int32] in
      #expect(fk_simd_force(level) == 0)
      try RefinementTwinTests().checkBatches(1_000..<1_060)
      try RefinementTwinTests().checkEpochs(1_000..<1_020)
    }
  }

  func checkBatches(_ seeds: Range<UInt64>) throws {
    var compared = 0
    for seed in seeds {
      let problem = RefinementCase(seed: seed, rowLimit: 64, epochs: 1)
      if try isLikeTheTwin(problem, tolerance: Self.batchTolerance) { compared += 1 }
    }
    #expect(compared > seeds.count / 2, "too many cases had ties to say anything")
  }

  func checkEpochs(_ seeds: Range<UInt64>) throws {
    var compared = 0
    for seed in seeds {
      let problem = RefinementCase(seed: seed, rowLimit: 200, epochs: 2 + Int(seed % 4))
      if try isLikeTheTwin(problem, tolerance: Self.epochTolerance) { compared += 1 }
    }
    #expect(compared > seeds.count / 4, "too many cases had ties to say anything")
  }

  /// false if a step of the twin came too near a jump to be compared.
  private func isLikeTheTwin(_ problem: RefinementCase, tolerance: Double) throws -> Bool {
    let (twin, wanted) = problem.plain()
    guard twin.leastGap > tolerance else { return false }
    let (table, found) = try problem.fast()
    var worst = 0.0
    for lane in twin.weights.indices {
      for (feature, weight) in twin.weights[lane].enumerated() {
        let value = Double(
          table.cells.weight(feature: feature, lane: lane))
        worst = max(worst, abs(value - weight) / (1 + abs(weight)))
      }
      if let bias = twin.biases?[lane], let biases = table.biases {
        worst = max(worst, abs(Double(biases[lane]) - bias) / (1 + abs(bias)))
      }
    }
    #expect(worst <= tolerance, "seed \(problem.seed)")
    #expect((table.biases != nil) == (twin.biases != nil))
    #expect(found.count == wanted.count, "seed \(problem.seed)")
    for (found, wanted) in zip(found, wanted) {
      #expect(
        abs(found.meanLoss - wanted.meanLoss) <= tolerance * (1 + wanted.meanLoss), "seed \(problem.seed)")
      #expect(abs(found.errorRate - wanted.errorRate) < 1e-12, "seed \(problem.seed)")
    }
    return true
  }
}
