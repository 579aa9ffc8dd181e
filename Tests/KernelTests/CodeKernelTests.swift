import CFastKMeansKernels
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Random rows of codes with what they stand for.
private struct CodedCase {
  let count: Int
  let stride: Int
  let codes: [Int8]
  let features: [fk_code_feature]
  let bias: [Int16]
  let numbers: [Int]
  let x: [Float]

  init(count: Int, terms: Int, seed: UInt64) {
    var random = CounterRandom(seed: seed, stream: UInt64(count))
    self.count = count
    stride = (count + 63) / 64 * 64
    codes = (0..<stride * 8).map { _ in Int8(random.nextIndex(below: 255) - 127) }
    features = (0..<8).map { _ in
      fk_code_feature(base: 0, step: Float(random.nextUnit() / 100))
    }
    bias = (0..<max(stride, 64)).map { _ in Int16(random.nextIndex(below: 65535) - 32767) }
    numbers = (0..<terms).map { _ in random.nextIndex(below: 8) }
    x = (0..<terms).map { _ in Float(random.nextUnit() * 2 - 1) }
  }

  /// The value that a code stands for; see `fk_codes.h`.
  func value(_ number: Int, _ prototype: Int) -> Double {
    let block = number * stride + prototype / 64 * 64
    let lane = prototype % 64
    let step = Double(features[number].step)
    if lane < 32 { return step * Double(codes[block + 2 * lane]) }
    let fraction = Double(UInt8(bitPattern: codes[block + 2 * (lane - 32)])) / 256
    return step * (Double(codes[block + 2 * (lane - 32) + 1]) + fraction)
  }

  /// The largest length of a prototype.
  var norm: Float {
    let squares = (0..<count).map { prototype in
      (0..<8).reduce(0.0) { $0 + value($1, prototype) * value($1, prototype) }
    }
    return Float((squares.max() ?? 0).squareRoot() * 1.0001)
  }

  /// Calls `body` with what a kernel needs; `bias_step` 0 means none.
  func withScale<Result>(biasStep: Float, _ body: (inout fk_code_scale) -> Result) -> Result {
    features.withUnsafeBufferPointer { features in
      bias.withUnsafeBufferPointer { bias in
        // Never nil: there are eight features and at least 64 biases.
        var scale = fk_code_scale(
          features: features.baseAddress.unsafelyUnwrapped,
          bias: biasStep > 0 ? bias.baseAddress : nil, bias_step: biasStep, bias_max: biasStep * 32767,
          norm_max: norm)
        return body(&scale)
      }
    }
  }
}

@Suite struct CodeKernelTests {
  static let counts = [1, 31, 32, 33, 63, 64, 65, 127, 128, 191, 192, 255, 256, 257, 320, 449]

  @Test(arguments: supportedLevels) func sumsEqualTheScalarLevels(_ level: Int32) {
    let kernels = fk_codes_for(level).pointee
    let plain = fk_codes_for(Int32(FK_SIMD_SCALAR)).pointee
    for count in Self.counts {
      for terms in [0, 1, 6] {
        let coded = CodedCase(count: count, terms: terms, seed: 1)
        let multipliers = coded.x.map { Int16($0 * 5000) }
        var found = [Int16](repeating: 9, count: coded.stride)
        var wanted = found
        let top = kernels.accumulate(
          coded.codes, coded.stride, coded.numbers, multipliers, terms, coded.bias, 77, &found, count)
        let wantedTop = plain.accumulate(
          coded.codes, coded.stride, coded.numbers, multipliers, terms, coded.bias, 77, &wanted, count)
        #expect(found == wanted, "level \(level), count \(count), terms \(terms)")
        #expect(top == wantedTop && top == wanted.max(), "level \(level), count \(count), terms \(terms)")
      }
    }
  }

  @Test(arguments: supportedLevels) func sumsAreWithinTheirSlack(_ level: Int32) {
    let kernels = fk_codes_for(level).pointee
    for seed in 0..<20 as Range<UInt64> {
      let biasStep: Float = seed % 2 == 0 ? 0 : 1e-4
      let coded = CodedCase(count: 100, terms: Int(seed), seed: seed)
      var multipliers = [Int16](repeating: 0, count: Int(seed) + 1)
      var sums = [Int16](repeating: 0, count: coded.stride)
      let plan = coded.withScale(biasStep: biasStep) { scale in
        let plan = kernels.plan(&scale, coded.numbers, coded.x, coded.x.count, &multipliers)
        _ = kernels.accumulate(
          coded.codes, coded.stride, coded.numbers, multipliers, coded.x.count, scale.bias,
          plan.bias_multiplier, &sums, 100)
        return plan
      }
      #expect(plan.scale > 0)
      for prototype in 0..<100 {
        let start = Double(biasStep) * Double(coded.bias[prototype])
        let score = zip(coded.numbers, coded.x).reduce(start) {
          $0 + coded.value($1.0, prototype) * Double($1.1)
        }
        let difference = abs(score * Double(plan.scale) - Double(sums[prototype]))
        #expect(difference <= Double(plan.slack), "level \(level), seed \(seed), prototype \(prototype)")
      }
    }
  }

