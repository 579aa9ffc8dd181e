import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Sparse rows for the training kernels: some empty, some long, columns in any order.
private struct Rows {
  var offsets: [Int64] = [0]
  var columns: [UInt32] = []
  var values: [Float]
  let features = 40

  init(_ lengths: [Int], seed: UInt64) {
    var random = CounterRandom(seed: seed)
    for length in lengths {
      for _ in 0..<length { columns.append(UInt32(random.nextIndex(below: features))) }
      offsets.append(Int64(columns.count))
    }
    values = fractions(columns.count, seed: seed + 1)
  }
}

/// The training kernels on every level of this machine. All levels give the same bits, so a change of level does
/// not disturb tests that run meanwhile.
@Suite(.serialized) struct LocalKernelTests {
  /// Round the registers of every level, and round what fits into all of them.
  static let lanes = [4, 8, 16, 24, 32, 40, 64, 72, 96, 128, 136]
  static let wideLanes = [16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 384, 400]
  static let lengths = [0, 1, 2, 11, 12, 13, 15, 16, 17, 40]

  /// The same call on the scalar level and on another.
  private func onBoth<Result: Equatable>(_ level: Int32, _ place: Comment, _ call: () -> Result) {
    let before = fk_simd_level()
    defer { _ = fk_simd_force(before) }
    #expect(fk_simd_force(Int32(FK_SIMD_SCALAR)) == 0)
    let wanted = call()
    #expect(fk_simd_force(level) == 0)
    #expect(call() == wanted, place)
  }

  @Test(arguments: supportedLevels) func rowsScoreByTheirDefinition(_ level: Int32) {
    let rows = Rows(Self.lengths, seed: 1)
    let count = Int64(Self.lengths.count)
    for lanes in Self.lanes {
      let stride = lanes + 8
      let table = fractions(rows.features * stride, seed: UInt64(lanes))
      var wanted = [Float](repeating: 0, count: Self.lengths.count * lanes)
      for row in 0..<Self.lengths.count {
        for entry in Int(rows.offsets[row])..<Int(rows.offsets[row + 1]) {
          for lane in 0..<lanes {
            wanted[row * lanes + lane].addProduct(
              rows.values[entry], table[Int(rows.columns[entry]) * stride + lane])
          }
        }
      }
      onBoth(level, "level \(level), lanes \(lanes)") {
        var found = [Float](repeating: 99, count: wanted.count)
        fk_local_scores(rows.offsets, rows.columns, rows.values, 0, count, table, stride, lanes, &found)
        #expect(found == wanted, "lanes \(lanes)")
        return found
      }
    }
    for stride in Self.wideLanes {
      let table = fractions(rows.features * stride, seed: UInt64(stride))
      onBoth(level, "level \(level), stride \(stride)") {
        var narrow = [Float](repeating: 99, count: Self.lengths.count * stride)
        var wide = narrow
        fk_local_scores(rows.offsets, rows.columns, rows.values, 0, count, table, stride, stride, &narrow)
        fk_table_scores(rows.offsets, rows.columns, rows.values, 0, count, table, stride, &wide)
        #expect(wide == narrow, "stride \(stride)")
        return wide
      }
    }
  }

  @Test(arguments: supportedLevels) func sharesAddUpByTheirDefinition(_ level: Int32) {
    let rows = Rows(Self.lengths, seed: 3)
    let count = Self.lengths.count
    for lanes in Self.lanes {
      var shares = fractions(count * lanes, seed: 4)
      for lane in 0..<lanes { shares[2 * lanes + lane] = 0 }
      // A block of lanes, and all of them.
      for (begin, end) in [(0, lanes), (lanes / 8 * 4, lanes)] where begin < end {
        let start = fractions(rows.features * lanes, seed: 5)
        var wanted = start
        for row in 0..<count {
          for entry in Int(rows.offsets[row])..<Int(rows.offsets[row + 1]) {
            for lane in begin..<end {
              wanted[Int(rows.columns[entry]) * lanes + lane].addProduct(
                rows.values[entry], shares[row * lanes + lane])
            }
          }
        }
        onBoth(level, "level \(level), lanes \(lanes), \(begin) ..< \(end)") {
          var found = start
          fk_local_add_shares(
            rows.offsets, rows.columns, rows.values, 0, Int64(count), shares, lanes, &found, lanes, begin, end
          )
          #expect(found == wanted)
          return found
        }
      }
    }
  }

