/// Reading code points out of bytes that need not be UTF-8.
///
/// What is not well-formed (Unicode 15, table 3-7) is read as U+FFFD, one for each maximal subpart of a sequence:
/// the practice that Unicode recommends, and that Swift's and Python's own decoders follow.
enum UTF8Decoding {
  /// Stands for bytes that are not UTF-8; no code point is that large.
  static let invalid = UInt32.max

  /// The code point at `position`, or ``invalid``, and how many bytes it takes.
  ///
  /// `position` must be below `text.count`.
  static func scalar(
    in text: UnsafeBufferPointer<UInt8>, at position: Int
  ) -> (value: UInt32, length: Int) {
    let lead = text[position]
    guard lead >= 0x80 else { return (UInt32(lead), 1) }
    var value: UInt32
    let needed: Int
    // The second byte's range depends on the first: no overlong forms, no surrogates, nothing past U+10FFFF.
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: (value, needed) = (UInt32(lead & 0x1F), 1)
    case 0xE0...0xEF:
      (value, needed) = (UInt32(lead & 0x0F), 2)
      if lead == 0xE0 { second = 0xA0...0xBF } else if lead == 0xED { second = 0x80...0x9F }
    case 0xF0...0xF4:
      (value, needed) = (UInt32(lead & 0x07), 3)
      if lead == 0xF0 { second = 0x90...0xBF } else if lead == 0xF4 { second = 0x80...0x8F }
    default: return (invalid, 1)
    }
    for index in 1...needed {
      guard position + index < text.count else { return (invalid, index) }
      let byte = text[position + index]
      guard index == 1 ? second.contains(byte) : byte & 0xC0 == 0x80 else { return (invalid, index) }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    return (value, needed + 1)
  }

  /// The code point that ends before `position`, or ``invalid``, and how many bytes it takes.
  ///
  /// Finds the same sequences as reading forward: a lead byte is never part of the sequence before it.
  /// `position` must be in `1 ... text.count`.
  static func scalar(
    in text: UnsafeBufferPointer<UInt8>, before position: Int
  ) -> (value: UInt32, length: Int) {
    for length in 1...min(4, position) where text[position - length] & 0xC0 != 0x80 {
      let found = scalar(in: text, at: position - length)
      return found.length == length ? found : (invalid, 1)
    }
    return (invalid, 1)
  }

  /// Writes a code point as UTF-8 and returns how many bytes that took.
  static func write(_ value: UInt32, to target: UnsafeMutablePointer<UInt8>) -> Int {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | (value >> shift & 0x3F)) }
    switch value {
    case ..<0x80:
      target[0] = UInt8(truncatingIfNeeded: value)
      return 1
    case ..<0x800:
      target[0] = UInt8(truncatingIfNeeded: 0xC0 | value >> 6)
      target[1] = tail(0)
      return 2
    case ..<0x10000:
      target[0] = UInt8(truncatingIfNeeded: 0xE0 | value >> 12)
      target[1] = tail(6)
      target[2] = tail(0)
      return 3
    default:
      target[0] = UInt8(truncatingIfNeeded: 0xF0 | value >> 18)
      target[1] = tail(12)
      target[2] = tail(6)
      target[3] = tail(0)
      return 4
    }
  }

  /// The length of a well-formed sequence that begins with a byte.
  @inline(__always)
  static func length(lead: UInt8) -> Int { lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4 }

  /// The length of a code point in UTF-8.
  static func byteCount(_ value: UInt32) -> Int {
    value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4
  }
}
