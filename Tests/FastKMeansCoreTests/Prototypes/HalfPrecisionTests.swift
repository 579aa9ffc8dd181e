import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// 16-bit floats against plain definitions, for all 65,536 patterns.
@Suite struct HalfPrecisionTests {
  /// Sign, exponent and fraction, as the formats are defined.
  private func value(_ bits: UInt16, exponentBits: Int) -> Double {
    let fractionBits = 15 - exponentBits
    let bias = 1 << (exponentBits - 1)
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let exponent = Int(bits >> fractionBits) & ((1 << exponentBits) - 1)
    let fraction = Double(Int(bits) & ((1 << fractionBits) - 1)) / Double(1 << fractionBits)
    if exponent == (1 << exponentBits) - 1 { return fraction == 0 ? sign * .infinity : .nan }
    let power = Double(sign: .plus, exponent: max(1, exponent) - bias + 1, significand: 1)
    return sign * power * (exponent == 0 ? fraction : 1 + fraction)
  }

  @Test func everyPatternWidensByItsDefinition() {
    func differs(_ found: Float, _ wanted: Double) -> Bool {
      wanted.isNaN ? !found.isNaN : Double(found) != wanted || (found.sign != wanted.sign)
    }
    let all = UInt16.min...UInt16.max
    #expect(all.filter { differs(HalfPrecision.float16($0), value($0, exponentBits: 5)) } == [])
    #expect(all.filter { differs(HalfPrecision.bfloat16($0), value($0, exponentBits: 8)) } == [])
  }

  @Test func everyFinitePatternComesBack() {
    let all = UInt16.min...UInt16.max
    let halves = all.filter { HalfPrecision.float16($0).isFinite }
    #expect(halves.count == 65536 - 2048)
    #expect(halves.filter { HalfPrecision.float16Bits(HalfPrecision.float16($0)) != $0 } == [])
    let brains = all.filter { HalfPrecision.bfloat16($0).isFinite }
    #expect(brains.count == 65536 - 256)
    #expect(brains.filter { HalfPrecision.bfloat16Bits(HalfPrecision.bfloat16($0)) != $0 } == [])
  }

  /// Between two neighbours: below the middle down, above up, in the middle to the even pattern.
  @Test func roundsToNearestTiesToEven() {
    let halves = (0..<0x7BFF as Range<UInt16>).filter {
      !isRounded($0, HalfPrecision.float16, HalfPrecision.float16Bits)
    }
    #expect(halves == [])
    let brains = (0..<0x7F7F as Range<UInt16>).filter {
      !isRounded($0, HalfPrecision.bfloat16, HalfPrecision.bfloat16Bits)
    }
    #expect(brains == [])
  }

  private func isRounded(_ bits: UInt16, _ widen: (UInt16) -> Float, _ round: (Float) -> UInt16) -> Bool {
    let middle = Float((Double(widen(bits)) + Double(widen(bits + 1))) / 2)
    return round(middle.nextDown) == bits && round(middle) == (bits % 2 == 0 ? bits : bits + 1)
      && round(middle.nextUp) == bits + 1 && round(-middle.nextUp) == (bits + 1) | 0x8000
  }

  @Test func whatOverflowsBecomesTheLargestFinite() {
    #expect(HalfPrecision.float16Bits(1e9) == 0x7BFF)
    #expect(HalfPrecision.float16Bits(-65520) == 0xFBFF)
    #expect(HalfPrecision.float16Bits(65519) == 0x7BFF)
    #expect(HalfPrecision.bfloat16Bits(.greatestFiniteMagnitude) == 0x7F7F)
    #expect(HalfPrecision.bfloat16Bits(-.greatestFiniteMagnitude) == 0xFF7F)
    #expect(HalfPrecision.float16(HalfPrecision.float16Bits(.nan)).isNaN)
    #expect(HalfPrecision.bfloat16(HalfPrecision.bfloat16Bits(.nan)).isNaN)
  }

  /// Half a unit in the last place.
  static func relativeError(_ precision: Precision) -> Double {
    switch precision {
    case .float16: 0x1p-11
    case .bfloat16: 0x1p-8
    case .float32: 0x1p-24
    case .float64: 0
    }
  }

  @Test(arguments: Precision.allCases) func storedValuesReadBackInTheirPrecision(precision: Precision) {
    let values = [0, -0.1, 1.0 / 3, 1e-9, 60000]
    let stored = StoredValues(values, precision: precision)
    #expect(stored.count == 5)
    #expect(stored.precision == precision)
    let error = Self.relativeError(precision)
    for (position, value) in values.enumerated() {
      // Below float16's normal numbers the error is half of its unit, 2^-24.
      #expect(abs(stored[position] - value) <= max(error * abs(value), precision == .float16 ? 0x1p-25 : 0))
      #expect(
        Double(stored.singles()[position])
          == (precision == .float64 ? Double(Float(value)) : stored[position]))
    }
  }

  @Test(arguments: Precision.allCases) func modelsPredictInEveryPrecision(precision: Precision) throws {
    var problem = TrainingCase(seed: 8)
    problem.options.precision = precision
    let model = try problem.fitted().classifier.model
    #expect(model.prototypes.precision == precision)
    problem.options.precision = .float64
    let exact = try problem.fitted().classifier.model
    // Single precision comes first, whatever is stored after it; values are up to 1.
    let error = precision == .float64 ? 0 : Self.relativeError(precision) + 0x1p-24
    for classIndex in 0..<problem.classCount {
      let pairs = zip(
        model.prototypes.writtenOut(class: classIndex), exact.prototypes.writtenOut(class: classIndex))
      for (one, other) in pairs { #expect(largestDifference(one, other) <= error) }
    }
    #expect(try model.predict(problem.features()).count == problem.rows.count)
  }
}
