/// Numbers in the precision that a model stores; 16-bit ones are kept as their bit patterns.
package enum StoredValues: Sendable, Equatable {
  case float16([UInt16])
  case bfloat16([UInt16])
  case float32([Float])
  case float64([Double])

  package var count: Int {
    switch self {
    case .float16(let bits), .bfloat16(let bits): bits.count
    case .float32(let values): values.count
    case .float64(let values): values.count
    }
  }

  package var precision: Precision {
    switch self {
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// One value; exact, because double precision holds every other format.
  package subscript(position: Int) -> Double {
    switch self {
    case .float16(let bits): Double(HalfPrecision.float16(bits[position]))
    case .bfloat16(let bits): Double(HalfPrecision.bfloat16(bits[position]))
    case .float32(let values): Double(values[position])
    case .float64(let values): values[position]
    }
  }

  /// Rounds to nearest, ties to even. A float16 that overflows becomes the largest finite one.
  package init(_ values: [Double], precision: Precision) {
    switch precision {
    case .float16: self = .float16(values.map { HalfPrecision.float16Bits(Float($0)) })
    case .bfloat16: self = .bfloat16(values.map { HalfPrecision.bfloat16Bits(Float($0)) })
    case .float32: self = .float32(values.map { Float($0) })
    case .float64: self = .float64(values)
    }
  }

  /// The position of the first value that is NaN or infinite.
  package var firstNonFinite: Int? {
    switch self {
    case .float16(let bits): bits.firstIndex { $0 & 0x7C00 == 0x7C00 }
    case .bfloat16(let bits): bits.firstIndex { $0 & 0x7F80 == 0x7F80 }
    case .float32(let values): values.firstIndex { !$0.isFinite }
    case .float64(let values): values.firstIndex { !$0.isFinite }
    }
  }

  /// All values in single precision; what scoring multiplies.
  package func singles() -> [Float] {
    switch self {
    case .float16(let bits): bits.map(HalfPrecision.float16)
    case .bfloat16(let bits): bits.map(HalfPrecision.bfloat16)
    case .float32(let values): values
    case .float64(let values): values.map { Float($0) }
    }
  }
}

/// Conversions to and from 16-bit floats, in integer arithmetic: Swift's `Float16` is missing on Intel Macs.
package enum HalfPrecision {
  package static func bfloat16(_ bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  package static func bfloat16Bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    guard value.isFinite else { return UInt16(truncatingIfNeeded: bits >> 16) }
    let rounded = (UInt64(bits) + 0x7FFF + UInt64((bits >> 16) & 1)) >> 16
    let largest: UInt64 = (UInt64(bits) >> 16) & 0x8000 | 0x7F7F
    return UInt16(rounded & 0x7FFF >= 0x7F80 ? largest : rounded)
  }

  package static func float16(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Zero or subnormal: fraction / 2^24, exact in single precision.
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: magnitude.bitPattern | sign)
    case 0x1F:
      return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  package static func float16Bits(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = value.magnitude
    guard !value.isNaN else { return sign | 0x7E00 }
    guard magnitude < 65520 else { return sign | 0x7BFF }
    if magnitude < 0x1p-14 {
      // Subnormal: the unit is 2^-24, and `rounded` is to nearest, ties to even.
      return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
    }
    let bits = magnitude.bitPattern
    let rounded = bits + 0xFFF + ((bits >> 13) & 1)
    return sign | UInt16((rounded >> 13) - (112 << 10))
  }
}
