import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct TileKernelTests {
  private let lanes = Int(FK_TILE_LANES)

  /// A random batch with empty documents and repeated features, and a tile of weights of every size.
  private struct Problem {
    var offsets: [Int64] = [0]
    var columns: [UInt32] = []
    var values: [Float] = []
    var tile: [UInt16]

    init(seed: UInt64, documents: Int, features: Int = 40) {
      var random = CounterRandom(seed: seed, stream: 77)
      for _ in 0..<documents {
        for _ in 0..<[0, 1, 15, 16, 17, 33][random.nextIndex(below: 6)] {
          columns.append(UInt32(random.nextIndex(below: features)))
          values.append(Float(random.nextUnit() * 2 - 1))
        }
        offsets.append(Int64(columns.count))
      }
      tile = (0..<features * Int(FK_TILE_LANES)).map { _ in
        HalfPrecision.bfloat16Bits(
          Float(random.nextUnit() * 4 - 2) * (random.nextUnit() < 0.5 ? 1 : 1e-3))
      }
    }

    func scores(stride: Int, least: UInt16) -> [Float] {
      var scores = [Float](repeating: .nan, count: (offsets.count - 1) * stride)
      var batch = fk_tile_batch(documents: offsets.count - 1, offset: nil, column: nil, value: nil)
      offsets.withUnsafeBufferPointer { offsets in
        columns.withUnsafeBufferPointer { columns in
          values.withUnsafeBufferPointer { values in
            batch.offset = offsets.baseAddress
            batch.column = columns.baseAddress
            batch.value = values.baseAddress
            fk_tile_scores(&batch, tile, least, &scores, stride)
          }
        }
      }
      return scores
    }
  }

  private func widened(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  /// In a process of its own for each level, which is the thread's.
  @Test(arguments: supportedLevels) func scoresAreOneChainOfMultiplyAdds(_ level: Int32) async {
    await #expect(processExitsWith: .success) { [level = level as Int32] in
      #expect(fk_simd_force(level) == 0)
      TileKernelTests().checkScores()
    }
  }

  private func checkScores() {
    for (seed, documents) in [1, 2, 3, 7, 20].enumerated() {
      let problem = Problem(seed: UInt64(seed), documents: documents)
      for least in [0, HalfPrecision.bfloat16Bits(0.01), HalfPrecision.bfloat16Bits(1.5)] as [UInt16] {
        let found = problem.scores(stride: lanes + 8, least: least)
        for document in 0..<documents {
          for lane in 0..<lanes {
            var wanted: Float = 0
            for entry in Int(problem.offsets[document])..<Int(problem.offsets[document + 1]) {
              let bits = problem.tile[Int(problem.columns[entry]) * lanes + lane]
              let weight = bits & 0x7FFF < least ? 0 : widened(bits)
              wanted = wanted.addingProduct(problem.values[entry], weight)
            }
            #expect(
              found[document * (lanes + 8) + lane].bitPattern == wanted.bitPattern,
              "seed \(seed), document \(document), lane \(lane), least \(least)")
          }
          #expect(found[document * (lanes + 8) + lanes].isNaN, "written beyond the tile")
        }
      }
    }
  }

  /// One weight that moves by `step`, as often as asked, each time by other lots.
  private func moved(_ start: Float, by step: Float, noises: Range<UInt32>) -> [Float] {
    noises.map { noise in
      var cells = [UInt16](repeating: HalfPrecision.bfloat16Bits(start), count: lanes)
      var move = fk_refine_move(lane: 5, factor: 1)
      fk_tile_move([0], [step], 1, &move, 1, 1, noise, &cells, 1, 0, 1)
      #expect(cells.indices.allSatisfy { $0 == 5 || cells[$0] == HalfPrecision.bfloat16Bits(start) })
      return widened(cells[5])
    }
  }

  @Test func movesAreRoundedToANeighbourAndRightOnAverage() {
    for (start, step) in [(1, 0.001), (0.5, -0.0003), (-2, 0.01), (0.125, 1e-5)] as [(Float, Float)] {
      let found = moved(start, by: step, noises: 0..<20_000)
      let exact = start + step
      let below = Float(bitPattern: exact.bitPattern & 0xFFFF_0000)
      let above = Float(bitPattern: exact.bitPattern & 0xFFFF_0000 &+ 0x1_0000)
      #expect(found.allSatisfy { $0 == below || $0 == above }, "\(start) + \(step)")
      let mean = found.reduce(0.0) { $0 + Double($1) } / Double(found.count)
      // Five standard errors of a coin's mean, in steps of the last place.
      let error = abs(mean - Double(exact)) / Double(abs(above - below))
      #expect(error < 5 * 0.5 / 20_000.0.squareRoot(), "\(start) + \(step): \(error)")
    }
  }

  @Test func exactSumsStayExact() {
    #expect(moved(1, by: 0.5, noises: 0..<100).allSatisfy { $0 == 1.5 })
    #expect(moved(1, by: -1, noises: 0..<100).allSatisfy { $0 == 0 })
  }

  @Test func lanesOfOtherTilesStay() {
    var cells = [UInt16](repeating: 0, count: 3 * 2 * lanes)
    let moves = [0, 63, 64, 127, 128].map { fk_refine_move(lane: $0, factor: 1) }
    fk_tile_move([1], [1], 1, moves, moves.count, 1, 7, &cells, 2, 1, 2)
    let changed = cells.indices.filter { cells[$0] != 0 }
    // Tile 1 of 3, feature 1 of 2: lanes 64 and 127.
    #expect(changed == [2 * lanes + lanes, 2 * lanes + lanes + 63])
  }

  @Test func weightsAreTalliedAndDroppedByMagnitude() {
    var cells = [0, 0.5, -0.5, 0.25, -2].map { HalfPrecision.bfloat16Bits($0) }
    var tally = [UInt64](repeating: 0, count: 1 << 15)
    fk_tile_tally(cells, cells.count, &tally)
    #expect(tally[Int(HalfPrecision.bfloat16Bits(0.5))] == 2)
    #expect(tally[0] == 1)
    #expect(tally.reduce(0, +) == 5)
    fk_tile_drop(&cells, cells.count, HalfPrecision.bfloat16Bits(0.5))
    #expect(cells.map(widened) == [0, 0.5, -0.5, 0, -2])
  }
}
