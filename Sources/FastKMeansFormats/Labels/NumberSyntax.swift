/// What a label looks like as a number.
enum NumberSyntax: Equatable {
  case integer(Int64)
  /// A fraction, NaN, or a number beyond 64 bits.
  case number
  case text

  /// Integers may carry a sign, and zeros after a point as floating-point writers leave them (`3.0`, `3e+00`).
  init(_ bytes: some Collection<UInt8>) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let value = Int64(text) {
      self = .integer(value)
    } else if ["nan", "+nan", "-nan"].contains(text.lowercased()) {
      self = .number
    } else if Self.isDecimal(bytes), let value = Double(text) {
      // Beyond 2^53 a double no longer tells neighbours apart: identifiers of that size stay texts.
      self = value.rounded() == value && abs(value) <= 0x1p53 ? .integer(Int64(value)) : .number
    } else {
      self = .text
    }
  }

  /// Whether zeros stand before the digits of a number, as in a code such as `007`.
  static func hasLeadingZeros(_ bytes: some Collection<UInt8>) -> Bool {
    let digits = bytes.drop { $0 == 0x2B || $0 == 0x2D }
    return digits.first == 0x30 && digits.dropFirst().first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
  }

  /// `[+-] digits [. digits] [e [+-] digits]`: no words, no hexadecimal, nothing else that a number parser takes.
  private static func isDecimal(_ bytes: some Collection<UInt8>) -> Bool {
    var rest = bytes[...]
    func skipSign() { if let first = rest.first, first == 0x2B || first == 0x2D { rest = rest.dropFirst() } }
    func skipDigits() -> Int {
      let tail = rest.drop { $0 >= 0x30 && $0 <= 0x39 }
      defer { rest = tail }
      return rest.count - tail.count
    }
    skipSign()
    var digits = skipDigits()
    if rest.first == 0x2E {
      rest = rest.dropFirst()
      digits += skipDigits()
    }
    guard digits > 0 else { return false }
    if let first = rest.first, first | 0x20 == 0x65 {
      rest = rest.dropFirst()
      skipSign()
      guard skipDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