  /// By feature in two blocks of documents, as against row by row.
  @Test(arguments: supportedLevels) func sumsByFeatureAreSumsByRow(_ level: Int32) {
    let rows = Rows(Self.lengths, seed: 6)
    let count = Self.lengths.count
    var starts: [UInt32] = [0]
    var (documents, values): ([UInt32], [Float]) = ([], [])
    for feature in 0..<rows.features {
      for row in 0..<count {
        for entry in Int(rows.offsets[row])..<Int(rows.offsets[row + 1])
        where rows.columns[entry] == feature {
          documents.append(UInt32(row))
          values.append(rows.values[entry])
        }
      }
      starts.append(UInt32(documents.count))
    }
    for stride in Self.wideLanes {
      let shares = fractions(count * stride, seed: 7)
      let start = fractions(rows.features * stride, seed: 8)
      var wanted = start
      fk_local_add_shares(
        rows.offsets, rows.columns, rows.values, 0, Int64(count), shares, stride, &wanted, stride, 0, stride)
      onBoth(level, "level \(level), stride \(stride)") {
        var found = start
        var cursors = Array(starts.dropLast())
        for (first, last) in [(0, 4), (4, count)] {
          shares.withUnsafeBufferPointer {
            guard let base = $0.baseAddress else { return }
            fk_table_add(
              starts, &cursors, 0, rows.features, documents, values, UInt32(first), UInt32(last),
              base + first * stride, stride, &found)
          }
        }
        #expect(found == wanted, "stride \(stride)")
        #expect(cursors == Array(starts.dropFirst()))
        return found
      }
    }
  }

  @Test(arguments: supportedLevels) func denseRowsScoreTheSameBits(_ level: Int32) {
    for width in kernelLengths {
      let rows = fractions(3 * width, seed: UInt64(width))
      let prototypes = fractions(4 * width, seed: 9)
      onBoth(level, "level \(level), width \(width)") {
        var found = [Float](repeating: 99, count: 12)
        fk_dense_scores(rows, 3, width, prototypes, 4, &found)
        for row in 0..<3 {
          for prototype in 0..<4 {
            var (sum, magnitude) = (0.0, 0.0)
            for feature in 0..<width {
              let product =
                Double(rows[row * width + feature]) * Double(prototypes[prototype * width + feature])
              sum += product
              magnitude += abs(product)
            }
            // The bound for any order of summation.
            let bound = Double(width + 1) * 0x1p-24 * magnitude
            #expect(abs(Double(found[row * 4 + prototype]) - sum) <= bound, "width \(width)")
          }
        }
        return found
      }
    }
  }