  @Test(arguments: supportedLevels) func positionsOfLargeSumsAscendAndStopAtTheLimit(_ level: Int32) {
    let kernels = fk_codes_for(level).pointee
    for count in [64, 128, 192, 320] {
      let sums = CodedCase(count: count, terms: 0, seed: 3).bias
      #expect(kernels.largest(sums, count) == sums.prefix(count).max(), "level \(level), count \(count)")
      let wanted = (0..<count).filter { sums[$0] >= 1000 }.map { UInt32($0) }
      for limit in [0, 1, 5, count] {
        var positions = [UInt32](repeating: 0, count: count)
        let found = Int(kernels.at_least(sums, count, 1000, &positions, limit))
        #expect(
          Array(positions.prefix(found)) == Array(wanted.prefix(limit)), "level \(level), limit \(limit)")
      }
    }
  }
}

@Suite struct StagedKernelTests {
  @Test(arguments: supportedLevels) func addedRowsEqualTheScalarLevels(_ level: Int32) {
    let kernels = fk_staged_for(level).pointee
    let plain = fk_staged_for(Int32(FK_SIMD_SCALAR)).pointee
    for count in CodeKernelTests.counts {
      let coded = CodedCase(count: count, terms: 5, seed: 2)
      let multipliers = coded.x.map { Int16($0 * 3000) }
      // Large sums, so that some saturate.
      var found = Array(coded.bias.prefix(coded.stride))
      var wanted = found
      kernels.add_rows(coded.codes, coded.stride, coded.numbers, multipliers, 5, &found, count)
      plain.add_rows(coded.codes, coded.stride, coded.numbers, multipliers, 5, &wanted, count)
      #expect(found == wanted, "level \(level), count \(count)")
    }
  }

  @Test(arguments: supportedLevels) func survivorsEqualTheScalarLevels(_ level: Int32) {
    let kernels = fk_staged_for(level).pointee
    let plain = fk_staged_for(Int32(FK_SIMD_SCALAR)).pointee
    for (index, count) in [64, 128, 320].enumerated() {
      let sums = CodedCase(count: count, terms: 0, seed: 4).bias
      let norms = CodedCase(count: count, terms: 0, seed: 5).bias.map { UInt16(bitPattern: $0) }
      for threshold in [-32767, 0, 20000, 32767] as [Int16] {
        for cap in [0, 500, 32767] as [Int16] {
          for limit in [0, 10, count] {
            var found = [UInt32](repeating: 0, count: count + 1)
            var wanted = found
            let rest = UInt16(index * 30000)
            let number = kernels.reach(sums, norms, rest, cap, threshold, count, &found, limit)
            let wantedNumber = plain.reach(sums, norms, rest, cap, threshold, count, &wanted, limit)
            #expect(number == wantedNumber, "level \(level), threshold \(threshold), cap \(cap)")
            #expect(found == wanted, "level \(level), threshold \(threshold), cap \(cap)")
          }
        }
      }
    }
  }

  @Test(arguments: supportedLevels) func scatteredListsEqualTheScalarLevels(_ level: Int32) {
    let kernels = fk_staged_for(level).pointee
    let plain = fk_staged_for(Int32(FK_SIMD_SCALAR)).pointee
    var random = CounterRandom(seed: 6)
    // Long ones do not fit the products that wait for their addition.
    for length in [0, 1, 7, 8, 9, 15, 16, 17, 33, 255, 256, 257, 511, 512, 513, 1500] {
      let entries = (0..<length * 2).map { index in
        UInt32(index % max(min(length, 50), 1)) | UInt32(UInt16(truncatingIfNeeded: random.next())) << 16
      }
      let bias = CodedCase(count: 64, terms: 0, seed: 7).bias
      var found = [Int16](repeating: 1, count: 64)
      var wanted = found
      var (starts, lengths): ([UInt32], [UInt32]) = ([0, UInt32(length)], [UInt32(length), UInt32(length)])
      var (factors, rows): ([Int16], [Int]) = ([1234, -32767], [0])
      var multipliers: [Int16] = [0]
      var floats = [Float](repeating: 0, count: 4)
      // The kernel reads the light terms' parts only.
      starts.withUnsafeMutableBufferPointer { starts in
        lengths.withUnsafeMutableBufferPointer { lengths in
          factors.withUnsafeMutableBufferPointer { factors in
            rows.withUnsafeMutableBufferPointer { rows in
              multipliers.withUnsafeMutableBufferPointer { multipliers in
                floats.withUnsafeMutableBufferPointer { floats in
                  guard let starts = starts.baseAddress, let lengths = lengths.baseAddress,
                    let factors = factors.baseAddress, let rows = rows.baseAddress,
                    let multipliers = multipliers.baseAddress, let floats = floats.baseAddress
                  else { return }
                  var document = fk_staged_document(
                    heavy_count: 0, light_count: 2, rows: rows, multipliers: multipliers, starts: starts,
                    lengths: lengths, factors: factors, offsets: floats, rest_sums: floats,
                    rest_norms: floats, scratch: floats, scale: 1, slack: 0, bias_multiplier: 300)
                  kernels.scatter(&document, entries, bias, &found, 50)
                  plain.scatter(&document, entries, bias, &wanted, 50)
                }
              }
            }
          }
        }
      }
      #expect(found == wanted, "level \(level), length \(length)")
    }
  }
}
