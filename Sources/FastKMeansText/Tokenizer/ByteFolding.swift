/// What each byte is to the tokeniser: the fast path of ASCII text.
enum ByteFolding {
  static let separator: UInt8 = 0
  static let beyondASCII: UInt8 = 0xFF

  /// For each byte the byte to write, ``separator``, or ``beyondASCII`` for bytes of longer sequences.
  static func table(lowercase: Bool) -> [UInt8] {
    (0...UInt8.max).map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): lowercase ? byte | 0x20 : byte
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        byte
      case 0x80...: beyondASCII
      default: separator
      }
    }
  }
}
