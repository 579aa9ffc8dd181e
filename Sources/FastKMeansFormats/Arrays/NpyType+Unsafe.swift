import FastKMeansCore

extension NpyType {
  /// Calls `body` with each element's bits in the machine's byte order.
  @inline(__always)
  private func forEach<Bits: FixedWidthInteger, Failure: Error>(
    _ type: Bits.Type, _ source: UnsafeRawPointer, stride: Int, count: Int,
    _ body: (Int, Bits) throws(Failure) -> Void
  ) throws(Failure) {
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
      forEach(UInt16.self, source, stride: stride, count: count) { put($0, HalfPrecision.float16($1)) }
    case (.unsigned, 8): forEach(UInt64.self, source, stride: stride, count: count) { put($0, Float($1)) }
    default: integers(source, stride: stride, count: count) { put($0, Float($1)) }
    }
  }

  /// Converts `count` integers, `stride` bytes apart; an unsigned one above the range becomes -1, which no caller
  /// takes for a valid one.
  @inline(__always)
  func integers<Failure: Error>(
    _ source: UnsafeRawPointer, stride: Int, count: Int, _ body: (Int, Int64) throws(Failure) -> Void
  ) throws(Failure) {
    switch (kind, size) {
    case (.signed, 1): try visit(Int8.self, source, stride: stride, count: count, body)
    case (.signed, 2): try visit(Int16.self, source, stride: stride, count: count, body)
    case (.signed, 4): try visit(Int32.self, source, stride: stride, count: count, body)
    case (.signed, _): try visit(Int64.self, source, stride: stride, count: count, body)
    case (.unsigned, 2): try visit(UInt16.self, source, stride: stride, count: count, body)
    case (.unsigned, 4): try visit(UInt32.self, source, stride: stride, count: count, body)
    case (.unsigned, 8): try visit(UInt64.self, source, stride: stride, count: count, body)
    default: try visit(UInt8.self, source, stride: stride, count: count, body)
    }
  }

  /// Calls `body` with each of the 64-bit integers without a sign.
  func unsigned(_ bytes: UnsafeRawBufferPointer, _ body: (UInt64) -> Void) {
    guard let start = bytes.baseAddress else { return }
    forEach(UInt64.self, start, stride: 8, count: bytes.count / 8) { body($1) }
  }

  @inline(__always)
  private func visit<Bits: FixedWidthInteger, Failure: Error>(
    _ type: Bits.Type, _ source: UnsafeRawPointer, stride: Int, count: Int,
    _ body: (Int, Int64) throws(Failure) -> Void
  ) throws(Failure) {
    try forEach(type, source, stride: stride, count: count) { (index, value) throws(Failure) in
      try body(index, Int64(exactly: value) ?? -1)
    }
  }
}
