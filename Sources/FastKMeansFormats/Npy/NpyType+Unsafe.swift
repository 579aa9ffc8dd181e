extension NpyType {
  /// Calls `body` with each element's bits in the machine's byte order.
  @inline(__always)
  private func forEach<Bits: FixedWidthInteger>(
    _ type: Bits.Type, _ source: UnsafeRawPointer, stride: Int, count: Int, _ body: (Int, Bits) throws -> Void
  ) rethrows {
    for index in 0..<count {
      let bits = (source + index * stride).loadUnaligned(as: Bits.self)
      try body(index, isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
    }
  }

  /// Converts `count` numbers, `stride` bytes apart, to single precision, `targetStride` values apart; larger
  /// ones become infinite.
  func floats(
    _ source: UnsafeRawPointer, stride: Int, count: Int, into target: UnsafeMutablePointer<Float>,
    targetStride: Int = 1
  ) {
    @inline(__always) func put(_ index: Int, _ value: Float) { target[index * targetStride] = value }
    switch (kind, size) {
    case (.float, 4):
      forEach(UInt32.self, source, stride: stride, count: count) { put($0, Float(bitPattern: $1)) }
    case (.float, 8):
      forEach(UInt64.self, source, stride: stride, count: count) { put($0, Float(Double(bitPattern: $1))) }
    case (.float, _):
      forEach(UInt16.self, source, stride: stride, count: count) { put($0, Self.single(half: $1)) }
    case (.signed, 1): forEach(Int8.self, source, stride: stride, count: count) { put($0, Float($1)) }
    case (.signed, 2): forEach(Int16.self, source, stride: stride, count: count) { put($0, Float($1)) }
    case (.signed, 4): forEach(Int32.self, source, stride: stride, count: count) { put($0, Float($1)) }
    case (.signed, _): forEach(Int64.self, source, stride: stride, count: count) { put($0, Float($1)) }
    case (.unsigned, 2): forEach(UInt16.self, source, stride: stride, count: count) { put($0, Float($1)) }
    case (.unsigned, 4): forEach(UInt32.self, source, stride: stride, count: count) { put($0, Float($1)) }
    case (.unsigned, 8): forEach(UInt64.self, source, stride: stride, count: count) { put($0, Float($1)) }
    default: forEach(UInt8.self, source, stride: stride, count: count) { put($0, Float($1)) }
    }
  }

  /// Converts integers; an unsigned one above the range becomes -1, which no caller takes for a valid one.
  func integers(_ source: UnsafeRawPointer, count: Int, _ body: (Int, Int64) throws -> Void) rethrows {
    switch (kind, size) {
    case (.signed, 1):
      try forEach(Int8.self, source, stride: 1, count: count) { try body($0, Int64($1)) }
    case (.signed, 2):
      try forEach(Int16.self, source, stride: 2, count: count) { try body($0, Int64($1)) }
    case (.signed, 4):
      try forEach(Int32.self, source, stride: 4, count: count) { try body($0, Int64($1)) }
    case (.signed, _):
      try forEach(Int64.self, source, stride: 8, count: count) { try body($0, $1) }
    case (.unsigned, 2):
      try forEach(UInt16.self, source, stride: 2, count: count) { try body($0, Int64($1)) }
    case (.unsigned, 4):
      try forEach(UInt32.self, source, stride: 4, count: count) { try body($0, Int64($1)) }
    case (.unsigned, 8):
      try forEach(UInt64.self, source, stride: 8, count: count) { try body($0, Int64(exactly: $1) ?? -1) }
    default:
      try forEach(UInt8.self, source, stride: 1, count: count) { try body($0, Int64($1)) }
    }
  }

  /// The bits of an IEEE half as a single; by hand, because `Float16` does not exist on every Mac.
  static func single(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Subnormal: the fraction counts units of 2^-24, which a single holds exactly.
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: magnitude.bitPattern | sign)
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