  @Test(arguments: supportedLevels) func sharesFollowTheirFormulas(_ level: Int32) {
    for stride in Self.wideLanes {
      let scores = fractions(stride, seed: UInt64(stride))
      let scales = fractions(stride, seed: 2).map { abs($0) + 0.5 }
      // The last lanes are padding.
      let penalties = (0..<stride).map { $0 < stride - 5 ? Float($0 % 3) * 0.2 : .infinity }
      let plain = (0..<stride).map { Double(scores[$0]) * Double(scales[$0]) - Double(penalties[$0]) }
      onBoth(level, "linear, level \(level), stride \(stride)") {
        var found = scores
        let total = fk_table_linear(&found, stride, scales, penalties)
        for lane in 0..<stride { #expect(abs(Double(found[lane]) - max(0, plain[lane])) < 1e-6) }
        #expect(abs(Double(total) - plain.reduce(0) { $0 + max(0, $1) }) < 1e-6 * Double(stride))
        return found + [total]
      }
      for inverse in [1, 0.25, 60] as [Float] {
        let top = plain.max() ?? 0
        onBoth(level, "softmax, level \(level), stride \(stride)") {
          var found = scores
          let total = fk_table_softmax(&found, stride, scales, penalties, inverse)
          for lane in 0..<stride {
            let exponent = (plain[lane] - top) * Double(inverse)
            let wanted = naturalExponential(exponent)
            // The exponent is off by a few roundings of what it was made from, up to 2 * 60.
            #expect(abs(Double(found[lane]) - wanted) <= wanted * 6e-7 * (1 + Double(inverse)) + 1e-37)
          }
          #expect(found[(stride - 5)...].allSatisfy { $0 == 0 })
          #expect(abs(Double(total) - found.reduce(0) { $0 + Double($1) }) < 1e-6 * Double(total))
          return found + [total]
        }
      }
      onBoth(level, "similarities, level \(level), stride \(stride)") {
        var found = scores
        fk_table_similarities(&found, stride, scales, penalties.map { min($0, 3) }, 0.7)
        for lane in 0..<stride {
          let squared =
            0.7 + Double(min(penalties[lane], 3)) - 2 * Double(scores[lane]) * Double(scales[lane])
          #expect(abs(Double(found[lane]) - 1 / (1 + max(0, squared))) < 1e-6)
        }
        return found
      }
    }
  }

  @Test(arguments: supportedLevels) func exponentialsAreWithinTwoUlp(_ level: Int32) {
    let count = 4096
    let values = (0..<count).map { -Float($0) * 87 / Float(count - 1) }
    let exact = values.map { naturalExponential(Double($0)) }
    let (ones, zeros) = ([Float](repeating: 1, count: count), [Float](repeating: 0, count: count))
    onBoth(level, "level \(level)") {
      var found = values
      _ = fk_table_softmax(&found, count, ones, zeros, 1)
      for position in 0..<count {
        #expect(abs(Double(found[position]) - exact[position]) <= 2 * Double(Float(exact[position]).ulp))
      }
      return found
    }
  }

  @Test(arguments: supportedLevels) func aStepOfTheTableFollowsItsFormulas(_ level: Int32) {
    let rows: [UInt32] = [0, 3, 4, 9, 10, 11] + (12..<140)
    let others: [UInt32] = [1, 2, 5, 6, 7, 8]
    for stride in [16, 48, 64, 80, 208] {
      let centers = fractions(140 * stride, seed: 1)
      let sums = fractions(rows.count * stride, seed: 2)
      let keep = (0..<stride).map { Float($0 % 5 == 4 ? 0 : 1) }
      let gain = fractions(stride, seed: 3)
      let cut = fractions(stride, seed: 4).map { max(0, $0 / 4) }
      for (begin, end) in [(0, stride), (16, stride)] where begin < end {
        onBoth(level, "level \(level), stride \(stride), \(begin) ..< \(end)") {
          var (center, sum) = (centers, sums)
          let none = [Double](repeating: 0, count: stride)
          var (merged, shifted, kept, dropped) = (none, none, none, none)
          fk_table_merge(rows, rows.count, &center, &sum, stride, begin, end, keep, gain, cut, &merged)
          check(center, sum, rows, begin..<end, stride) { slot, row, lane in
            let (old, added) = (centers[row * stride + lane], sums[slot * stride + lane])
            let new = (keep[lane] * old).addingProduct(gain[lane], added)
            return (abs(new) < cut[lane] ? 0 : new, old)
          }
          fk_table_shift(rows, rows.count, center, &sum, stride, begin, end, gain, keep, &shifted)
          check(center, sum, rows, begin..<end, stride) { _, row, lane in (center[row * stride + lane], 0) }
          fk_table_drop(others, others.count, &center, stride, begin, end, cut, &kept, &dropped)
          for lane in begin..<end {
            let values = others.map { centers[Int($0) * stride + lane] }
            let left = values.map { abs($0) < cut[lane] ? 0 : $0 }
            #expect(others.map { center[Int($0) * stride + lane] } == left)
            let total = left.reduce(0) { $0 + pow2($1) }
            #expect(abs(kept[lane] - total) < 1e-6)
            #expect(abs(dropped[lane] - (values.reduce(0) { $0 + pow2($1) } - total)) < 1e-6)
            let squares = rows.reduce(0) { $0 + pow2(center[Int($1) * stride + lane]) }
            #expect(abs(merged[lane] - squares) < 1e-5 * (1 + squares))
            let moved = rows.reduce(0) {
              $0
                + pow2(
                  gain[lane] * center[Int($1) * stride + lane]
                    - keep[lane] * centers[Int($1) * stride + lane])
            }
            #expect(abs(shifted[lane] - moved) < 1e-5 * (1 + moved))
          }
          return center + (merged + shifted + kept + dropped).map { Float($0) }
        }
      }
    }
  }

  private func pow2(_ value: Float) -> Double { Double(value) * Double(value) }

  /// Compares the centres and sums of the rows with what they are meant to be.
  private func check(
    _ center: [Float], _ sum: [Float], _ rows: [UInt32], _ lanes: Range<Int>, _ stride: Int,
    _ wanted: (_ slot: Int, _ row: Int, _ lane: Int) -> (center: Float, sum: Float)
  ) {
    var wrong = 0
    for (slot, row) in rows.enumerated() {
      for lane in lanes {
        let expected = wanted(slot, Int(row), lane)
        let isRight =
          center[Int(row) * stride + lane] == expected.center && sum[slot * stride + lane] == expected.sum
        if !isRight { wrong += 1 }
      }
    }
    #expect(wrong == 0, "stride \(stride)")
  }

  @Test(arguments: supportedLevels) func sharesAreScaledAndCounted(_ level: Int32) {
    for stride in Self.wideLanes {
      let shares = fractions(stride, seed: 1)
      let start = fractions(stride, seed: 2).map(Double.init)
      onBoth(level, "level \(level), stride \(stride)") {
        var (found, added) = (shares, start)
        fk_table_share(&found, stride, 0.3, &added)
        #expect(found == shares.map { $0 * 0.3 })
        #expect(added == zip(start, found).map { $0 + Double($1) })
        var table = shares + shares
        fk_table_scale(&table, 2, stride, found)
        #expect(table == zip(shares + shares, found + found).map { $0 * $1 })
        return found
      }
    }
  }

  @Test(arguments: supportedLevels) func theNearestLaneIsTheLowestOfTheBest(_ level: Int32) {
    let rows = Rows(Self.lengths, seed: 12)
    let count = Self.lengths.count
    for lanes in [4, 8, 16, 24] {
      var table = wholeNumbers(rows.features * lanes, seed: 13)
      // Lanes 1 and 2 tie everywhere.
      for feature in 0..<rows.features { table[feature * lanes + 2] = table[feature * lanes + 1] }
      let bias = (0..<lanes).map { $0 < lanes - 1 ? Float($0 / 4 % 2) : -.infinity }
      onBoth(level, "level \(level), lanes \(lanes)") {
        var nearest = [Int32](repeating: -9, count: count)
        var best = [Float](repeating: -9, count: count)
        // Room for two rows at a time.
        var scratch = [Float](repeating: 0, count: 2 * lanes)
        fk_local_nearest(
          rows.offsets, rows.columns, rows.values, 0, Int64(count), table, lanes, bias, &scratch,
          scratch.count, &nearest, &best)
        for row in 0..<count {
          var scores = bias
          for entry in Int(rows.offsets[row])..<Int(rows.offsets[row + 1]) {
            for lane in 0..<lanes {
              scores[lane] += rows.values[entry] * table[Int(rows.columns[entry]) * lanes + lane]
            }
          }
          let top = scores.max() ?? 0
          let winner = Int(nearest[row])
          #expect(abs(scores[winner] - top) < 1e-4)
          #expect(abs(best[row] - top) < 1e-4)
          #expect(winner != 2, "lane 1 ties with lane 2 and is lower")
        }
        return nearest
      }
    }
  }
}
