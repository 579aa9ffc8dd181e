/// Reads decimal numbers out of bytes; the hot loop of the SVMlight reader.
///
/// A number becomes the nearest double and that the nearest single-precision number, as in NumPy. Up to 19
/// digits are taken as an integer, which is scaled by a power of ten: exact where the integer is below 2^53 and the
/// power at most 22 (Clinger 1990, doi:10.1145/93542.93557); else the result has an error far below
/// single precision's, and counts only if both ends of the error interval round to one number. What remains, one
/// number in millions, goes to the standard library's parser.
struct DecimalScanner {
  private let powers: UnsafePointer<Double>

  /// Calls `body` with a scanner, which is valid during the call only.
  static func with<Result, Failure: Error>(_ body: (DecimalScanner) throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    // An array passed as a pointer has an address, even an empty one.
    func run(_ powers: UnsafePointer<Double>) throws(Failure) -> Result {
      try body(DecimalScanner(powers: powers))
    }
    return try run(powersOfTen)
  }

  /// The powers that a double holds exactly.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
    1e20, 1e21, 1e22,
  ]

  /// Digits as an integer, at most `limit`; `position` moves behind them.
  ///
  /// - Returns: `nil` if there is no digit or the number is above the limit.
  @inline(__always)
  static func integer(
    _ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, limit: UInt64
  ) -> UInt64? {
    var value: UInt64 = 0
    let start = position
    while position < end {
      let digit = position.pointee &- 0x30
      guard digit < 10 else { break }
      value = value &* 10 &+ UInt64(digit)
      // The limit is far below 2^60, so nothing wraps before this notices.
      guard value <= limit else { return nil }
      position += 1
    }
    return position == start ? nil : value
  }

  /// A decimal number; `position` moves behind it.
  ///
  /// - Returns: `nil` if there is none. NaN and infinity come back as NaN.
  @inline(__always)
  func number(_ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Float? {
    let start = position
    guard position < end else { return nil }
    let isNegative = position.pointee == 0x2D
    if isNegative || position.pointee == 0x2B { position += 1 }
    var digits = Digits()
    digits.takeWhole(&position, end)
    if position < end, position.pointee == 0x2E {
      position += 1
      digits.takeFraction(&position, end)
    }
    guard digits.hasAny else { return Self.word(start, &position, end) }
    if position < end, position.pointee | 0x20 == 0x65 {
      guard let exponent = Self.exponent(&position, end) else { return nil }
      digits.exponent += exponent
    }
    if let value = scaled(digits) { return isNegative ? -value : value }
    return Self.slow(start, position)
  }

  /// `nil` where the quick way cannot be sure of the last bit.
  @inline(__always)
  private func scaled(_ digits: Digits) -> Float? {
    if digits.mantissa == 0 { return 0 }
    let exponent = digits.exponent
    guard exponent >= -22, exponent <= 22 else { return nil }
    let whole = Double(digits.mantissa)
    let value = exponent < 0 ? whole / powers[-exponent] : whole * powers[exponent]
    if digits.mantissa < 1 << 53, digits.isComplete { return Float(value) }
    let error = value * 0x1p-51
    let low = Float(value - error)
    return low == Float(value + error) ? low : nil
  }

  private static func exponent(_ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int? {
    position += 1
    guard position < end else { return nil }
    let isNegative = position.pointee == 0x2D
    if isNegative || position.pointee == 0x2B { position += 1 }
    guard let value = integer(&position, end, limit: 1 << 30) else { return nil }
    return isNegative ? -Int(value) : Int(value)
  }

  /// `nan` and `inf` in their usual spellings.
  private static func word(
    _ start: UnsafePointer<UInt8>, _ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Float? {
    while position < end, position.pointee > 0x20 { position += 1 }
    let text = String(decoding: UnsafeBufferPointer(start: start, count: position - start), as: UTF8.self)
    let unsigned = text.drop { $0 == "-" || $0 == "+" }.lowercased()
    return ["nan", "inf", "infinity"].contains(unsigned) ? .nan : nil
  }

  @inline(never)
  private static func slow(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Float? {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
    return Double(text).map(Float.init)
  }
}

/// The digits of a number, gathered: `mantissa * 10^exponent`.
private struct Digits {
  var mantissa: UInt64 = 0
  var exponent = 0
  var hasAny = false
  /// No digit was dropped.
  var isComplete = true
  /// One more digit fits below this.
  private static let full: UInt64 = 1_000_000_000_000_000_000

  @inline(__always)
  mutating func takeWhole(_ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    while position < end {
      let digit = position.pointee &- 0x30
      guard digit < 10 else { return }
      hasAny = true
      if mantissa < Self.full {
        mantissa = mantissa &* 10 &+ UInt64(digit)
      } else {
        exponent += 1
        isComplete = false
      }
      position += 1
    }
  }

  @inline(__always)
  mutating func takeFraction(_ position: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    if end - position >= 8, mantissa < 100_000_000, let eight = Self.eightDigits(position) {
      mantissa = mantissa &* 100_000_000 &+ eight
      exponent -= 8
      hasAny = true
      position += 8
    }
    while position < end {
      let digit = position.pointee &- 0x30
      guard digit < 10 else { return }
      hasAny = true
      if mantissa < Self.full {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        exponent -= 1
      } else {
        isComplete = false
      }
      position += 1
    }
  }

  /// Eight digits at once, in one register; `nil` if the eight bytes are not all digits.
  @inline(__always)
  private static func eightDigits(_ position: UnsafePointer<UInt8>) -> UInt64? {
    let word = UInt64(littleEndian: UnsafeRawPointer(position).loadUnaligned(as: UInt64.self))
    let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    guard (word & high) | (((word &+ 0x0606_0606_0606_0606) & high) >> 4) == 0x3333_3333_3333_3333 else {
      return nil
    }
    // Neighbouring digits are joined into pairs, pairs into fours, fours into the eight.
    let pairs = ((word & 0x0F0F_0F0F_0F0F_0F0F) &* 2561) >> 8
    let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) >> 16
    return ((fours & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) >> 32
  }
}
